namespace Ballast;

// Losses, and the steps of optimizers (domain ai.onnx.preview.training).
static partial class OnnxOperators
{
    const string Training = "ai.onnx.preview.training.";

    static Dictionary<string, OnnxOperator> Losses => new()
    {
        ["NegativeLogLikelihoodLoss"] = static call => [Likelihood(call, call.X)],
        ["SoftmaxCrossEntropyLoss"] = CrossEntropy,
        [$"{Training}Adagrad"] = static call => Step(call, 1, Adagrad),
        [$"{Training}Adam"] = static call => Step(call, 2, Adam),
        [$"{Training}Momentum"] = static call => Step(call, 1, Momentum),
    };

    static Tensor Likelihood(OperatorCall call, Tensor logarithms)
    {
        string reduction = call.Text("reduction", "mean");
        // Labels are never negative where none are left out.
        long ignored = call.Long("ignore_index", long.MinValue);
        return Functional.NllLoss(logarithms, call[1].To(ElementType.Int64), call.Optional(2), ignored, reduction switch
        {
            "mean" => Ballast.Reduction.Mean,
            "sum" => Ballast.Reduction.Sum,
            "none" => Ballast.Reduction.None,
            _ => throw call.Fault($"the reduction {reduction} is none that there is"),
        });
    }

    static Tensor?[] CrossEntropy(OperatorCall call)
    {
        if (call.X.Shape.Rank < 2)
            throw call.Fault($"expected scores [N, C, ...], got {call.X.Shape}");
        var logarithms = call.X.LogSoftmax(1);
        return [Likelihood(call, logarithms), logarithms];
    }

    // Of n parameters: rate, count of steps, n parameters, n gradients, n of each state; the results are parameters and states.
    delegate Tensor[] Update(OperatorCall call, Tensor rate, double steps, Tensor x, Tensor gradient, Tensor[] states);

    static Tensor?[] Step(OperatorCall call, int states, Update update)
    {
        int each = 2 + states, count = (call.Count - 2) / each;
        if (call.Count != 2 + count * each || count < 1)
            throw call.Fault($"expected a rate, a count of steps and {each} tensors for each parameter, got {call.Count} inputs");
        Tensor rate = call[0].Reshape(Shape.Scalar), decay = call.Float("norm_coefficient", 0);
        double steps = call.Number(1);
        var results = new Tensor?[count * (1 + states)];
        for (int i = 0; i < count; i++)
        {
            var x = call[2 + i];
            var gradient = call[2 + count + i] + x * decay;
            var updated = update(call, rate, steps, x, gradient, [.. Enumerable.Range(2, states).Select(state => call[2 + state * count + i])]);
            for (int k = 0; k < updated.Length; k++)
                results[k * count + i] = updated[k];
        }

        return results;
    }

    static Tensor[] Adagrad(OperatorCall call, Tensor rate, double steps, Tensor x, Tensor gradient, Tensor[] states)
    {
        var squares = states[0] + gradient.Square();
        return [x - rate / (1 + steps * call.Float("decay_factor", 0)) * gradient / (squares.Sqrt() + call.Float("epsilon", 1e-6f)), squares];
    }

    static Tensor[] Adam(OperatorCall call, Tensor rate, double steps, Tensor x, Tensor gradient, Tensor[] states)
    {
        double alpha = call.Float("alpha", 0.9f), beta = call.Float("beta", 0.999f);
        Tensor mean = states[0] * alpha + gradient * (1 - alpha), squares = states[1] * beta + gradient.Square() * (1 - beta);
        double unbiased = steps > 0 ? Math.Sqrt(1 - Math.Pow(beta, steps)) / (1 - Math.Pow(alpha, steps)) : 1;
        var updated = x - rate * unbiased * mean / (squares.Sqrt() + call.Float("epsilon", 1e-6f));
        return [updated * (1.0 - call.Float("norm_coefficient_post", 0)), mean, squares];
    }

    static Tensor[] Momentum(OperatorCall call, Tensor rate, double steps, Tensor x, Tensor gradient, Tensor[] states)
    {
        double alpha = call.Float("alpha", 0);
        var velocity = states[0] * alpha + gradient * (steps > 0 ? call.Float("beta", 0) : 1);
        string mode = call.Text("mode", "standard");
        return
        [
            x - rate * (mode switch
            {
                "standard" => velocity,
                "nesterov" => gradient + velocity * alpha,
                _ => throw call.Fault($"the mode {mode} is none that there is"),
            }), velocity,
        ];
    }
}
