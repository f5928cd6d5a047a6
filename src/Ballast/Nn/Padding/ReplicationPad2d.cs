namespace Ballast;

/// <summary>Images [N, C, H, W] or [C, H, W] with their outermost values repeated around them. PyTorch: <c>nn.ReplicationPad2d</c>.</summary>
public sealed class ReplicationPad2d : PadNd
{
    /// <summary>Makes the layer with the same number of positions on all sides.</summary>
    /// <param name="padding">The positions on each side.</param>
    public ReplicationPad2d(int padding) : base(2, padding, PadMode.Replicate, 0)
    {
    }

    /// <summary>Makes the layer with numbers for each side.</summary>
    /// <param name="padding">The positions before and after, last axis first: <c>[left, right, top, bottom]</c>.</param>
    /// <exception cref="ArgumentException">Another number of numbers.</exception>
    public ReplicationPad2d(ReadOnlySpan<int> padding) : base(2, padding, PadMode.Replicate, 0)
    {
    }
}
