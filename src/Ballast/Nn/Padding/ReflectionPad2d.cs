namespace Ballast;

/// <summary>Images [N, C, H, W] or [C, H, W] with their own values mirrored at the outermost ones, which are not repeated around them. PyTorch:
/// <c>nn.ReflectionPad2d</c>.</summary>
public sealed class ReflectionPad2d : PadNd
{
    /// <summary>Makes the layer with the same number of positions on all sides.</summary>
    /// <param name="padding">The positions on each side, fewer than the axis has.</param>
    public ReflectionPad2d(int padding) : base(2, padding, PadMode.Reflect, 0)
    {
    }

    /// <summary>Makes the layer with numbers for each side.</summary>
    /// <param name="padding">The positions before and after, last axis first: <c>[left, right, top, bottom]</c>, fewer than the axis has.</param>
    /// <exception cref="ArgumentException">Another number of numbers.</exception>
    public ReflectionPad2d(ReadOnlySpan<int> padding) : base(2, padding, PadMode.Reflect, 0)
    {
    }
}
