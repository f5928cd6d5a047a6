namespace Ballast;

/// <summary>The input of a <see cref="MaxPool2d"/> as far as its output tells it: the largest values at their places, 0 elsewhere. PyTorch:
/// <c>nn.MaxUnpool2d</c>.</summary>
public sealed class MaxUnpool2d : MaxUnpoolNd
{
    /// <summary>Makes the layer, with the settings of the pool.</summary>
    /// <param name="kernelSize">The rows and columns of the window: <c>3</c>, or <c>(3, 5)</c>.</param>
    /// <param name="stride">Pixels from one window to the next; as many as the kernel has when null.</param>
    /// <param name="padding">Pixels of padding on each side of the pool's input.</param>
    /// <exception cref="ArgumentException">A size below 1, or a negative padding.</exception>
    public MaxUnpool2d(PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default)
        : base(2, kernelSize, stride ?? kernelSize, padding)
    {
    }
}
