namespace Ballast;

// Sums, extremes and orders along axes.
static partial class NodeEmitters
{
    static Dictionary<string, NodeEmitter> Reductions => new()
    {
        ["sum"] = Reduced("ReduceSum"),
        ["mean"] = Reduced("ReduceMean"),
        ["prod"] = Reduced("ReduceProd"),
        ["amax"] = Reduced("ReduceMax"),
        ["amin"] = Reduced("ReduceMin"),
        ["logsumexp"] = Reduced("ReduceLogSumExp"),
        ["var"] = One(Variance),
        ["std"] = One(static e => Variance(e).Then("Sqrt")),
        ["norm"] = One(Norm),
        ["softmax"] = One(static e => e.X.Then("Softmax", ("axis", (long)e.Axis))),
        ["log_softmax"] = One(static e => e.X.Then("LogSoftmax", ("axis", (long)e.Axis))),
        ["cumsum"] = One(static e => e.Graph.Add("CumSum", [e.X, e.Graph.Constant(Tensor.FromInt64([(long)e.Axis], Shape.Scalar))])),
        ["cumprod"] = One(CumulativeProduct),
        ["arg_max"] = One(static e => e.X.Then("ArgMax", ("axis", (long)e.Axis), ("keepdims", e.Keeps ? 1L : 0L))),
        ["arg_min"] = One(static e => e.X.Then("ArgMin", ("axis", (long)e.Axis), ("keepdims", e.Keeps ? 1L : 0L))),
        ["count_nonzero"] = One(static e => Nonzero(e).Reduce("ReduceSum", e.Axes, e.Keeps)),
        ["any"] = One(static e => Nonzero(e).Reduce("ReduceMax", e.Axes, e.Keeps).To(ElementType.Bool)),
        ["all"] = One(static e => Nonzero(e).Reduce("ReduceMin", e.Axes, e.Keeps).To(ElementType.Bool)),
    };

    static Dictionary<string, NodeEmitter> Choices => new()
    {
        ["max"] = static e => [e.X.Reduce("ReduceMax", [e.Axis], true), e.X.Then("ArgMax", ("axis", (long)e.Axis), ("keepdims", 1L))],
        ["min"] = static e => [e.X.Reduce("ReduceMin", [e.Axis], true), e.X.Then("ArgMin", ("axis", (long)e.Axis), ("keepdims", 1L))],
        ["median"] = static e => Ranked(e, e.X, e.Axis, (e.X.Shape[e.Axis] - 1) / 2 + 1),
        ["kthvalue"] = static e => Ranked(e, e.X, e.Axis, e.Node.Get<int>("k")),
        ["topk"] = static e => Top(e, e.X, e.Axis, e.Node.Get<int>("k"), e.Node.Get<bool>("descending")),
        ["median_of_all"] = One(static e => Ranked(e, e.X.Reshape(e.X.Tensor.Length), 0, (e.X.Tensor.Length - 1) / 2 + 1)[0].Reshape()),
    };

    static NodeEmitter Reduced(string opType) => One(e => e.X.Reduce(opType, e.Axes, e.Keeps));

    static GraphTensor Variance(Emission e)
    {
        int[] axes = e.Axes ?? [.. Enumerable.Range(0, e.X.Rank)];
        var away = e.X - e.X.Reduce("ReduceMean", axes, true);
        int count = axes.Aggregate(1, (product, axis) => product * e.X.Shape[axis]);
        return (away * away).Reduce("ReduceSum", axes, e.Keeps) / Math.Max(0, count - e.Number("correction"));
    }

    static GraphTensor Norm(Emission e)
    {
        double p = e.Number("p");
        switch (p)
        {
            case 1:
                return e.X.Reduce("ReduceL1", e.Axes, e.Keeps);
            case 2:
                return e.X.Reduce("ReduceL2", e.Axes, e.Keeps);
            case 0:
                return Nonzero(e).To(ElementType.Float32).Reduce("ReduceSum", e.Axes, e.Keeps);
            case double.PositiveInfinity or double.NegativeInfinity:
                return e.X.Then("Abs").Reduce(p > 0 ? "ReduceMax" : "ReduceMin", e.Axes, e.Keeps);
            default:
                var powers = e.Graph.Pair("Pow", e.X.Then("Abs"), e.Graph.Number(p)).Reduce("ReduceSum", e.Axes, e.Keeps);
                return e.Graph.Pair("Pow", powers, e.Graph.Number(1 / p));
        }
    }

    static GraphTensor Nonzero(Emission e) => e.X.To(ElementType.Bool).To(ElementType.Int64);

    // ONNX has no such product: slice by slice.
    static GraphTensor CumulativeProduct(Emission e)
    {
        int size = e.X.Shape[e.Axis];
        if (size > 256)
            throw e.Refusal($"multiplies up {size} positions, and ONNX has no cumulative product");
        if (size < 2)
            return e.X;
        var products = new GraphTensor[size];
        for (int i = 0; i < size; i++)
            products[i] = i == 0 ? e.X.Slice(e.Axis, 0, 1) : products[i - 1] * e.X.Slice(e.Axis, i, 1);
        return e.Graph.Add("Concat", products, ("axis", (long)e.Axis));
    }

    static GraphTensor[] Top(Emission e, GraphTensor x, int axis, int k, bool descending) => e.Graph.Add(
        "TopK", [x, e.Graph.Longs(k)], 2, fold: true, ("axis", (long)axis), ("largest", descending ? 1L : 0L), ("sorted", 1L));

    // The value of a rank from the smallest, and its position.
    static GraphTensor[] Ranked(Emission e, GraphTensor x, int axis, int rank) =>
        Array.ConvertAll(Top(e, x, axis, rank, descending: false), found => found.Slice(axis, rank - 1, 1));
}
