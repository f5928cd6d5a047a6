using Ballast.Kernels;

namespace Ballast;

/// <summary>Group and instance normalization of what has been checked, for the layers and for the functions.</summary>
static class NormalizationPasses
{
    /// <summary>Normalizes each group of channels of each sample.</summary>
    /// <param name="input">x: [N, C, ...].</param>
    /// <param name="gamma">[C], or null for 1.</param>
    /// <param name="beta">[C], or null for 0.</param>
    /// <param name="layout">The sizes of x.</param>
    /// <param name="groups">How many groups the channels make.</param>
    /// <param name="eps">Added to the variance.</param>
    public static Tensor Groups(Tensor input, Parameter? gamma, Parameter? beta, ChannelLayout layout, int groups, double eps) => layout.L == 1
        ? RowNormalizationOperation.Run(input, gamma, beta, new RowLayout(layout.N, groups, layout.C / groups), centered: true, eps)
        : GroupNormalizationOperation.Run(input, gamma, beta, layout, groups, eps);

    /// <summary>Normalizes each channel of each sample.</summary>
    /// <param name="input">x: [N, C, ...].</param>
    /// <param name="gamma">[C], or null for 1.</param>
    /// <param name="beta">[C], or null for 0.</param>
    /// <param name="layout">The sizes of x.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="running">What moves towards the mean of the samples' statistics; null for none.</param>
    /// <param name="momentum">The weight of the batch in it.</param>
    public static Tensor Instances(
        Tensor input, Parameter? gamma, Parameter? beta, ChannelLayout layout, double eps, RunningMoments? running, double momentum)
    {
        int channels = layout.C;
        if (running is null)
            return GroupNormalizationOperation.Run(input, gamma, beta, layout, channels, eps);
        using var memory = new BatchMoments(stackalloc double[BatchMoments.Room], channels);
        var y = GroupNormalizationOperation.Run(input, gamma, beta, layout, channels, eps, memory.Values);
        if (layout.N > 0)
            running.Track(memory.Values[..channels], memory.Values[channels..], layout.L, momentum);
        return y;
    }
}
