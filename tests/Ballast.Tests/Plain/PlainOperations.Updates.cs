namespace Ballast.Tests.Plain;

// The steps of optimizers: weight, gradient and what is kept for them. Results are the new weight and what is kept then.
static partial class PlainOperations
{
    static double Of(Node node, string name) => node.Get<double>(name);

    static Numbers Decayed(Node node, Numbers[] x) => x[1] + Of(node, "weight_decay") * x[0];

    static Numbers[] MomentumStep(Node node, Numbers[] x)
    {
        var g = Decayed(node, x);
        var kept = Of(node, "momentum") * x[2] + Of(node, "gain") * g;
        return [x[0] + Of(node, "step") * (Of(node, "follow") * kept + Of(node, "lead") * g), kept];
    }

    static (Numbers Mean, Numbers Square) Moments(Node node, Numbers[] x, Numbers g) =>
        (Of(node, "beta1") * x[2] + Of(node, "rest1") * g, Of(node, "beta2") * x[3] + Of(node, "rest2") * g.Square());

    static Numbers[] AdamStep(Node node, Numbers[] x)
    {
        var (mean, square) = Moments(node, x, Decayed(node, x));
        var step = mean / (Root(square) * Of(node, "scale") + Of(node, "eps"));
        return [Of(node, "shrink") * x[0] + Of(node, "step") * step, mean, square];
    }

    static Numbers[] AmsgradStep(Node node, Numbers[] x)
    {
        var (mean, square) = Moments(node, x, Decayed(node, x));
        var largest = Larger(x[4], square);
        var step = mean / (Root(largest) * Of(node, "scale") + Of(node, "eps"));
        return [Of(node, "shrink") * x[0] + Of(node, "step") * step, mean, square, largest];
    }

    static Numbers Larger(Numbers x, Numbers y) =>
        Numbers.Zip(x, y, static (a, b) => a.Value > b.Value ? a : b, static (_, _) => 0, static (_, _) => 0);

    static Numbers Size(Numbers x) => x.Map(static v => new Number(Math.Abs(v.Value), v.Error), static (_, _) => 0);

    static Numbers[] AdamaxStep(Node node, Numbers[] x)
    {
        var g = Decayed(node, x);
        var mean = Of(node, "beta1") * x[2] + Of(node, "rest1") * g;
        var largest = Larger(Of(node, "beta2") * x[3], Size(g) + Of(node, "eps"));
        return [x[0] + Of(node, "step") * (mean / largest), mean, largest];
    }

    static Numbers[] NadamStep(Node node, Numbers[] x)
    {
        var g = Decayed(node, x);
        var (mean, square) = Moments(node, x, g);
        var root = Root(square) * Of(node, "scale") + Of(node, "eps");
        return [x[0] + (Of(node, "lead") * g + Of(node, "follow") * mean) / root, mean, square];
    }

    static Numbers[] RadamStep(Node node, Numbers[] x)
    {
        var (mean, square) = Moments(node, x, Decayed(node, x));
        return [x[0] + Of(node, "step") * (node.Get<bool>("divides") ? mean / (Root(square) + Of(node, "eps")) : mean), mean, square];
    }

    static Numbers[] AdagradStep(Node node, Numbers[] x)
    {
        var g = Decayed(node, x);
        var sum = x[2] + g.Square();
        return [x[0] + Of(node, "step") * (g / (Root(sum) + Of(node, "eps"))), sum];
    }

    static Numbers[] AdadeltaStep(Node node, Numbers[] x)
    {
        var g = Decayed(node, x);
        var square = Of(node, "rho") * x[2] + Of(node, "rest") * g.Square();
        var step = Root(x[3] + Of(node, "eps")) / Root(square + Of(node, "eps")) * g;
        return [x[0] + Of(node, "step") * step, square, Of(node, "rho") * x[3] + Of(node, "rest") * step.Square()];
    }

    static Numbers[] RmsStep(Node node, Numbers?[] x)
    {
        var g = Decayed(node, x!);
        var square = Of(node, "alpha") * x[2]! + Of(node, "rest") * g.Square();
        var mean = node.Get<bool>("centered") ? Of(node, "alpha") * x[3]! + Of(node, "rest") * g : null;
        var step = g / (Root(mean is null ? square : square - mean.Square()) + Of(node, "eps"));
        if (x[4] is { } kept)
            step = Of(node, "momentum") * kept + step;
        return [x[0]! + Of(node, "step") * step, square, mean ?? square, step];
    }

    static Numbers Signs(Numbers x) => x.Map(
        static v =>
        {
            Number.Watch(v, 0);
            return Math.Sign(v.Value);
        },
        static (_, _) => 0);

    static Numbers[] LionStep(Node node, Numbers[] x)
    {
        var direction = Signs(Of(node, "beta1") * x[2] + Of(node, "rest1") * x[1]);
        return [Of(node, "shrink") * x[0] + Of(node, "step") * direction, Of(node, "beta2") * x[2] + Of(node, "rest2") * x[1]];
    }

    static Numbers[] RpropStep(Node node, Numbers[] x)
    {
        var turns = Signs(x[1] * x[2]);
        var factor = turns.Map(v => v.Value > 0 ? Of(node, "plus") : v.Value < 0 ? Of(node, "minus") : 1, static (_, _) => 0);
        var size = (factor * x[3]).Map(v => new Number(Math.Clamp(v.Value, Of(node, "least"), Of(node, "most")), v.Error), static (_, _) => 0);
        var gradient = Numbers.Zip(turns, x[1], static (turn, g) => turn.Value < 0 ? 0 : g, static (_, _) => 0, static (_, _) => 0);
        return [x[0] - Signs(gradient) * size, gradient, size];
    }

    static Numbers[] AveragedStep(Node node, Numbers[] x)
    {
        var weight = Of(node, "shrink") * x[0] + Of(node, "step") * Decayed(node, x);
        return [weight, x[2] + Of(node, "share") * (weight - x[2])];
    }

    // The direction in the weight's place; decay is the weight's share of it.
    static Numbers[] LambDirection(Node node, Numbers[] x)
    {
        var (mean, square) = Moments(node, x, x[1]);
        return [Of(node, "gain") * (mean / (Root(square) * Of(node, "scale") + Of(node, "eps"))) + Of(node, "decay") * x[0], mean, square];
    }

    static Numbers[] MuonMomentum(Node node, Numbers[] x)
    {
        var mean = x[2] + Of(node, "rest") * (x[1] - x[2]);
        return [x[1] + Of(node, "kept") * (mean - x[1]), mean];
    }

    static Dictionary<string, Func<Node, Numbers[], Numbers[]>> OptimizerSteps => new()
    {
        ["adam_step"] = AdamStep,
        ["amsgrad_step"] = AmsgradStep,
        ["adamax_step"] = AdamaxStep,
        ["nadam_step"] = NadamStep,
        ["radam_step"] = RadamStep,
        ["adagrad_step"] = AdagradStep,
        ["adadelta_step"] = AdadeltaStep,
        ["rmsprop_step"] = RmsStep,
        ["momentum_step"] = MomentumStep,
        ["lion_step"] = LionStep,
        ["rprop_step"] = RpropStep,
        ["asgd_step"] = AveragedStep,
        ["lamb_direction"] = LambDirection,
        ["muon_momentum"] = MuonMomentum,
    };

    static Dictionary<string, Rule> Updates => new()
    {
        ["sgd_step"] = static (node, x) => x[0] + Of(node, "step") * Decayed(node, x),
        ["muon_step"] = static (node, x) => Of(node, "shrink") * x[0] + Of(node, "step") * x[1],
        ["blend"] = static (node, x) => x[0] + Of(node, "share") * (x[1] - x[0]),
    };
}
