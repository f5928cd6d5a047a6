namespace Ballast;

// Losses, for networks that give them out.
static partial class NodeEmitters
{
    static Dictionary<string, NodeEmitter> Losses => new()
    {
        ["cross_entropy"] = One(static e => Likelihood(e, e.X.Then("LogSoftmax", ("axis", 1L)), e.Number("smoothing"))),
        ["nll_loss"] = One(static e => Likelihood(e, e.X, 0)),
        ["entropy"] = One(Entropy),
        ["mse_loss"] = One(static e => Reduced(e, Square(e.X - e[1]!))),
        ["l1_loss"] = One(static e => Reduced(e, (e.X - e[1]!).Then("Abs"))),
        ["smooth_l1_loss"] = One(SmoothError),
        ["binary_cross_entropy"] = One(BinaryCrossEntropy),
        ["binary_cross_entropy_with_logits"] = One(LogisticCrossEntropy),
        ["kl_div"] = One(Divergence),
    };

    static GraphTensor Reduced(Emission e, GraphTensor losses) => e.Node.Get<Reduction>("reduction") switch
    {
        Reduction.None => losses,
        Reduction.Sum => losses.Reduce("ReduceSum", null, false),
        Reduction.BatchMean => losses.Reduce("ReduceSum", null, false) / losses.Shape[0],
        _ => losses.Reduce("ReduceMean", null, false),
    };

    // The sum over classes of what is wanted times -log p; the mean divides by the weights of the labels that count.
    static GraphTensor Likelihood(Emission e, GraphTensor logarithms, double smoothing)
    {
        var graph = e.Graph;
        int classes = logarithms.Shape[1];
        float[] weights = e.Node.Get<float[]?>("weights") ?? [.. Enumerable.Repeat(1f, classes)];
        var labels = e[1]!;
        var counts = graph.Pair("Equal", labels, graph.Constant(Tensor.FromInt64([e.Node.Get<long>("ignore")], Shape.Scalar))).Then("Not")
            .To(ElementType.Float32);
        var counted = graph.Add("Unsqueeze", [counts, graph.Longs(1)]);
        var hot = graph.Add("OneHot", [labels, graph.Longs(classes), graph.Constant(Tensor.From([0, 1], [2]))], ("axis", 1L)) * counted;
        var each = graph.Constant(Tensor.From(weights, [classes])).Channels(logarithms.Rank);
        var wanted = smoothing == 0 ? hot
            : hot * (1 - smoothing) + counted * (smoothing / classes);
        var losses = (wanted * each * logarithms).Reduce("ReduceSum", [1], false).Then("Neg");
        return e.Node.Get<Reduction>("reduction") is Reduction.Mean
            ? losses.Reduce("ReduceSum", null, false) / (hot * each).Reduce("ReduceSum", null, false) : Reduced(e, losses);
    }

    static GraphTensor Square(GraphTensor x) => x * x;

    static GraphTensor Entropy(Emission e)
    {
        var logarithms = e.X.Then("LogSoftmax", ("axis", 1L));
        return Reduced(e, (logarithms.Then("Exp") * logarithms).Reduce("ReduceSum", [1], false).Then("Neg"));
    }

    // A parabola up to beta, a line from there on.
    static GraphTensor SmoothError(Emission e)
    {
        double beta = e.Number("beta"), scale = e.Number("scale");
        var size = (e.X - e[1]!).Then("Abs");
        return Reduced(e, beta == 0 ? size * scale : Where(
            e.Graph.Pair("Less", size, e.Graph.Number(beta)), size * size * (scale / 2 / beta), (size - beta / 2) * scale));
    }

    static GraphTensor BinaryCrossEntropy(Emission e)
    {
        GraphTensor Logarithm(GraphTensor x) => e.Graph.Pair("Max", x.Then("Log"), e.Graph.Number(-100));
        return Reduced(e, (e[1]! * Logarithm(e.X) + (1 - e[1]!) * Logarithm(1 - e.X)).Then("Neg"));
    }

    // softplus(-x) and softplus(x) are -log p and -log(1 - p).
    static GraphTensor LogisticCrossEntropy(Emission e)
    {
        var likely = e[1]! * e.X.Then("Neg").Then("Softplus");
        return Reduced(e, (e[2] is { } weights ? weights * likely : likely) + (1 - e[1]!) * e.X.Then("Softplus"));
    }

    static GraphTensor Divergence(Emission e)
    {
        var (x, t) = (e.X, e[1]!);
        if (e.Node.Get<bool>("log_target"))
            return Reduced(e, t.Then("Exp") * (t - x));
        var none = e.Graph.Pair("Equal", t, e.Graph.Number(0));
        return Reduced(e, Where(none, e.Graph.Number(0), t * Where(none, e.Graph.Number(1), t).Then("Log")) - t * x);
    }
}
