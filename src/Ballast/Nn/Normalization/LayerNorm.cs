namespace Ballast;

/// <summary>Layer normalization: each sample is brought to mean 0 and variance 1 over its last axes, then each of its values
/// is scaled and shifted by what it learns: y = (x - mean) / sqrt(var + eps) gamma + beta, where var divides by the number of
/// values. Training and evaluation are the same. Ba, Kiros &amp; Hinton 2016. PyTorch: <c>nn.LayerNorm</c>.</summary>
public sealed class LayerNorm : Module
{
    /// <summary>Makes the layer over several trailing axes: gamma 1, beta 0.</summary>
    /// <param name="normalizedShape">The sizes of the axes to normalize over, the last ones of the input.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="elementwiseAffine">Whether gamma and beta are learned; without, they are 1 and 0.</param>
    /// <param name="bias">Whether beta is learned, where gamma is. (PyTorch has it from 2.1 on.)</param>
    /// <exception cref="ArgumentException">No axes, one without values, or an eps that is negative or not finite.</exception>
    public LayerNorm(Shape normalizedShape, double eps = 1e-5, bool elementwiseAffine = true, bool bias = true)
    {
        TrailingAxes.Check("LayerNorm", normalizedShape, eps);
        NormalizedShape = normalizedShape;
        Eps = eps;
        if (!elementwiseAffine)
            return;
        Weight = Register("weight", new Parameter(Tensor.Ones(normalizedShape)));
        if (bias)
            Bias = Register("bias", new Parameter(Tensor.Zeros(normalizedShape)));
    }

    /// <summary>Makes the layer over the last axis.</summary>
    /// <param name="normalizedSize">The size of the input's last axis.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="elementwiseAffine">Whether gamma and beta are learned; without, they are 1 and 0.</param>
    /// <param name="bias">Whether beta is learned, where gamma is.</param>
    /// <exception cref="ArgumentException">A size below 1, or an eps that is negative or not finite.</exception>
    public LayerNorm(int normalizedSize, double eps = 1e-5, bool elementwiseAffine = true, bool bias = true)
        : this(new Shape(normalizedSize), eps, elementwiseAffine, bias)
    {
    }

    /// <summary>The sizes of the axes that it normalizes over.</summary>
    public Shape NormalizedShape { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>gamma: of the shape <see cref="NormalizedShape"/>, or null.</summary>
    public Parameter? Weight { get; }

    /// <summary>beta: of the shape <see cref="NormalizedShape"/>, or null.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An input whose last axes are not <see cref="NormalizedShape"/>.</exception>
    public override Tensor Forward(Tensor input)
    {
        var layout = TrailingAxes.Layout(this, input.Shape, NormalizedShape);
        return RowNormalizationOperation.Run(input, Weight, Bias, layout, centered: true, Eps);
    }

    /// <inheritdoc/>
    protected internal override string? ExtraRepr =>
        $"{PythonText.Of(NormalizedShape)}, eps={PythonText.Of(Eps)}, elementwise_affine={PythonText.Of(Weight is not null)}";

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(ReadOnlySpan<Shape> inputs, Shape output) => 0;

    /// <inheritdoc/>
    public override string ToString() => $"LayerNorm({NormalizedShape})";
}
