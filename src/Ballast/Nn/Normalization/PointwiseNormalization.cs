namespace Ballast;

/// <summary>Functions of single values in the place of a normalization: gamma f(alpha x + s) + beta, what <see cref="DyT"/> and
/// <see cref="Derf"/> share.</summary>
public abstract class PointwiseNormalization : Module
{
    private protected PointwiseNormalization(Shape normalizedShape, bool channelsLast, double alphaInitValue, double? shiftInitValue)
    {
        string name = GetType().Name;
        Throw.Unless(normalizedShape.Rank > 0 && normalizedShape.Length > 0,
            $"{name}: expected the sizes of one or more axes, got {normalizedShape}. For inputs [N, L, 768] it is [768].");
        Throw.Unless(channelsLast || normalizedShape.Rank == 1,
            $"{name}: expected one number of channels for inputs [N, C, ...], got {normalizedShape}.");
        Throw.Unless(float.IsFinite((float)alphaInitValue), $"{name}: expected an alpha that is finite, got {alphaInitValue}. 0.5 is usual.");
        Throw.Unless(float.IsFinite((float)(shiftInitValue ?? 0)), $"{name}: expected a shift that is finite, got {shiftInitValue}. 0 is usual.");
        (NormalizedShape, AlongLastAxes) = (normalizedShape, channelsLast);
        Alpha = Register("alpha", new Parameter(Tensor.Full([1], alphaInitValue)));
        if (shiftInitValue is { } shift)
            Shift = Register("shift", new Parameter(Tensor.Full([1], shift)));
        Weight = Register("weight", new Parameter(Tensor.Ones(normalizedShape)));
        Bias = Register("bias", new Parameter(Tensor.Zeros(normalizedShape)));
    }

    /// <summary>The sizes of the last axes, or the number of channels.</summary>
    public Shape NormalizedShape { get; }

    /// <summary>Whether it goes along the last axes; else along the axis C of [N, C, ...].</summary>
    public bool AlongLastAxes { get; }

    /// <summary>alpha: [1].</summary>
    public Parameter Alpha { get; }

    /// <summary>gamma: of the shape <see cref="NormalizedShape"/>.</summary>
    public Parameter Weight { get; }

    /// <summary>beta: of the shape <see cref="NormalizedShape"/>.</summary>
    public Parameter Bias { get; }

    private protected Parameter? Shift { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An input whose last axes, or whose channels, are not <see cref="NormalizedShape"/>.</exception>
    public override Tensor Forward(Tensor input)
    {
        var (weight, bias) = ((Tensor)Weight, (Tensor)Bias);
        if (AlongLastAxes)
        {
            TrailingAxes.Layout(this, input.Shape, NormalizedShape);
        }
        else
        {
            ChannelInput.LayoutOf(this, NormalizedShape[0], input.Shape);
            Span<int> sizes = stackalloc int[Shape.MaxRank];
            sizes.Fill(1);
            sizes[0] = weight.Length;
            Shape perChannel = new(sizes[..(input.Shape.Rank - 1)]);
            (weight, bias) = (weight.Reshape(perChannel), bias.Reshape(perChannel));
        }

        var x = input * Alpha;
        return Bend(Shift is null ? x : x + Shift) * weight + bias;
    }

    private protected abstract Tensor Bend(Tensor x);

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({NormalizedShape}{(AlongLastAxes ? "" : ", channelsLast: false")})";
}
