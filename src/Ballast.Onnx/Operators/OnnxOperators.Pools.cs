using Ballast.Kernels;

namespace Ballast;

// Pools.
static partial class OnnxOperators
{
    static Dictionary<string, OnnxOperator> Pools => new()
    {
        ["MaxPool"] = MaxPool,
        ["MaxUnpool"] = One(MaxUnpool),
        ["Col2Im"] = One(Fold),
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
        // Places in the whole tensor, from places in a channel.
        var s = call.X.Shape;
        long positions = s.Length / Math.Max(1, (long)s[0] * s[1]);
        var first = (Tensor.Arange(0L, s[0] * s[1]) * positions).Reshape(new Shape([s[0], s[1], .. Ones(windows.Length)]));
        var places = MaxPoolOperation.Indices(call.X, shape);
        return [y, (call.Int("storage_order", 0) == 0 ? places : Columns(places, s.ToArray()[2..])) + first];
    }

    // Places that are counted with the first axis as the fastest, from such with the last.
    static Tensor Columns(Tensor places, int[] sizes)
    {
        long behind = 1, before = sizes.Aggregate(1L, static (product, size) => product * size);
        Tensor? sum = null;
        for (int axis = sizes.Length - 1; axis >= 0; axis--)
        {
            before /= sizes[axis];
            var along = Quotient(places, Tensor.FromInt64([behind], Shape.Scalar)).Remainder((long)sizes[axis]) * before;
            sum = sum is null ? along : sum + along;
            behind *= sizes[axis];
        }

        return sum!;
    }

    // Windows as columns, added up where they overlap.
    static Tensor Fold(OperatorCall call)
    {
        int[] image = call.IntsAt(1) ?? [], block = call.IntsAt(2) ?? [];
        int[] strides = call.Ints("strides") ?? Ones(2), dilations = call.Ints("dilations") ?? Ones(2), pads = call.Ints("pads") ?? new int[4];
        if (image.Length != 2 || block.Length != 2 || strides.Length != 2 || dilations.Length != 2 || pads.Length != 4
            || image.Concat(block).Concat(strides).Concat(dilations).Any(static size => size < 1) || pads.Any(static pad => pad < 0))
        {
            throw call.Fault($"windows {string.Join(" x ", block)} of {string.Join(" x ", image)} are none of images");
        }

        int[] sizes = [checked(image[0] + pads[0] + pads[2]), checked(image[1] + pads[1] + pads[3])];
        call.Shape(call.X.Shape[0], checked(call.X.Shape[1] / checked(block[0] * block[1])), sizes[0], sizes[1]);
        return Functional.Fold(call.X, Each(sizes), Each(block), Each(dilations), 0, Each(strides)).Pad([-pads[1], -pads[3], -pads[0], -pads[2]]);
    }

    // Values at their places in the pool's whole input, which may be put into a larger one.
    static Tensor MaxUnpool(OperatorCall call)
    {
        var (x, places) = (call.X, call[1]);
        int[] kernel = call.Ints("kernel_shape") ?? throw call.Fault("it has no kernel_shape"), strides = call.Ints("strides") ?? Ones(kernel.Length);
        var (before, after) = Padding(call, x.Shape, kernel, strides, Ones(kernel.Length));
        int[] sizes = [x.Shape[0], x.Shape[1], .. kernel.Select((size, axis) =>
            checked((x.Shape[2 + axis] - 1) * strides[axis] + size - before[axis] - after[axis]))];
        var shape = call.Shape(sizes);
        if (places.Shape != x.Shape)
            throw call.Fault($"the places {places.Shape} are not those of {x.Shape}");
        var y = Tensor.Zeros([shape.Length]).Scatter(0, Positive(places.Flatten(), shape.Length), x.Flatten()).Reshape(shape);
        if (call.IntsAt(2) is not { } wanted)
            return y;
        if (wanted.Length != sizes.Length || wanted[0] != sizes[0] || wanted[1] != sizes[1]
            || wanted.Zip(sizes).Any(static pair => pair.First < pair.Second))
        {
            throw call.Fault($"the result {shape} does not fit into {string.Join(" x ", wanted)}");
        }

        call.Shape(wanted);
        return y.Pad(Around(new int[kernel.Length], [.. wanted.Skip(2).Zip(sizes.Skip(2), static (all, own) => all - own)]));
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
