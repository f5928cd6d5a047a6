namespace Ballast;

/// <summary>Volumes [N, C, D, H, W] or [C, D, H, W] with the values of their other ends around them. PyTorch: <c>nn.CircularPad3d</c>, from 2.1
/// on.</summary>
public sealed class CircularPad3d : PadNd
{
    /// <summary>Makes the layer with the same number of positions on all sides.</summary>
    /// <param name="padding">The positions on each side, at most as many as the axis has.</param>
    public CircularPad3d(int padding) : base(3, padding, PadMode.Circular, 0)
    {
    }

    /// <summary>Makes the layer with numbers for each side.</summary>
    /// <param name="padding">The positions before and after, last axis first: <c>[left, right, top, bottom, front, back]</c>, at most as many as
    /// the axis has.</param>
    /// <exception cref="ArgumentException">Another number of numbers.</exception>
    public CircularPad3d(ReadOnlySpan<int> padding) : base(3, padding, PadMode.Circular, 0)
    {
    }
}
