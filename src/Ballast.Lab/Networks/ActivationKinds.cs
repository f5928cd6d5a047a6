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

        new("dropout", "dropout[:P]", "in training each value is 0 with probability P, 0.5 if it is not given", static settings =>
        {
            double p = settings.LeadingNumber("p", 0.5);
            return input => LayerPlan.Of(new Dropout(p), input);
        }),

        new("identity", "identity", "nothing", static _ => static input => LayerPlan.Of(new Identity(), input)),
    ];
}
