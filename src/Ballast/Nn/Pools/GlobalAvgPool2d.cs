namespace Ballast;

/// <summary>The mean of each channel over the whole image, from [N, C, H, W] to [N, C, 1, 1]; a <see cref="Flatten"/> behind it
/// gives [N, C]. PyTorch: <c>nn.AdaptiveAvgPool2d(1)</c>. Lin, Chen &amp; Yan 2013.</summary>
public sealed class GlobalAvgPool2d : Module
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Not images, or images without pixels.</exception>
    public override Tensor Forward(Tensor input)
    {
        var shape = input.Shape;
        Throw.Unless(shape.Rank == 4,
            $"{this}: expected input [N, C, H, W], got {shape}. It takes a batch of images; give one image a first axis of 1.");
        Throw.Unless(shape[1] > 0 && shape[2] > 0 && shape[3] > 0,
            $"{this}: the images {shape} have no values. Use fewer layers that shrink the image before it.");
        return Functional.AdaptiveAvgPool2d(input, 1);
    }

    /// <inheritdoc/>
    public override string ToString() => "GlobalAvgPool2d()";
}
