using Ballast.Kernels;

namespace Ballast;

/// <summary>Inputs [N, C, ...] that a layer over channels takes, and what it says about others.</summary>
/// <param name="leastRank">The fewest axes.</param>
/// <param name="mostRank">The most axes.</param>
/// <param name="expected">The inputs for a number of channels, as an error tells them.</param>
/// <param name="remedy">What to do about an input of another rank.</param>
sealed class ChannelInput(int leastRank, int mostRank, Func<int, string> expected, Func<int, string> remedy)
{
    /// <summary>[N, C], [N, C, L], [N, C, H, W] and [N, C, D, H, W] alike.</summary>
    public static ChannelInput Any { get; } = new(
        2, 5, static c => $"[N, {c}], [N, {c}, L], [N, {c}, H, W] or [N, {c}, D, H, W]", static rank => rank < 2
            ? "A single sample is a batch of one: Reshape it to have the axis N in front."
            : "Reshape the axes behind C to at most three.");

    /// <summary>[N, C] and [N, C, L].</summary>
    public static ChannelInput Sequences { get; } = new(
        2, 3, static c => $"[N, {c}] or [N, {c}, L]", static _ => "Put a Flatten before it, or give it one value a feature.");

    /// <summary>[N, C, L], some positions of which are padding.</summary>
    public static ChannelInput PaddedSequences { get; } = new(
        3, 3, static c => $"[N, {c}, L]", static _ => "It takes sequences; without padding use the other batch normalizations.");

    /// <summary>[N, C, H, W].</summary>
    public static ChannelInput Images { get; } = new(4, 4, static c => $"[N, {c}, H, W]", static rank => rank is 2 or 3
        ? "For [N, C] or [N, C, L] use BatchNorm1d." : "It takes images; for [N, C, D, H, W] use BatchNorm3d.");

    /// <summary>[N, C, D, H, W].</summary>
    public static ChannelInput Volumes { get; } = new(5, 5, static c => $"[N, {c}, D, H, W]", static rank => rank is 4
        ? "For [N, C, H, W] use BatchNorm2d." : "It takes volumes; for [N, C] or [N, C, L] use BatchNorm1d.");

    /// <summary>Where the channels of an input lie if it is row-major.</summary>
    /// <exception cref="ArgumentException">Another rank, or another number of channels.</exception>
    public ChannelLayout Layout(object layer, int channels, Shape shape)
    {
        bool rightRank = shape.Rank >= leastRank && shape.Rank <= mostRank;
        if (!rightRank || shape[1] != channels)
        {
            Throw.Argument($"{layer}: expected input {expected(channels)}, got {shape}. " +
                (rightRank ? $"The layer before it must produce {channels} {(shape.Rank > 3 ? "channels" : "features")}." : remedy(shape.Rank)));
        }

        return LayoutOf(shape);
    }

    /// <summary>The same for layers that take any number of axes behind C.</summary>
    /// <exception cref="ArgumentException">Not [N, C, ...], or another number of channels.</exception>
    public static ChannelLayout LayoutOf(object layer, int channels, Shape shape)
    {
        Throw.Unless(shape.Rank >= 2 && shape[1] == channels,
            $"{layer}: expected input [N, {channels}] or [N, {channels}, ...], got {shape}. The layer before it must produce {channels} channels.");
        return LayoutOf(shape);
    }

    /// <summary>Where the channels of [N, C, ...] lie.</summary>
    public static ChannelLayout LayoutOf(Shape shape)
    {
        int values = 1;
        for (int axis = 2; axis < shape.Rank; axis++)
            values *= shape[axis];
        return new ChannelLayout(shape[0], shape[1], values);
    }
}
