namespace Ballast;

/// <summary>The mean of each channel over the whole image, from [N, C, H, W] to [N, C, 1, 1], or from [C, H, W] to [C, 1, 1]; a
/// <see cref="Flatten"/> behind it gives [N, C]. PyTorch: <c>nn.AdaptiveAvgPool2d(1)</c>. Lin, Chen &amp; Yan 2013.</summary>
public sealed class GlobalAvgPool2d : Module
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Not images, or images without pixels.</exception>
    public override Tensor Forward(Tensor input)
    {
        var shape = input.Shape;
        PoolPlan.CheckInput(shape, 2, this);
        Throw.Unless(shape[^2] > 0 && shape[^1] > 0,
            $"{this}: the images {shape} have no values. Use fewer layers that shrink the image before it.");
        return Functional.AdaptiveAvgPool2d(input, 1);
    }

    /// <inheritdoc/>
    public override string ToString() => "GlobalAvgPool2d()";
}
