namespace Ballast;

/// <summary>Sequences [N, C, L] or [C, L] with one value around them. PyTorch: <c>nn.ConstantPad1d</c>.</summary>
public sealed class ConstantPad1d : PadNd
{
    /// <summary>Makes the layer with the same number of positions on all sides.</summary>
    /// <param name="padding">The positions on each side.</param>
    /// <param name="value">The value.</param>
    public ConstantPad1d(int padding, double value) : base(1, padding, PadMode.Constant, value)
    {
    }

    /// <summary>Makes the layer with numbers for each side.</summary>
    /// <param name="padding">The positions before and after, last axis first: <c>[left, right]</c>.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentException">Another number of numbers.</exception>
    public ConstantPad1d(ReadOnlySpan<int> padding, double value) : base(1, padding, PadMode.Constant, value)
    {
    }
}
