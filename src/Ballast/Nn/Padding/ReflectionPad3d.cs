namespace Ballast;

/// <summary>Volumes [N, C, D, H, W] or [C, D, H, W] with their own values mirrored at the outermost ones, which are not repeated around them.
/// PyTorch: <c>nn.ReflectionPad3d</c>.</summary>
public sealed class ReflectionPad3d : PadNd
{
    /// <summary>Makes the layer with the same number of positions on all sides.</summary>
    /// <param name="padding">The positions on each side, fewer than the axis has.</param>
    public ReflectionPad3d(int padding) : base(3, padding, PadMode.Reflect, 0)
    {
    }

    /// <summary>Makes the layer with numbers for each side.</summary>
    /// <param name="padding">The positions before and after, last axis first: <c>[left, right, top, bottom, front, back]</c>, fewer than the
    /// axis has.</param>
    /// <exception cref="ArgumentException">Another number of numbers.</exception>
    public ReflectionPad3d(ReadOnlySpan<int> padding) : base(3, padding, PadMode.Reflect, 0)
    {
    }
}
