namespace Ballast;

/// <summary>exp(-x) / sum of exp(-x) along an axis. PyTorch: <c>nn.Softmin</c>.</summary>
/// <param name="axis">The axis; null for 0 of inputs with 0, 1 or 3 axes and 1 of all others, as PyTorch chooses.</param>
public sealed class Softmin(int? axis = null) : Module
{
    /// <summary>The axis, or null where the input decides.</summary>
    public int? Axis => axis;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public override Tensor Forward(Tensor input) => Functional.Softmin(input, axis);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"dim={(axis is { } own ? $"{own}" : "None")}";

    /// <inheritdoc/>
    public override string ToString() => $"Softmin({axis})";
}
