namespace Ballast;

/// <summary>A layer whose weight is divided by its largest singular value sigma, so that no input grows by more than its length: w / sigma
/// with sigma = u^T W v, where W has a row for each output, and u and v follow its singular vectors by a step of the power method in each
/// forward pass of training. Miyato et al. 2018. PyTorch: <c>torch.nn.utils.spectral_norm(layer)</c>, with its draws and its state:
/// <c>bias</c>, <c>weight_orig</c>, <c>weight_u</c>, <c>weight_v</c>.</summary>
public sealed class SpectralNorm : Module
{
    readonly IReweighted inner;
    readonly Tensor u, v;
    readonly int axis;

    /// <summary>Takes the place of a layer, and draws the first vectors.</summary>
    /// <param name="layer"><see cref="Linear"/>, <see cref="Bilinear"/>, <see cref="Embedding"/>, or a convolution.</param>
    /// <param name="powerIterations">Steps of the power method in each forward pass of training.</param>
    /// <param name="eps">The length below which a vector is not made longer.</param>
    /// <param name="axis">The axis of the weight that becomes the rows; where the outputs lie when null.</param>
    /// <param name="generator">Where the first vectors come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">Another layer, no such axis, or fewer than 1 step.</exception>
    public SpectralNorm(Module layer, int powerIterations = 1, double eps = 1e-12, int? axis = null, Generator? generator = null)
    {
        inner = IReweighted.Of("SpectralNorm", layer);
        Throw.Unless(powerIterations > 0, $"SpectralNorm: expected at least 1 step of the power method, got {powerIterations}.");
        (Layer, PowerIterations, Eps) = (layer, powerIterations, eps);
        this.axis = inner.Weight.Axis("SpectralNorm", axis ?? inner.OutputAxis);
        if (inner.Bias is { } bias)
            Bias = Register("bias", bias);
        Original = Register("weight_orig", inner.Weight);
        int rows = Original.Shape[this.axis];
        u = RegisterBuffer("weight_u", First(rows));
        v = RegisterBuffer("weight_v", First(Original.Length / rows));

        Tensor First(int length)
        {
            using var off = Tensor.NoGrad();
            return Unit(Tensor.Randn([length], generator)).Clone();
        }
    }

    /// <summary>The layer whose weight it is.</summary>
    public Module Layer { get; }

    /// <summary>The weight as it is learned, before the division.</summary>
    public Parameter Original { get; }

    /// <summary>b of the layer, or null.</summary>
    public Parameter? Bias { get; }

    /// <summary>Steps of the power method in each forward pass of training.</summary>
    public int PowerIterations { get; }

    /// <summary>The length below which a vector is not made longer.</summary>
    public double Eps { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">What the layer refuses.</exception>
    public override Tensor Forward(Tensor input) => inner.Forward(input, Divided());

    /// <summary>The output for two inputs, of a <see cref="Bilinear"/>.</summary>
    /// <exception cref="InvalidOperationException">The layer has one input.</exception>
    /// <exception cref="ArgumentException">What the layer refuses.</exception>
    public Tensor Forward(Tensor first, Tensor second)
    {
        var output = IReweighted.Forward(this, inner, first, second, Divided());
        Show([first, second], output);
        return output;
    }

    // The weight, after a step of the power method in training.
    Tensor Divided()
    {
        var matrix = Matrix();
        if (Training)
            Follow(matrix);
        return Original / u.Clone().Dot(matrix.MatMul(v.Clone()));
    }

    void Follow(Tensor matrix)
    {
        StatisticsJournal.Note(this, Keep);
        using var off = Tensor.NoGrad();
        for (int i = 0; i < PowerIterations; i++)
        {
            v.Assign(Unit(matrix.Transpose().MatMul(u)));
            u.Assign(Unit(matrix.MatMul(v)));
        }
    }

    Action Keep()
    {
        var (left, right) = (u.Clone(), v.Clone());
        return () =>
        {
            u.Assign(left);
            v.Assign(right);
        };
    }

    // The weight with a row for each position of the axis.
    Tensor Matrix() => Original.MoveAxis(axis, 0).Reshape(Original.Shape[axis], -1);

    Tensor Unit(Tensor x) => x / x.Norm().Clamp(min: Eps);

    /// <inheritdoc/>
    /// <remarks>The layer's, and those of u^T W v.</remarks>
    protected internal override long MultiplyAdds(ReadOnlySpan<Shape> inputs, Shape output) =>
        Layer.MultiplyAdds(inputs, output) + Original.Length + u.Length;

    // As PyTorch, where the layer stays what it is.
    internal override string Line() => Layer.Line();

    /// <inheritdoc/>
    public override string ToString() => $"SpectralNorm({Layer})";
}
