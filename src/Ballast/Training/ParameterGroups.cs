namespace Ballast;

/// <summary>Groups of a network's parameters for an optimizer.</summary>
public static class ParameterGroups
{
    /// <summary>Weights in one group; in others what is usually not pulled to zero: the scales and shifts of normalizations
    /// (everything with fewer than two axes, and all of layer and root-mean-square normalizations), and biases.</summary>
    /// <param name="model">The network.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="decayNorms">Whether weight decay is for scales, shifts and biases too.</param>
    /// <param name="biasLearningRateFactor">How many times the learning rate biases and shifts have.</param>
    /// <returns>The groups that have parameters: weights, scales, and biases with shifts.</returns>
    /// <exception cref="ArgumentException">A learning rate or a factor that is negative or not finite.</exception>
    public static IReadOnlyList<ParameterGroup> Of(
        Module model, double learningRate, bool decayNorms = false, double biasLearningRateFactor = 1)
    {
        float rate = (float)learningRate, factor = (float)biasLearningRateFactor;
        Throw.Unless(float.IsFinite(rate) && rate >= 0, $"ParameterGroups: expected a learning rate of 0 or more, got {rate}.");
        Throw.Unless(float.IsFinite(factor) && factor >= 0,
            $"ParameterGroups: expected a factor of the biases' learning rate of 0 or more, got {factor}.");
        List<Parameter> weights = [], scales = [], biases = [];
        var norms = model.NamedModules().Where(static entry => entry.Module is LayerNorm or RMSNorm)
            .SelectMany(static entry => entry.Module.Parameters()).ToHashSet();
        foreach (var (name, parameter) in model.NamedParameters())
        {
            bool isBias = name == "bias" || name.EndsWith(".bias", StringComparison.Ordinal);
            (isBias ? biases : parameter.Shape.Rank < 2 || norms.Contains(parameter) ? scales : weights).Add(parameter);
        }

        float? decay = decayNorms ? null : 0f;
        ParameterGroup[] groups =
        [
            new(weights) { LearningRate = learningRate },
            new(scales) { LearningRate = learningRate, WeightDecay = decay },
            new(biases) { LearningRate = rate * factor, WeightDecay = decay },
        ];
        return [.. groups.Where(static group => group.Parameters.Count > 0)];
    }
}
