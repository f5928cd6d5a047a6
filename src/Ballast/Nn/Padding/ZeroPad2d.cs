namespace Ballast;

/// <summary>Images [N, C, H, W] or [C, H, W] with zeros around them. PyTorch: <c>nn.ZeroPad2d</c>.</summary>
public sealed class ZeroPad2d : PadNd
{
    /// <summary>Makes the layer with the same number of positions on all sides.</summary>
    /// <param name="padding">The positions on each side.</param>
    public ZeroPad2d(int padding) : base(2, padding, PadMode.Constant, 0)
    {
    }

    /// <summary>Makes the layer with numbers for each side.</summary>
    /// <param name="padding">The positions before and after, last axis first: <c>[left, right, top, bottom]</c>.</param>
    /// <exception cref="ArgumentException">Another number of numbers.</exception>
    public ZeroPad2d(ReadOnlySpan<int> padding) : base(2, padding, PadMode.Constant, 0)
    {
    }
}
