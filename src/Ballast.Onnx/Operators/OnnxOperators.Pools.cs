using Ballast.Kernels;

namespace Ballast;

// Pools.
static partial class OnnxOperators
{
    static Dictionary<string, OnnxOperator> Pools => new()
    {
        ["MaxPool"] = MaxPool,
        ["AveragePool"] = One(AveragePool),
        ["LpPool"] = One(LpPool),
        ["GlobalAveragePool"] = One(static call => call.X.Mean(Positions(call), keepAxes: true)),
        ["GlobalMaxPool"] = One(static call => call.X.Amax(Positions(call), keepAxes: true)),
        ["GlobalLpPool"] = One(static call => call.X.Norm(call.Int("p", 2), Positions(call), keepAxes: true)),
    };

    // The axes behind the channels.
    static int[] Positions(OperatorCall call) => call.X.Shape.Rank > 2 ? [.. Enumerable.Range(2, call.X.Shape.Rank - 2)]
        : throw call.Fault($"expected [N, C, ...] with positions, got {call.X.Shape}");

    // The windows on each axis. A last one that does not fit is there with ceil_mode, if it begins on the input or what is before it.
    static PoolAxis[] Windows(OperatorCall call, out int[] after)
    {
        var shape = call.X.Shape;
        int[] kernel = call.Ints("kernel_shape") ?? throw call.Fault("it has no kernel_shape");
        int[] strides = call.Ints("strides") ?? Ones(kernel.Length), dilations = call.Ints("dilations") ?? Ones(kernel.Length);
        if (kernel.Length is < 1 or > 3)
            throw call.Fault($"expected windows over 1 to 3 axes, got {kernel.Length}");
        (int[] before, after) = Padding(call, shape, kernel, strides, dilations);
        var windows = new PoolAxis[kernel.Length];
        for (int axis = 0; axis < windows.Length; axis++)
        {
            int size = shape[2 + axis], extent = checked((kernel[axis] - 1) * dilations[axis] + 1);
            int room = checked(size + before[axis] + after[axis] - extent);
            int count = room < 0 ? 0 : room / strides[axis] + 1;
            if (call.Int("ceil_mode", 0) != 0 && room >= 0 && room % strides[axis] != 0 && count * strides[axis] < size + before[axis])
                count++;
            windows[axis] = new PoolAxis(size, count, kernel[axis], strides[axis], before[axis], dilations[axis]);
            bool empty = count == 0 || Enumerable.Range(0, count).Any(window => windows[axis].Window(window).Count < 1);
            if (empty)
                throw call.Fault($"a window of axis {2 + axis} of {shape} lies on none of its positions");
        }

        call.Shape([shape[0], shape[1], .. windows.Select(static axis => axis.Windows)]);
        return windows;
    }

    static PoolShape Pool(Tensor x, PoolAxis[] windows) => PoolSizes.Shape(x.Shape, axis => windows[axis]);

    static Tensor?[] MaxPool(OperatorCall call)
    {
        var windows = Windows(call, out _);
        var shape = Pool(call.X, windows);
        var y = Typed(call.X, MaxPoolOperation.Run(call.X.To(ElementType.Float32), shape));
        if (call.Node.Outputs.Length < 2 || call.Node.Outputs[1].Length == 0)
            return [y];
        if (call.Int("storage_order", 0) != 0)
            throw call.Fault("it counts positions column by column");
        // Places in the whole tensor, from places in a channel.
        var s = call.X.Shape;
        long positions = s.Length / Math.Max(1, (long)s[0] * s[1]);
        var first = (Tensor.Arange(0L, s[0] * s[1]) * positions).Reshape(new Shape([s[0], s[1], .. Ones(windows.Length)]));
        return [y, MaxPoolOperation.Indices(call.X, shape) + first];
    }

    static Tensor AveragePool(OperatorCall call)
    {
        var windows = Windows(call, out int[] after);
        if (windows.Any(static axis => axis.Dilation != 1))
            throw call.Fault("its windows are dilated");
        bool padding = call.Int("count_include_pad", 0) != 0;
        bool even = windows.Zip(after).All(static pair => pair.First.Padding == pair.Second);
        var y = AveragePoolOperation.Run(call.X, Pool(call.X, windows), new PoolDivisor(padding && even));
        if (!padding || even)
            return y;
        // The mean of the values on the input becomes that of all that count.
        for (int axis = 0; axis < windows.Length; axis++)
        {
            float[] shares = new float[windows[axis].Windows];
            for (int window = 0; window < shares.Length; window++)
            {
                var taps = windows[axis].Window(window);
                shares[window] = taps.Count / (float)(Math.Min(taps.Start + windows[axis].Kernel, windows[axis].Size + after[axis]) - taps.Start);
            }

            y *= Tensor.From(shares, new Shape([shares.Length, .. Ones(windows.Length - 1 - axis)]));
        }

        return y;
    }

    static Tensor LpPool(OperatorCall call)
    {
        var windows = Windows(call, out _);
        if (windows.Any(static axis => axis.Dilation != 1))
            throw call.Fault("its windows are dilated");
        int p = call.Int("p", 2), values = windows.Aggregate(1, static (product, axis) => product * axis.Kernel);
        var sums = AveragePoolOperation.Run(p == 2 ? call.X.Square() : call.X.Abs().Pow(p), Pool(call.X, windows), new PoolDivisor(false, 1));
        return values == 1 && p == 1 ? sums : sums.Pow(1.0 / p);
    }
}
