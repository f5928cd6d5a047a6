namespace Ballast.Lab;

/// <summary>The activations among the <see cref="LayerKinds"/>, and what else leaves the shape as it is.</summary>
static class ActivationKinds
{
    /// <summary>Whether a word of a layer text is an activation, which dropout and identity are not.</summary>
    public static bool IsActivation(string word)
    {
        string name = word.Split(':', 2)[0].ToLowerInvariant();
        return name is not ("dropout" or "identity") && All.Any(kind => kind.Name == name);
    }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<LayerKind> All { get; } =
    [
        new("relu", "relu", "what is negative becomes 0", static _ => static input => LayerPlan.Of(new ReLU(), input)),

        new("leakyrelu", "leakyrelu[:slope=0.01]", "what is negative is multiplied by slope", static settings =>
        {
            float slope = (float)settings.Number("slope", 0.01);
            return input => LayerPlan.Of(new LeakyReLU(slope), input);
        }),

        new("gelu", "gelu[:tanh=false]", "x times the probability of a normal value below x; tanh=true approximates it",
            static settings =>
        {
            var approximation = settings.Flag("tanh", false) ? GeluApproximation.Tanh : GeluApproximation.None;
            return input => LayerPlan.Of(new GELU(approximation), input);
        }),

        new("silu", "silu", "x sigmoid(x)", static _ => static input => LayerPlan.Of(new SiLU(), input)),

        new("sigmoid", "sigmoid", "1 / (1 + exp(-x))", static _ => static input => LayerPlan.Of(new Sigmoid(), input)),

        new("tanh", "tanh", "the hyperbolic tangent", static _ => static input => LayerPlan.Of(new Tanh(), input)),

        new("prelu", "prelu", "what is negative is multiplied by a slope that each channel learns", static _ => static input =>
            LayerPlan.Of(new PReLU(input[0]), input)),

        new("elu", "elu[:alpha=1]", "what is negative becomes alpha (exp(x) - 1)", static settings =>
        {
            double alpha = settings.Number("alpha", 1);
            return input => LayerPlan.Of(new ELU(alpha), input);
        }),

        new("selu", "selu", "an elu that keeps mean 0 and variance 1", static _ => static input => LayerPlan.Of(new SELU(), input)),

        new("softplus", "softplus[:beta=1]", "ln(1 + exp(beta x)) / beta", static settings =>
        {
            double beta = settings.Number("beta", 1);
            return input => LayerPlan.Of(new Softplus(beta), input);
        }),

        new("mish", "mish", "x tanh(softplus(x))", static _ => static input => LayerPlan.Of(new Mish(), input)),

        new("relu6", "relu6", "x from 0 to 6", static _ => static input => LayerPlan.Of(new ReLU6(), input)),

        new("hardswish", "hardswish", "x relu6(x + 3) / 6", static _ => static input => LayerPlan.Of(new Hardswish(), input)),

        new("hardtanh", "hardtanh", "x from -1 to 1", static _ => static input => LayerPlan.Of(new Hardtanh(), input)),

        new("dropout", "dropout[:P]", "in training each value is 0 with probability P, 0.5 if it is not given", static settings =>
        {
            double p = settings.LeadingNumber("p", 0.5);
            return input => LayerPlan.Of(new Dropout(p), input);
        }),

        new("identity", "identity", "nothing", static _ => static input => LayerPlan.Of(new Identity(), input)),
    ];
}
