namespace Ballast;

/// <summary>Volumes [N, C, D, H, W] or [C, D, H, W] with zeros around them. PyTorch: <c>nn.ZeroPad3d</c>, from 2.1 on.</summary>
public sealed class ZeroPad3d : PadNd
{
    /// <summary>Makes the layer with the same number of positions on all sides.</summary>
    /// <param name="padding">The positions on each side.</param>
    public ZeroPad3d(int padding) : base(3, padding, PadMode.Constant, 0)
    {
    }

    /// <summary>Makes the layer with numbers for each side.</summary>
    /// <param name="padding">The positions before and after, last axis first: <c>[left, right, top, bottom, front, back]</c>.</param>
    /// <exception cref="ArgumentException">Another number of numbers.</exception>
    public ZeroPad3d(ReadOnlySpan<int> padding) : base(3, padding, PadMode.Constant, 0)
    {
    }
}
