namespace Ballast.Tests.Plain;

// The steps of optimizers: weight, gradient and what is kept for them. Results are the new weight and what is kept then.
static partial class PlainOperations
{
    static Numbers Decayed(Node node, Numbers[] x) => x[1] + node.Get<double>("weight_decay") * x[0];

    static Numbers[] MomentumStep(Node node, Numbers[] x)
    {
        var g = Decayed(node, x);
        var kept = node.Get<double>("momentum") * x[2] + node.Get<double>("gain") * g;
        return [x[0] + node.Get<double>("step") * (node.Get<double>("follow") * kept + node.Get<double>("lead") * g), kept];
    }

    static Numbers[] AdamStep(Node node, Numbers[] x)
    {
        var g = Decayed(node, x);
        var mean = node.Get<double>("beta1") * x[2] + node.Get<double>("rest1") * g;
        var square = node.Get<double>("beta2") * x[3] + node.Get<double>("rest2") * g.Square();
        var step = mean / (Root(square) * node.Get<double>("scale") + node.Get<double>("eps"));
        return [node.Get<double>("shrink") * x[0] + node.Get<double>("step") * step, mean, square];
    }

    static Dictionary<string, Rule> Updates => new()
    {
        ["sgd_step"] = static (node, x) => x[0] + node.Get<double>("step") * Decayed(node, x),
        ["blend"] = static (node, x) => x[0] + node.Get<double>("share") * (x[1] - x[0]),
    };
}
