namespace Ballast;

/// <summary>Sequences [N, C, L] or [C, L] with the values of their other ends around them. PyTorch: <c>nn.CircularPad1d</c>, from 2.1 on.</summary>
public sealed class CircularPad1d : PadNd
{
    /// <summary>Makes the layer with the same number of positions on all sides.</summary>
    /// <param name="padding">The positions on each side, at most as many as the axis has.</param>
    public CircularPad1d(int padding) : base(1, padding, PadMode.Circular, 0)
    {
    }

    /// <summary>Makes the layer with numbers for each side.</summary>
    /// <param name="padding">The positions before and after, last axis first: <c>[left, right]</c>, at most as many as the axis has.</param>
    /// <exception cref="ArgumentException">Another number of numbers.</exception>
    public CircularPad1d(ReadOnlySpan<int> padding) : base(1, padding, PadMode.Circular, 0)
    {
    }
}
