namespace Ballast;

/// <summary>Volumes [N, C, D, H, W] or [C, D, H, W] with one value around them. PyTorch: <c>nn.ConstantPad3d</c>.</summary>
public sealed class ConstantPad3d : PadNd
{
    /// <summary>Makes the layer with the same number of positions on all sides.</summary>
    /// <param name="padding">The positions on each side.</param>
    /// <param name="value">The value.</param>
    public ConstantPad3d(int padding, double value) : base(3, padding, PadMode.Constant, value)
    {
    }

    /// <summary>Makes the layer with numbers for each side.</summary>
    /// <param name="padding">The positions before and after, last axis first: <c>[left, right, top, bottom, front, back]</c>.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">Another number of numbers.</exception>
    public ConstantPad3d(ReadOnlySpan<int> padding, double value) : base(3, padding, PadMode.Constant, value)
    {
    }
}
