namespace Ballast;

/// <summary>The input of a <see cref="MaxPool3d"/> as far as its output tells it: the largest values at their places, 0 elsewhere. PyTorch:
/// <c>nn.MaxUnpool3d</c>.</summary>
public sealed class MaxUnpool3d : MaxUnpoolNd
{
    /// <summary>Makes the layer, with the settings of the pool.</summary>
    /// <param name="kernelSize">The planes, rows and columns of the window.</param>
    /// <param name="stride">Positions from one window to the next; as many as the kernel has when null.</param>
    /// <param name="padding">Positions of padding on each side of the pool's input.</param>
    /// <exception cref="ArgumentException">A size below 1, or a negative padding.</exception>
    public MaxUnpool3d(PerAxis kernelSize, PerAxis? stride = null, PerAxis padding = default)
        : base(3, kernelSize, stride ?? kernelSize, padding)
    {
    }
}
