namespace Ballast;

/// <summary>Sequences [N, C, L] or [C, L] with zeros around them. PyTorch: <c>nn.ZeroPad1d</c>, from 2.1 on.</summary>
public sealed class ZeroPad1d : PadNd
{
    /// <summary>Makes the layer with the same number of positions on all sides.</summary>
    /// <param name="padding">The positions on each side.</param>
    public ZeroPad1d(int padding) : base(1, padding, PadMode.Constant, 0)
    {
    }

    /// <summary>Makes the layer with numbers for each side.</summary>
    /// <param name="padding">The positions before and after, last axis first: <c>[left, right]</c>.</param>
    /// <exception cref="ArgumentException">Another number of numbers.</exception>
    public ZeroPad1d(ReadOnlySpan<int> padding) : base(1, padding, PadMode.Constant, 0)
    {
    }
}
