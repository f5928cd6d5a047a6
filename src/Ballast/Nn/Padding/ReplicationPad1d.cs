namespace Ballast;

/// <summary>Sequences [N, C, L] or [C, L] with their outermost values repeated around them. PyTorch: <c>nn.ReplicationPad1d</c>.</summary>
public sealed class ReplicationPad1d : PadNd
{
    /// <summary>Makes the layer with the same number of positions on all sides.</summary>
    /// <param name="padding">The positions on each side.</param>
    public ReplicationPad1d(int padding) : base(1, padding, PadMode.Replicate, 0)
    {
    }

    /// <summary>Makes the layer with numbers for each side.</summary>
    /// <param name="padding">The positions before and after, last axis first: <c>[left, right]</c>.</param>
    /// <exception cref="ArgumentException">Another number of numbers.</exception>
    public ReplicationPad1d(ReadOnlySpan<int> padding) : base(1, padding, PadMode.Replicate, 0)
    {
    }
}
