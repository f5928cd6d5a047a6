namespace Ballast;

/// <summary>An axis as several: [N, 12] becomes [N, 3, 4] with the axis 1 and the sizes 3 and 4. Nothing is copied. PyTorch:
/// <c>nn.Unflatten</c>.</summary>
/// <param name="axis">The axis.</param>
/// <param name="sizes">The sizes that take its place; -1 for one that follows from the others.</param>
public sealed class Unflatten(int axis, params int[] sizes) : Module
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no such axis, or the sizes do not make up its own.</exception>
    public override Tensor Forward(Tensor input) => input.Unflatten(axis, sizes);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr =>
        $"dim={axis}, unflattened_size={PythonText.Tuple(Array.ConvertAll(sizes, static size => PythonText.Whole(size)))}";

    /// <inheritdoc/>
    public override string ToString() => $"Unflatten({axis}, {string.Join(", ", sizes)})";
}
