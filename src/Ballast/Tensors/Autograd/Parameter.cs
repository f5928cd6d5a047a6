namespace Ballast;

/// <summary>A tensor that is learned: it gathers gradients and optimizers change it in place.
/// PyTorch: <c>torch.nn.Parameter</c>.</summary>
public sealed class Parameter : Tensor
{
    Values gradient;
    Tensor? readGradient;

    /// <summary>A parameter that starts as a copy of <paramref name="values"/>.</summary>
    public Parameter(Tensor values) : base(values.Shape, new Values(Buffer.Copy(values.AsSpan())))
    {
    }

    internal Parameter(Shape shape) : base(shape, new Values(Buffer.Rent(shape.Length)))
    {
    }

    /// <summary>Whether this parameter learns. A frozen one gathers no gradient and optimizers pass it over.</summary>
    public bool Frozen { get; set; }

    /// <summary>The values laid out for a convolution's inference, where one has run.</summary>
    internal PreparedWeight? Prepared { get; set; }

    /// <inheritdoc/>
    public override bool RequiresGrad
    {
        get => !Frozen;
        set => Frozen = !value;
    }

    /// <summary>The gradient gathered by <see cref="Tensor.Backward()"/> since it was last cleared, of this parameter's shape;
    /// null when there is none. Gradients of several backward passes add up until
    /// <see cref="Optimizer.ZeroGrad"/>, which also takes the returned tensor's values back.</summary>
    public override Tensor? Grad
    {
        get
        {
            if (gradient.IsEmpty)
                return null;
            if (readGradient is null)
            {
                readGradient = new Tensor(
                    Shape, gradient.Recipe is { IsElsewhere: true } ? gradient.Hold() : new Values(ReadGradient().Hold()));
            }

            return readGradient;
        }
    }

    /// <summary>The gradient as it is held: perhaps as the two factors of a product.</summary>
    internal Values Gradient => gradient;

    /// <summary>Forgets the gradient. PyTorch: <c>grad = None</c>.</summary>
    public override void ZeroGrad()
    {
        ForgetRead();
        gradient.Release();
        gradient = default;
    }

    /// <summary>Replaces the values in place.</summary>
    /// <exception cref="ArgumentException">Not as many values as this parameter has.</exception>
    [System.Runtime.CompilerServices.OverloadResolutionPriority(1)]
    public void CopyFrom(ReadOnlySpan<float> values)
    {
        Throw.Unless(values.Length == Length,
            $"Parameter {Shape}: expected {Length} values, got {values.Length}.");
        values.CopyTo(Mutate());
    }

    /// <summary>Replaces the values in place by numbers of type double, each rounded to the nearest float32.</summary>
    /// <exception cref="ArgumentException">Not as many values as this parameter has.</exception>
    public void CopyFrom(ReadOnlySpan<double> values) => CopyFrom(Rounded(values));

    /// <summary>Replaces the values in place by a copy of a tensor's, which may have been computed from this parameter.
    /// PyTorch: <c>copy_</c>.</summary>
    /// <exception cref="ArgumentException">The tensor has another shape.</exception>
    public void CopyFrom(Tensor values)
    {
        Throw.Unless(values.Shape == Shape, $"Parameter {Shape}: expected values of the same shape, got {values.Shape}.");
        values.AsSpan().CopyTo(Mutate());
    }

    /// <summary>The values to read and to write over in place, row-major: what an optimizer of one's own does. The span is good until
    /// the next operation on tensors. A graph that still needs the values keeps what they were.</summary>
    public Span<float> AsWritableSpan() => Mutate();

    /// <summary>The gradient to read and to write over in place, row-major, between the backward pass and the optimizer's step. The span
    /// is good until the next operation on tensors.</summary>
    /// <exception cref="InvalidOperationException">There is no gradient.</exception>
    public Span<float> AsWritableGradient()
    {
        if (gradient.IsEmpty)
            Throw.InvalidOperation($"Parameter {Shape}: there is no gradient. Call Backward() on a loss that depends on this parameter first.");
        return MutateGradient();
    }

    /// <summary>The gradient in memory; there must be one.</summary>
    internal Buffer ReadGradient()
    {
        gradient = new Values(gradient.Read(Length));
        return gradient.Buffer!;
    }

    /// <summary>The sum of the squares of the gradient, in double; 0 without one.</summary>
    internal double GradientSquareSum()
    {
        if (gradient.IsEmpty)
            return 0;
        if (gradient.Recipe is not { Blocks: > 0 and int blocks } deferred)
            return Kernels.SquareSums.Compute(ReadGradient().Span(Length));
        double[] sums = System.Buffers.ArrayPool<double>.Shared.Rent(blocks);
        deferred.ReadBlocks(new Kernels.SquareSums.OfBlocks(sums), backwards: false);
        double sum = 0;
        for (int i = 0; i < blocks; i++)
            sum += sums[i];
        System.Buffers.ArrayPool<double>.Shared.Return(sums);
        return sum;
    }

    /// <summary>Multiplies the gradient, which stays deferred if it can.</summary>
    internal void ScaleGradient(float factor)
    {
        if (gradient.IsEmpty)
            return;
        if (gradient.Recipe?.Times(factor) is { } product)
            Replace(product);
        else
            Kernels.Scaling.Run(MutateGradient(), factor);
    }

    /// <summary>Brings each value of the gradient into the range from -limit to limit.</summary>
    internal void ClampGradient(float limit)
    {
        if (gradient.Recipe is { IsElsewhere: true } elsewhere)
            Replace(elsewhere.ClampedElsewhere(limit));
        else if (!gradient.IsEmpty)
            Kernels.Scaling.Clamp(MutateGradient(), limit);
    }

    void Replace(Deferred changed)
    {
        ForgetRead();
        gradient.Release();
        gradient = new Values(changed);
    }

    /// <summary>The gradient to write over in place; there must be one.</summary>
    internal Span<float> MutateGradient()
    {
        ForgetRead();
        gradient = new Values(gradient.ReadExclusive(Length));
        return gradient.Buffer!.Span(Length);
    }

    void ForgetRead()
    {
        readGradient?.ReleaseValues();
        readGradient = null;
    }

    internal void AccumulateGradient(Values more)
    {
        if (gradient.IsEmpty)
        {
            gradient = more;
            return;
        }

        ForgetRead();
        gradient = Operation.Sum(gradient, more, Length);
    }

    internal void AccumulateGradient(in Layout region, bool overlaps, Values more)
    {
        ForgetRead();
        var slot = new GradientSlot(gradient);
        slot.Add(region, overlaps, more, Length);
        gradient = slot.Take();
    }
}
