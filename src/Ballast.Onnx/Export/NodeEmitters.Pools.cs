using Ballast.Kernels;

namespace Ballast;

// Pools.
static partial class NodeEmitters
{
    static Dictionary<string, NodeEmitter> Pools => new()
    {
        ["max_pool1d"] = One(MaxPool),
        ["max_pool2d"] = One(MaxPool),
        ["max_pool3d"] = One(MaxPool),
        ["max_pool_indices"] = One(MaxPoolPlaces),
        ["avg_pool1d"] = One(AveragePool),
        ["avg_pool2d"] = One(AveragePool),
        ["avg_pool3d"] = One(AveragePool),
    };

    static PoolAxis[] Windows(Emission e)
    {
        var s = e.Node.Get<PoolShape>("shape");
        PoolAxis[] all = [s.Deep, s.Down, s.Across];
        return all[(3 - (e.X.Rank - 2))..];
    }

    // The positions behind each axis that its last window reaches, or those that stand before it too.
    static long After(PoolAxis axis) => Math.Max(axis.Padding,
        (axis.Windows - 1) * axis.Stride + axis.Dilation * (axis.Kernel - 1) + 1 - axis.Size - axis.Padding);

    static (string, object)[] Sizes(PoolAxis[] axes) =>
    [
        ("kernel_shape", Array.ConvertAll(axes, static axis => (long)axis.Kernel)),
        ("strides", Array.ConvertAll(axes, static axis => (long)axis.Stride)),
        ("pads", (long[])[.. axes.Select(static axis => (long)axis.Padding), .. axes.Select(After)]),
    ];

    static GraphTensor MaxPool(Emission e)
    {
        var axes = Windows(e);
        var x = e.X;
        if (axes.Any(static axis => axis.Kernel == 0))
        {
            for (int axis = 0; axis < axes.Length; axis++)
                x = Largest(e, x, axis + 2, axes[axis]);
            return x;
        }

        // A runtime takes no more padding than is smaller than the kernel: what goes beyond is put there first.
        if (axes.Any(static axis => After(axis) >= axis.Kernel))
        {
            long[] more = [.. axes.Select(static axis => Math.Max(0, After(axis) - axis.Kernel + 1))];
            x = e.Graph.Add("Pad", [x, Around(e, x.Rank, more), e.Graph.Number(float.NegativeInfinity)]);
            axes = [.. axes.Select((axis, i) => axis with { Size = axis.Size + (int)more[i] })];
        }

        return x.Then("MaxPool", [.. Sizes(axes), ("dilations", Array.ConvertAll(axes, static axis => (long)axis.Dilation))]);
    }

    // ONNX counts places through the whole tensor, and not in each channel.
    static GraphTensor MaxPoolPlaces(Emission e)
    {
        var axes = Windows(e);
        if (axes.Any(static axis => axis.Kernel == 0 || After(axis) >= axis.Kernel))
            throw e.Refusal("tells the places of the largest values in windows of several sizes or far beyond the end, which a graph does not");
        var places = e.Graph.Add(
            "MaxPool", [e.X], 2, fold: true, [.. Sizes(axes), ("dilations", Array.ConvertAll(axes, static axis => (long)axis.Dilation))])[1];
        return e.Graph.Pair("Mod", places, e.Graph.Longs(axes.Aggregate(1L, static (positions, axis) => positions * axis.Size)));
    }

    static GraphTensor Around(Emission e, int rank, long[] after) =>
        e.Graph.Constant(Tensor.FromInt64([.. new long[rank], 0, 0, .. after], [2 * rank]));

    // The largest of each window along one axis, where the windows have not one size.
    static GraphTensor Largest(Emission e, GraphTensor x, int axis, PoolAxis windows)
    {
        if (windows.Windows == windows.Size && (windows.Kernel == 0 || windows is { Kernel: 1, Stride: 1 }))
            return x;
        var parts = new GraphTensor[windows.Windows];
        for (int window = 0; window < parts.Length; window++)
        {
            var taps = windows.Window(window);
            parts[window] = x.Slice(axis, taps.Start + taps.First * windows.Dilation, taps.Count, windows.Dilation).Reduce("ReduceMax", [axis], true);
        }

        return parts.Length == 1 ? parts[0] : e.Graph.Add("Concat", parts, ("axis", (long)axis));
    }

    static GraphTensor AveragePool(Emission e)
    {
        var axes = Windows(e);
        var divisor = e.Node.Get<PoolDivisor>("divisor");
        var x = e.X;
        bool even = axes.All(static axis => axis.Kernel > 0 && axis.Dilation == 1);
        bool padded = even && axes.Any(static axis => After(axis) > axis.Padding || axis.Padding > 0);
        bool beyond = even && axes.Any(static axis => After(axis) > axis.Padding || After(axis) >= axis.Kernel);
        if (even && divisor.Fixed == 0 && !(beyond && divisor.CountPadding) && !axes.Any(static axis => After(axis) >= axis.Kernel))
        {
            (string, object)[] counted = padded ? [("count_include_pad", divisor.CountPadding ? 1L : 0L)] : [];
            return x.Then("AveragePool", [.. Sizes(axes), .. counted]);
        }

        // A mean along each axis is a product with a matrix that has a column for each window.
        for (int axis = 0; axis < axes.Length; axis++)
            x = Averages(e, x, axis + 2, axes[axis], divisor);
        return divisor.Fixed == 0 ? x : x / divisor.Fixed;
    }

    static GraphTensor Averages(Emission e, GraphTensor x, int axis, PoolAxis windows, PoolDivisor divisor)
    {
        float[] shares = new float[windows.Size * windows.Windows];
        for (int window = 0; window < windows.Windows; window++)
        {
            var taps = windows.Window(window);
            float share = divisor.Fixed != 0 ? 1 : 1f / windows.Counted(taps, divisor.CountPadding);
            for (int i = taps.First; i < taps.Last; i++)
                shares[(taps.Start + i * windows.Dilation) * windows.Windows + window] = share;
        }

        int last = x.Rank - 1;
        int[] turned = [.. Enumerable.Range(0, x.Rank)];
        (turned[axis], turned[last]) = (last, axis);
        var matrix = e.Graph.Constant(Tensor.From(shares, [windows.Size, windows.Windows]));
        return e.Graph.Add("MatMul", [x.Permute(turned), matrix]).Permute(turned);
    }
}
