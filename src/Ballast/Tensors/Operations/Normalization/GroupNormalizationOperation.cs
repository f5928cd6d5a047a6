using System.Buffers;
using Ballast.Kernels;

namespace Ballast;

/// <summary>y = (x - mean) / sqrt(variance + eps) gamma + beta, with statistics of groups of channels inside each sample. Group
/// normalization (Wu &amp; He 2018) and, with a group for each channel, instance normalization (Ulyanov et al. 2016).</summary>
sealed class GroupNormalizationOperation : Operation
{
    readonly Buffer source;
    readonly Buffer table; // [blocks, ChannelRows.Count, C of a block]
    readonly MemoryOrder order;
    readonly GroupBlocks blocks;

    GroupNormalizationOperation(
        Tensor x, Parameter? gamma, Parameter? beta, GroupBlocks blocks, Buffer source, Buffer table, MemoryOrder order)
        : base(x, gamma, beta)
    {
        this.source = source.Hold();
        this.table = table.Hold();
        this.order = order;
        this.blocks = blocks;
    }

    /// <summary>The forward pass.</summary>
    /// <param name="x">[N, C, ...].</param>
    /// <param name="gamma">[C], or null for 1.</param>
    /// <param name="beta">[C], or null for 0.</param>
    /// <param name="layout">Where the channels lie if x is row-major.</param>
    /// <param name="groups">How many groups of neighbouring channels share statistics.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="averages">Takes the averages over the samples of each channel's mean and biased variance, [2, C], unless it is empty.</param>
    public static Tensor Run(
        Tensor x, Parameter? gamma, Parameter? beta, ChannelLayout layout, int groups, double epsilon, Span<double> averages = default)
    {
        if (Backend.Current is { } other)
        {
            if (!averages.IsEmpty)
                Average(other, x, layout, averages);
            return other.Apply("group_norm", [x, gamma, beta],
                ("samples", layout.N), ("groups", groups), ("channels", layout.C / groups), ("eps", epsilon));
        }

        var order = MemoryOrder.Of(x, layout);
        var source = order.Hold(x);
        var blocks = new GroupBlocks(order.Layout, groups);
        int constants = blocks.Numbers(ChannelRows.Count);
        var table = Buffer.Rent(constants);
        var result = Buffer.Rent(layout.Length);
        double[] rented = ArrayPool<double>.Shared.Rent(blocks.Numbers(2));
        var statistics = rented.AsSpan(0, blocks.Numbers(2));
        GroupNormalization.Forward(
            source.Span(layout.Length), blocks, gamma is null ? default : gamma.AsSpan(), beta is null ? default : beta.AsSpan(), epsilon,
            statistics, table.Span(constants), result.Span(layout.Length));
        if (!averages.IsEmpty)
            blocks.Average(statistics, averages);
        ArrayPool<double>.Shared.Return(rented);
        bool record = Tensor.Recording && (x.RequiresGrad || gamma is { RequiresGrad: true } || beta is { RequiresGrad: true });
        var output = record
            ? new GroupNormalizationOperation(x, gamma, beta, blocks, source, table, order).Produce(x.Shape, order.Values(result))
            : new Tensor(x.Shape, order.Values(result));
        source.Release();
        table.Release();
        return output;
    }

    // The averages over the samples of moments that a backend computes.
    static void Average(Backend backend, Tensor x, ChannelLayout layout, Span<double> averages)
    {
        using var off = Tensor.NoGrad();
        double[] moments = new double[2 * layout.N * layout.C];
        backend.Apply("channel_moments", x, ("chunks", layout.N)).Read(moments);
        averages.Clear();
        for (int i = 0; i < moments.Length; i++)
            averages[i % averages.Length] += moments[i] / layout.N;
    }

    /// <summary>With g the gradient and h the normalized values: dgamma = sum g h, dbeta = sum g, and dx as
    /// <see cref="GroupNormalization.Backward"/> has it.</summary>
    public override void Backward(Values gradient)
    {
        var layout = order.Layout;
        int length = layout.Length, count = blocks.Numbers(2);
        var g = order.Read(gradient, length);
        var dx = g.IsExclusive ? g.Hold() : Buffer.Rent(length);
        double[] rented = ArrayPool<double>.Shared.Rent(count);
        var sums = rented.AsSpan(0, count);
        GroupNormalization.Backward(
            source.Span(length), g.Span(length), blocks, table.Span(blocks.Numbers(ChannelRows.Count)), sums, dx.Span(length));
        Give(sums);
        ArrayPool<double>.Shared.Return(rented);
        g.Release();
        Give(First!, order.Values(dx));
    }

    void Give(ReadOnlySpan<double> sums)
    {
        if (Second is not { RequiresGrad: true } && Third is not { RequiresGrad: true })
            return;
        int c = order.Layout.C;
        double[] rented = ArrayPool<double>.Shared.Rent(2 * c);
        GroupNormalization.AffineGradients(blocks, table.Span(blocks.Numbers(ChannelRows.Count)), sums, rented.AsSpan(0, 2 * c));
        Give(Second, rented.AsSpan(0, c));
        Give(Third, rented.AsSpan(c, c));
        ArrayPool<double>.Shared.Return(rented);
    }

    static void Give(Tensor? parameter, ReadOnlySpan<double> gradient)
    {
        if (parameter is not { RequiresGrad: true })
            return;
        var rounded = Buffer.Rent(gradient.Length);
        var to = rounded.Span(gradient.Length);
        for (int i = 0; i < to.Length; i++)
            to[i] = (float)gradient[i];
        Give(parameter, new Values(rounded));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        source.Release();
        table.Release();
    }
}
