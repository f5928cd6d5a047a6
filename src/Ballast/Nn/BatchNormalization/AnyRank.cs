using Ballast.Kernels;

namespace Ballast;

/// <summary>What the normalizations that take [N, C], [N, C, L], [N, C, H, W] and [N, C, D, H, W] alike say about their inputs.
/// </summary>
static class AnyRank
{
    /// <summary>What they take, as an error tells it.</summary>
    public static string Expected(int channels) =>
        $"[N, {channels}], [N, {channels}, L], [N, {channels}, H, W] or [N, {channels}, D, H, W]";

    /// <summary>Whether they take inputs of this rank.</summary>
    public static bool Takes(int rank) => rank is >= 2 and <= 5;

    /// <summary>What to do about an input of another rank.</summary>
    public static string Remedy(int rank) => rank < 2
        ? "A single sample is a batch of one: Reshape it to have the axis N in front."
        : "Reshape the axes behind C to at most three.";

    /// <summary>Where the channels of [N, C, ...] lie.</summary>
    public static ChannelLayout Layout(Shape shape)
    {
        int values = 1;
        for (int axis = 2; axis < shape.Rank; axis++)
            values *= shape[axis];
        return new ChannelLayout(shape[0], shape[1], values);
    }

    /// <summary>Where the channels of an input lie, which is refused if a layer of so many channels cannot take it.</summary>
    public static ChannelLayout Layout(Module layer, int channels, Shape shape, bool training, bool ofBatch)
    {
        bool rightRank = Takes(shape.Rank);
        if (!rightRank || shape[1] != channels)
        {
            Throw.Argument($"{layer}: expected input {Expected(channels)}, got {shape}. " +
                (rightRank ? $"The layer before it must produce {channels} {(shape.Rank > 3 ? "channels" : "features")}."
                    : Remedy(shape.Rank)));
        }

        var layout = Layout(shape);
        if (ofBatch && layout.PerChannel <= 1)
            RefuseTooFew(layer, shape, layout.PerChannel, training);
        return layout;
    }

    /// <summary>Refuses an input whose channels have too few values for a variance.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="shape">The input.</param>
    /// <param name="count">How many values a channel has.</param>
    /// <param name="training">Whether the layer is in training mode.</param>
    public static void RefuseTooFew(Module layer, Shape shape, int count, bool training)
    {
        if (training)
        {
            string few = count == 0 ? "An empty batch" : "One value";
            Throw.Argument(
                $"{layer}: expected more than 1 value per channel when training, got input {shape}. {few} has no variance.",
                RemedyKind.CompleteBatches,
                "Use a larger batch, drop the last incomplete one (DataLoader with dropLast: true), or call Eval() first.");
        }

        Throw.Argument(
            $"{layer}: it has no running statistics, and {count} value per channel in the input {shape} gives none. " +
            "Use a larger batch, or a layer with trackRunningStats: true.");
    }
}
