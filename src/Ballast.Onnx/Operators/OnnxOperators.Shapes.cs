namespace Ballast;

// The same values in other places.
static partial class OnnxOperators
{
    static Dictionary<string, OnnxOperator> Shapes => new()
    {
        ["Concat"] = One(static call => Concat(call)),
        ["DepthToSpace"] = One(DepthToSpace),
        ["SpaceToDepth"] = One(SpaceToDepth),
        ["Expand"] = One(Expand),
        ["Flatten"] = One(Flatten),
        ["Pad"] = One(Pad),
        ["Reshape"] = One(Reshape),
        ["Slice"] = One(Slice),
        ["Split"] = Split,
        ["Squeeze"] = One(Squeeze),
        ["Tile"] = One(Tile),
        ["Transpose"] = One(static call => call.X.Permute(call.Axes(call.Ints("perm") ?? [.. Enumerable.Range(0, call.X.Shape.Rank).Reverse()],
            call.X.Shape.Rank))),
        ["Trilu"] = One(static call => Triangle(call)),
        ["Unsqueeze"] = One(Unsqueeze),
    };

    static Tensor Concat(OperatorCall call)
    {
        int axis = call.Axis(call.Long("axis", 1), call.X.Shape.Rank);
        return call.All is [var only] ? only : Tensor.Concat(call.All, axis);
    }

    static Tensor DepthToSpace(OperatorCall call)
    {
        var (s, b) = (call.X.Shape, call.Int("blocksize", 0));
        if (s.Rank != 4 || b < 1 || s[1] % ((long)b * b) != 0)
            throw call.Fault($"blocks of {b} do not fit {s}");
        if (call.Text("mode", "DCR") == "CRD")
            return Functional.PixelShuffle(call.X, b);
        int c = s[1] / (b * b);
        return call.X.Reshape(s[0], b, b, c, s[2], s[3]).Permute(0, 3, 4, 1, 5, 2).Reshape(s[0], c, s[2] * b, s[3] * b);
    }

    static Tensor SpaceToDepth(OperatorCall call)
    {
        var (s, b) = (call.X.Shape, call.Int("blocksize", 0));
        if (s.Rank != 4 || b < 1 || s[2] % b != 0 || s[3] % b != 0)
            throw call.Fault($"blocks of {b} do not fit {s}");
        return call.X.Reshape(s[0], s[1], s[2] / b, b, s[3] / b, b).Permute(0, 3, 5, 1, 2, 4).Reshape(s[0], s[1] * b * b, s[2] / b, s[3] / b);
    }

    static Tensor Expand(OperatorCall call)
    {
        var asked = call.Shape(call.IntsAt(1)!);
        var shape = call.Shape(Tensor.Broadcast("Expand", call.X.Shape, asked).ToArray());
        return call.X.Expand(shape.ToArray());
    }

    static Tensor Flatten(OperatorCall call)
    {
        var s = call.X.Shape;
        int axis = call.Int("axis", 1), before = 1;
        axis = axis == s.Rank ? axis : call.Axis(axis, s.Rank);
        for (int i = 0; i < axis; i++)
            before *= s[i];
        return call.X.Reshape(before, before == 0 ? 0 : s.Length / before);
    }

    static Tensor Reshape(OperatorCall call)
    {
        int[] sizes = [.. call.IntsOf("shape", 1) ?? throw call.Fault("no shape is given")];
        var s = call.X.Shape;
        bool zero = call.Int("allowzero", 0) != 0;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] == 0 && !zero)
                sizes[i] = i < s.Rank ? s[i] : throw call.Fault($"axis {i} should stay as it is, and {s} has none");
        }

        int open = Array.IndexOf(sizes, -1);
        if (open >= 0)
        {
            long others = sizes.Aggregate(1L, static (product, size) => size == -1 ? product : product * size);
            sizes[open] = others > 0 && s.Length % others == 0 ? (int)(s.Length / others)
                : throw call.Fault($"{s} has not the values of {string.Join(" x ", sizes)}");
        }

        return call.X.Reshape(call.Shape(sizes));
    }

    static Tensor Slice(OperatorCall call)
    {
        var x = call.X;
        int[] starts = call.IntsOf("starts", 1) ?? [], ends = call.IntsOf("ends", 2) ?? [];
        int[] axes = call.IntsOf("axes", 3) ?? [.. Enumerable.Range(0, starts.Length)];
        int[] steps = call.IntsAt(4) ?? [.. starts.Select(static _ => 1)];
        if (starts.Length != ends.Length || starts.Length != axes.Length || starts.Length != steps.Length)
            throw call.Fault("it has not as many starts, ends, axes and steps");
        axes = call.Axes(axes, x.Shape.Rank);
        for (int i = 0; i < starts.Length; i++)
            x = Slice(call, x, axes[i], starts[i], ends[i], steps[i]);
        return x;
    }

    static Tensor Slice(OperatorCall call, Tensor x, int axis, long start, long end, long step)
    {
        int size = x.Shape[axis];
        if (step == 0)
            throw call.Fault("a step is 0");
        if (size == 0)
            return x;
        start = Math.Clamp(start < 0 ? start + size : start, 0, step < 0 ? size - 1 : size);
        end = Math.Clamp(end < 0 ? end + size : end, step < 0 ? -1 : 0, size);
        long count = Math.Max(0, (end - start + step - Math.Sign(step)) / step);
        if (count == size && step == 1)
            return x;
        if (count == 0)
            return x.Narrow(axis, 0, 0);
        if (step < 0)
            return step == -1 && count == size ? x.Flip(axis) : Strided(x.Flip(axis), axis, size - 1 - start, count, -step);
        return Strided(x, axis, start, count, step);
    }

    static Tensor Strided(Tensor x, int axis, long start, long count, long step)
    {
        if (step == 1 || count == 1)
            return x.Narrow(axis, (int)start, (int)count);
        var indices = new TensorIndex[axis + 1];
        for (int i = 0; i < axis; i++)
            indices[i] = Range(0, x.Shape[i], 1);
        indices[axis] = Range(start, Math.Min(x.Shape[axis], start + (count - 1) * step + 1), step);
        return x[indices];

        static TensorIndex Range(long from, long until, long by) => TensorIndex.Every((int)by, (int)from..(int)until);
    }

    static Tensor?[] Split(OperatorCall call)
    {
        int axis = call.Axis(call.Long("axis", 0), call.X.Shape.Rank), size = call.X.Shape[axis], parts = call.Node.Outputs.Length;
        int[]? sizes = call.IntsOf("split", 1);
        if (sizes is null)
        {
            int each = call.Has("num_outputs") ? (size + parts - 1) / parts : size / parts;
            sizes = [.. Enumerable.Range(0, parts).Select(i => Math.Max(0, Math.Min(each, size - i * each)))];
        }

        if (sizes.Length != parts || sizes.Any(static part => part < 0) || sizes.Sum(static part => (long)part) != size)
            throw call.Fault($"{size} positions are not {string.Join(" + ", sizes)} in {parts} parts");
        return call.X.Split(sizes, axis);
    }

    static Tensor Squeeze(OperatorCall call)
    {
        var s = call.X.Shape;
        int[] axes = call.Axes(call.IntsOf("axes", 1) ?? [.. Enumerable.Range(0, s.Rank).Where(axis => s[axis] == 1)], s.Rank);
        if (axes.Any(axis => s[axis] != 1))
            throw call.Fault($"the axes {string.Join(", ", axes)} of {s} are not all of size 1");
        return call.X.Reshape(new Shape([.. Enumerable.Range(0, s.Rank).Where(axis => !axes.Contains(axis)).Select(axis => s[axis])]));
    }

    static Tensor Unsqueeze(OperatorCall call)
    {
        var s = call.X.Shape;
        int[] given = call.IntsOf("axes", 1) ?? [];
        int rank = s.Rank + given.Length, from = 0;
        int[] axes = call.Axes(given, rank);
        return call.X.Reshape(call.Shape([.. Enumerable.Range(0, rank).Select(axis => axes.Contains(axis) ? 1 : s[from++])]));
    }

    static Tensor Tile(OperatorCall call)
    {
        int[] times = call.IntsAt(1) ?? [];
        if (times.Length != call.X.Shape.Rank)
            throw call.Fault($"{times.Length} repetitions are given for {call.X.Shape}");
        call.Shape([.. times.Select((count, axis) => checked(count * call.X.Shape[axis]))]);
        return call.X.Tile(times);
    }

    static Tensor Triangle(OperatorCall call)
    {
        int k = call.Optional(1) is null ? 0 : (int)Math.Clamp(call.Number(1), int.MinValue / 2, int.MaxValue / 2);
        var s = call.X.Shape;
        if (s.Rank < 2)
            throw call.Fault($"expected matrices, got {s}");
        bool upper = call.Int("upper", 1) != 0;
        bool[] kept = new bool[s[^2] * s[^1]];
        for (int i = 0; i < kept.Length; i++)
            kept[i] = upper ? i % s[^1] - i / s[^1] >= k : i % s[^1] - i / s[^1] <= k;
        return Tensor.Where(Tensor.FromBool(kept, [s[^2], s[^1]]), call.X, Tensor.Full(Ballast.Shape.Scalar, 0, call.X.ElementType));
    }

    static Tensor Pad(OperatorCall call)
    {
        var s = call.X.Shape;
        int[] pads = call.IntsOf("pads", 1) ?? call.Ints("paddings") ?? [];
        int[] axes = call.Axes(call.IntsAt(3) ?? [.. Enumerable.Range(0, s.Rank)], s.Rank);
        if (pads.Length != 2 * axes.Length)
            throw call.Fault($"{pads.Length} numbers are given for {axes.Length} axes");
        int[] around = new int[2 * s.Rank], sizes = s.ToArray();
        for (int i = 0; i < axes.Length; i++)
        {
            (around[2 * (s.Rank - 1 - axes[i])], around[2 * (s.Rank - 1 - axes[i]) + 1]) = (pads[i], pads[axes.Length + i]);
            sizes[axes[i]] = checked(sizes[axes[i]] + pads[i] + pads[axes.Length + i]);
        }

        call.Shape(sizes);
        double value = call.Optional(2) is null ? call.Float("value", 0) : call.Number(2);
        return call.X.Pad(around.AsSpan(..), call.Text("mode", "constant") switch
        {
            "constant" => PadMode.Constant,
            "reflect" => PadMode.Reflect,
            "edge" => PadMode.Replicate,
            "wrap" => PadMode.Circular,
            var other => throw call.Fault($"the mode {other} is none that there is"),
        }, value);
    }
}
