namespace Ballast;

/// <summary>Data under another shape: the values are another tensor's.</summary>
sealed class TensorView(Shape shape, Tensor viewed) : Tensor(shape)
{
    readonly Tensor root = viewed.Root;

    /// <inheritdoc/>
    internal override Tensor Root => root;
}
