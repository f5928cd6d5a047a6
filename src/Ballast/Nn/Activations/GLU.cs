namespace Ballast;

/// <summary>The gated linear unit: of the two halves a and b of an axis a / (1 + exp(-b)); the axis becomes half as large. Dauphin et al.
/// 2017. PyTorch: <c>nn.GLU</c>.</summary>
/// <param name="axis">The axis that is cut in two; -1 is the last one.</param>
public sealed class GLU(int axis = -1) : Module
{
    /// <summary>The axis that is cut in two.</summary>
    public int Axis => axis;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no such axis, or its size is odd.</exception>
    public override Tensor Forward(Tensor input) => Functional.Glu(input, axis);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"dim={axis}";

    /// <inheritdoc/>
    public override string ToString() => $"GLU({axis})";
}
