namespace Ballast;

// Products of matrices and convolutions.
static partial class OnnxOperators
{
    static Dictionary<string, OnnxOperator> Products => new()
    {
        ["MatMul"] = One(static call => call[0].MatMul(call[1])),
        ["Gemm"] = One(Gemm),
        ["Conv"] = One(Convolution),
        ["ConvTranspose"] = One(TransposedConvolution),
        ["Einsum"] = One(static call => Tensor.Einsum(call.Text("equation", ""), call.All)),
    };

    static Tensor Gemm(OperatorCall call)
    {
        var (a, b, c) = (call[0], call[1], call.Optional(2));
        float alpha = call.Float("alpha", 1), beta = call.Float("beta", 1);
        if (a.Shape.Rank != 2 || b.Shape.Rank != 2)
            throw call.Fault($"expected two matrices, got {a.Shape} and {b.Shape}");
        a = call.Int("transA", 0) != 0 ? a.Transpose(0, 1) : a;
        bool rows = call.Int("transB", 0) != 0;
        if (rows && alpha == 1 && (c is null || (beta == 1 && c.Shape.Rank == 1 && c.Length == b.Shape[0])))
            return Functional.Linear(a, b, c);
        var y = a.MatMul(rows ? b.Transpose(0, 1) : b);
        y = alpha == 1 ? y : y * alpha;
        return c is null ? y : y + (beta == 1 ? c : c * beta);
    }

    /// <summary>Positions that are put around each axis: as they are written, or as <c>auto_pad</c> makes them.</summary>
    static (int[] Before, int[] After) Padding(OperatorCall call, Shape input, int[] kernel, int[] strides, int[] dilations)
    {
        int axes = kernel.Length;
        int[] pads = call.Ints("pads") ?? new int[2 * axes];
        if (pads.Length != 2 * axes || strides.Length != axes || dilations.Length != axes || input.Rank != axes + 2
            || strides.Concat(dilations).Concat(kernel).Any(static size => size < 1) || pads.Any(static pad => pad < 0))
        {
            throw call.Fault($"kernel [{string.Join(", ", kernel)}], strides [{string.Join(", ", strides)}], dilations "
                + $"[{string.Join(", ", dilations)}] and pads [{string.Join(", ", pads)}] do not fit {input}");
        }

        string auto = call.Text("auto_pad", "NOTSET");
        if (auto is not ("SAME_UPPER" or "SAME_LOWER"))
            return auto == "VALID" ? (new int[axes], new int[axes]) : (pads[..axes], pads[axes..]);
        var (before, after) = (new int[axes], new int[axes]);
        for (int axis = 0; axis < axes; axis++)
        {
            int size = input[2 + axis], windows = (size + strides[axis] - 1) / strides[axis];
            int all = Math.Max(0, checked((windows - 1) * strides[axis] + (kernel[axis] - 1) * dilations[axis] + 1 - size));
            (before[axis], after[axis]) = auto == "SAME_UPPER" ? (all / 2, all - all / 2) : (all - all / 2, all / 2);
        }

        return (before, after);
    }

    static int[] Ones(int count) => [.. Enumerable.Repeat(1, count)];

    // Numbers before and after each axis, the last axis first.
    static int[] Around(int[] before, int[] after)
    {
        int[] around = new int[2 * before.Length];
        for (int axis = 0; axis < before.Length; axis++)
            (around[^(2 * axis + 2)], around[^(2 * axis + 1)]) = (before[axis], after[axis]);
        return around;
    }

    static PerAxis Each(int[] values) => PerAxis.Of(values.Length, axis => values[axis]);

    static Tensor Convolution(OperatorCall call)
    {
        var (x, w, b) = (call[0], call[1], call.Optional(2));
        int axes = w.Shape.Rank - 2, groups = call.Int("group", 1);
        if (axes is < 1 or > 3 || groups < 1)
            throw call.Fault($"expected a weight of 3 to 5 axes and groups, got {w.Shape} and {groups}");
        int[] kernel = w.Shape.ToArray()[2..], strides = call.Ints("strides") ?? Ones(axes), dilations = call.Ints("dilations") ?? Ones(axes);
        var (before, after) = Padding(call, x.Shape, kernel, strides, dilations);
        int[] padding = [.. before.Zip(after, Math.Min)];
        if (!before.SequenceEqual(after))
            x = x.Pad(Around([.. before.Zip(padding, static (all, own) => all - own)], [.. after.Zip(padding, static (all, own) => all - own)]));
        return axes switch
        {
            1 => Functional.Conv1d(x, w, b, Each(strides), Each(padding), Each(dilations), groups),
            2 => Functional.Conv2d(x, w, b, Each(strides), Each(padding), Each(dilations), groups),
            _ => Functional.Conv3d(x, w, b, Each(strides), Each(padding), Each(dilations), groups),
        };
    }

    static Tensor TransposedConvolution(OperatorCall call)
    {
        var (x, w, b) = (call[0], call[1], call.Optional(2));
        int axes = w.Shape.Rank - 2, groups = call.Int("group", 1);
        if (axes is < 1 or > 3 || groups < 1)
            throw call.Fault($"expected a weight of 3 to 5 axes and groups, got {w.Shape} and {groups}");
        int[] kernel = w.Shape.ToArray()[2..], strides = call.Ints("strides") ?? Ones(axes), dilations = call.Ints("dilations") ?? Ones(axes);
        int[] more = call.Ints("output_padding") ?? new int[axes];
        var (before, after) = Padding(call, x.Shape, kernel, strides, dilations);
        if (more.Length != axes || more.Any(static pad => pad < 0))
            throw call.Fault("its output_padding has not a number for each axis");
        string auto = call.Text("auto_pad", "NOTSET");
        int[]? shape = call.Ints("output_shape");
        int[] wanted = new int[axes], sizes = [x.Shape[0], checked(w.Shape[1] * groups), .. new int[axes]];
        for (int axis = 0; axis < axes; axis++)
        {
            int full = checked(strides[axis] * (x.Shape[2 + axis] - 1) + (kernel[axis] - 1) * dilations[axis] + 1);
            if (shape is not null || auto.StartsWith("SAME", StringComparison.Ordinal))
            {
                wanted[axis] = shape is null ? checked(x.Shape[2 + axis] * strides[axis]) : shape[^(axes - axis)];
                int all = Math.Max(0, full + more[axis] - wanted[axis]);
                (before[axis], after[axis]) = auto == "SAME_UPPER" ? (all / 2, all - all / 2) : (all - all / 2, all / 2);
                more[axis] = Math.Max(more[axis], wanted[axis] - full + before[axis] + after[axis]);
            }

            sizes[2 + axis] = checked(full + more[axis] - before[axis] - after[axis]);
        }

        call.Shape(sizes);
        bool direct = before.SequenceEqual(after) && more.Zip(strides.Zip(dilations, Math.Max)).All(static pair => pair.First < pair.Second);
        var y = Transposed(x, w, direct ? b : null, strides, direct ? before : new int[axes], direct ? more : new int[axes], groups, dilations);
        if (direct)
            return y;
        y = y.Pad(Around([.. before.Select(static pad => -pad)], [.. after.Zip(more, static (pad, added) => added - pad)]));
        return b is null ? y : y + b.Reshape([b.Length, .. Ones(axes)]);
    }

    static Tensor Transposed(Tensor x, Tensor w, Tensor? b, int[] strides, int[] padding, int[] more, int groups, int[] dilations) =>
        strides.Length switch
        {
            1 => Functional.ConvTranspose1d(x, w, b, Each(strides), Each(padding), Each(more), groups, Each(dilations)),
            2 => Functional.ConvTranspose2d(x, w, b, Each(strides), Each(padding), Each(more), groups, Each(dilations)),
            _ => Functional.ConvTranspose3d(x, w, b, Each(strides), Each(padding), Each(more), groups, Each(dilations)),
        };
}
