namespace Ballast;

// Sums, extremes and orders along axes.
static partial class OnnxOperators
{
    static Dictionary<string, OnnxOperator> Reductions => new()
    {
        ["ReduceSum"] = Reduction(static (x, axes, keep) => x.Sum(axes, keep), inputSince: 13),
        ["ReduceMean"] = Reduction(static (x, axes, keep) => x.Mean(axes, keep)),
        ["ReduceMax"] = Reduction(static (x, axes, keep) => x.Amax(axes, keep)),
        ["ReduceMin"] = Reduction(static (x, axes, keep) => x.Amin(axes, keep)),
        ["ReduceProd"] = Reduction(static (x, axes, keep) => x.Prod(axes, keep)),
        ["ReduceL1"] = Reduction(static (x, axes, keep) => x.Abs().Sum(axes, keep)),
        ["ReduceL2"] = Reduction(static (x, axes, keep) => x.Norm(2, axes, keep)),
        ["ReduceLogSum"] = Reduction(static (x, axes, keep) => x.Sum(axes, keep).Log()),
        ["ReduceLogSumExp"] = Reduction(static (x, axes, keep) => x.LogSumExp(axes, keep)),
        ["ReduceSumSquare"] = Reduction(static (x, axes, keep) => x.Square().Sum(axes, keep)),
        ["ArgMax"] = One(static call => Position(call, static (x, axis) => x.ArgMax(axis, keepAxis: true))),
        ["ArgMin"] = One(static call => Position(call, static (x, axis) => x.ArgMin(axis, keepAxis: true))),
        ["CumSum"] = One(Cumulative),
        ["TopK"] = TopK,
    };

    static OnnxOperator Reduction(Func<Tensor, int[], bool, Tensor> compute, int inputSince = 18) => call =>
    {
        var x = call.X;
        int[] axes = call.Axes((call.Opset >= inputSince ? call.IntsAt(1) : call.Ints("axes")) ?? [], x.Shape.Rank);
        bool keep = call.Int("keepdims", 1) != 0;
        if (axes.Length == 0)
        {
            if (call.Int("noop_with_empty_axes", 0) != 0)
                return [x];
            axes = [.. Enumerable.Range(0, x.Shape.Rank)];
        }

        return [x.Shape.Rank == 0 ? compute(x.Reshape(1), [0], false) : Typed(x, compute(x.To(ElementType.Float32), axes, keep))];
    };

    static Tensor Position(OperatorCall call, Func<Tensor, int, Tensor> find)
    {
        int axis = call.Axis(call.Long("axis", 0), call.X.Shape.Rank), size = call.X.Shape[axis];
        bool last = call.Int("select_last_index", 0) != 0;
        var found = find(last ? call.X.Flip(axis) : call.X, axis);
        found = last ? size - 1L - found : found;
        return call.Int("keepdims", 1) != 0 ? found : found.Squeeze(axis);
    }

    static Tensor Cumulative(OperatorCall call)
    {
        int axis = call.Axis((long)call.Number(1), call.X.Shape.Rank);
        bool reverse = call.Int("reverse", 0) != 0;
        var x = reverse ? call.X.Flip(axis) : call.X;
        var sums = x.To(ElementType.Float32).CumSum(axis);
        if (call.Int("exclusive", 0) != 0)
            sums -= x;
        return Typed(x, reverse ? sums.Flip(axis) : sums);
    }

    static Tensor?[] TopK(OperatorCall call)
    {
        int axis = call.Axis(call.Long("axis", -1), call.X.Shape.Rank);
        long k = call.Opset < 10 ? call.Long("k", 0) : (long)call.Number(1);
        if (k < 0 || k > call.X.Shape[axis])
            throw call.Fault($"{k} of {call.X.Shape[axis]} positions are asked for");
        if (k == 0)
            return [call.X.Narrow(axis, 0, 0), Tensor.Full(call.X.Narrow(axis, 0, 0).Shape, 0, ElementType.Int64)];
        var (values, positions) = call.X.TopK((int)k, axis, call.Int("largest", 1) != 0);
        return [values, positions];
    }
}
