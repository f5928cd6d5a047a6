namespace Ballast;

/// <summary>Images [N, C, H, W] or [C, H, W] with one value around them. PyTorch: <c>nn.ConstantPad2d</c>.</summary>
public sealed class ConstantPad2d : PadNd
{
    /// <summary>Makes the layer with the same number of positions on all sides.</summary>
    /// <param name="padding">The positions on each side.</param>
    /// <param name="value">The value.</param>
    public ConstantPad2d(int padding, double value) : base(2, padding, PadMode.Constant, value)
    {
    }

    /// <summary>Makes the layer with numbers for each side.</summary>
    /// <param name="padding">The positions before and after, last axis first: <c>[left, right, top, bottom]</c>.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">Another number of numbers.</exception>
    public ConstantPad2d(ReadOnlySpan<int> padding, double value) : base(2, padding, PadMode.Constant, value)
    {
    }
}
