using System.Globalization;

namespace Ballast;

/// <summary>Makes batch normalizations part of the convolution or product before them.</summary>
static class GraphFolding
{
    /// <summary>Folds every batch normalization that alone reads a convolution, a transposed one or a product with stored weights. What becomes of
    /// these is new; the tensors that the graph had are not touched.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="varies">Tells why a normalization's constants are none now; null for none.</param>
    public static FoldingReport Fold(NodeGraph graph, Func<OnnxNode, string?>? varies = null)
    {
        var readers = graph.CountReaders();
        Dictionary<string, int> made = [];
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            foreach (string output in graph.Nodes[i].Outputs)
                made[output] = i;
        }

        List<FoldedNormalization> folded = [];
        List<KeptNormalization> kept = [];
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            var norm = graph.Nodes[i];
            if (norm.OpType != "BatchNormalization")
                continue;
            string title = norm.Inputs.Length > 1 && graph.Initializers.TryGetValue(norm.Inputs[1], out var gamma)
                ? $"{norm.OpType}({gamma.Length})" : norm.OpType;
            int at = norm.Inputs.Length == 0 ? -1 : made.GetValueOrDefault(norm.Inputs[0], -1);
            var before = at < 0 ? null : graph.Nodes[at];
            if ((varies?.Invoke(norm) ?? Obstacle(graph, readers, norm, before)) is { } reason)
            {
                kept.Add(new KeptNormalization(norm.Title, title, reason));
                continue;
            }

            graph.Nodes[at] = Join(graph, before!, norm);
            made[norm.Outputs[0]] = at;
            graph.Nodes[i] = new OnnxNode("Identity", [], []);
            folded.Add(new FoldedNormalization(norm.Title, title, before!.Title));
        }

        graph.Nodes.RemoveAll(static node => node.Outputs.Length == 0);
        graph.Prune();
        return new FoldingReport(folded, kept);
    }

    // Why a normalization stays; null where it does not.
    static string? Obstacle(NodeGraph graph, Dictionary<string, int> readers, OnnxNode norm, OnnxNode? before)
    {
        bool IsOwn(string name) => graph.Initializers.ContainsKey(name) && readers[name] == 1;
        if (norm.Outputs.Skip(1).Any(static output => output.Length > 0) || norm.Attributes.GetValueOrDefault("training_mode") is 1L)
            return "It normalizes with the statistics of each batch.";
        if (norm.Inputs.Length != 5 || !norm.Inputs.Skip(1).All(graph.Initializers.ContainsKey))
            return "Other nodes compute what it multiplies and adds.";
        if (before is null)
            return "Nothing comes before it.";
        if (Weights(before) is not { } outputs || before.Inputs.Length < 2)
            return $"Before it comes {before}. It can be folded into a Conv, a ConvTranspose or a Gemm.";
        if (readers[norm.Inputs[0]] != 1)
            return $"The result of {before} before it is read elsewhere too.";
        string[] parts = [.. before.Inputs.Skip(1).Where(static name => name.Length > 0)];
        if (!Array.TrueForAll(parts, IsOwn))
            return $"The weights of {before} before it are not stored, or read elsewhere too.";
        float[] variance = graph.Initializers[norm.Inputs[4]].ToArray();
        if (!outputs(graph.Initializers[parts[0]], variance.Length, out _)
            || (parts.Length > 1 && graph.Initializers[parts[1]].Length != variance.Length)
            || norm.Inputs.Skip(1).Any(name => graph.Initializers[name].Length != variance.Length))
            return $"{before} before it has other channels than its {variance.Length}.";
        int bad = Array.FindIndex(variance, value => Deviation(norm, value) is not (> 0 and < double.PositiveInfinity));
        return bad < 0 ? null : string.Create(CultureInfo.InvariantCulture,
            $"Its channel {bad} has a running variance of {variance[bad]}, by whose root nothing can be divided.");
    }

    static double Deviation(OnnxNode norm, float variance) =>
        Math.Sqrt(variance + (norm.Attributes.TryGetValue("epsilon", out object? eps) ? (float)eps : 1e-5f));

    // The product with the normalization in its weights: w' = w s and b' = (b - mean) s + beta, s = gamma / sqrt(variance + eps).
    static OnnxNode Join(NodeGraph graph, OnnxNode before, OnnxNode norm)
    {
        float[] Values(string name) => graph.Initializers[name].ToArray();
        var old = graph.Initializers[before.Inputs[1]];
        float[] scale = Values(norm.Inputs[1]), shift = Values(norm.Inputs[2]), mean = Values(norm.Inputs[3]), variance = Values(norm.Inputs[4]);
        bool biased = before.Inputs.Length > 2 && before.Inputs[2].Length > 0;
        float[] bias = biased ? Values(before.Inputs[2]) : new float[scale.Length], weights = old.ToArray();
        double[] factors = [.. scale.Select((gamma, c) => gamma / Deviation(norm, variance[c]))];
        Weights(before)!(old, scale.Length, out var channel);
        for (int k = 0; k < weights.Length; k++)
            weights[k] = (float)(weights[k] * factors[channel(k)]);
        for (int c = 0; c < bias.Length; c++)
            bias[c] = (float)((bias[c] - (double)mean[c]) * factors[c] + shift[c]);
        string biasName = biased ? before.Inputs[2] : BiasName(graph, before.Inputs[1]);
        graph.Initializers[before.Inputs[1]] = Like(weights, old.Shape, old);
        graph.Initializers[biasName] = Like(bias, [bias.Length], biased ? graph.Initializers[biasName] : old);
        return before.WithInputs([before.Inputs[0], before.Inputs[1], biasName]).WithOutputs([norm.Outputs[0]]);
    }

    static Tensor Like(float[] values, Shape shape, Tensor old) => old is Parameter { Frozen: var frozen }
        ? new Parameter(Tensor.From(values, shape)) { Frozen = frozen } : Tensor.From(values, shape);

    // Beside the weight.
    static string BiasName(NodeGraph graph, string weight)
    {
        string stem = weight.EndsWith("weight", StringComparison.Ordinal) ? $"{weight[..^"weight".Length]}bias" : $"{weight}_bias", name = stem;
        for (int i = 2; graph.Initializers.ContainsKey(name) || graph.Nodes.Exists(node => node.Outputs.Contains(name)); i++)
            name = $"{stem}_{i}";
        return name;
    }

    delegate bool Outputs(Tensor weight, int channels, out Func<int, int> channel);

    // Which output channel each weight belongs to.
    static Outputs? Weights(OnnxNode node)
    {
        long Whole(string name, long otherwise) => node.Attributes.TryGetValue(name, out object? value) && value is long number ? number : otherwise;
        float One(string name) => node.Attributes.TryGetValue(name, out object? value) && value is float number ? number : 1;
        switch (node.OpType)
        {
            case "Conv":
            case "Gemm" when Whole("transB", 0) == 1 && Whole("transA", 0) == 0 && One("alpha") == 1 && One("beta") == 1:
                return static (Tensor weight, int channels, out Func<int, int> channel) =>
                {
                    int each = weight.Length / Math.Max(1, channels);
                    channel = k => k / each;
                    return weight.Shape.Rank > 1 && weight.Shape[0] == channels;
                };
            case "Gemm" when Whole("transA", 0) == 0 && One("alpha") == 1 && One("beta") == 1:
                return static (Tensor weight, int channels, out Func<int, int> channel) =>
                {
                    channel = k => k % channels;
                    return weight.Shape.Rank == 2 && weight.Shape[1] == channels;
                };
            case "ConvTranspose":
                int groups = (int)Math.Clamp(Whole("group", 1), 1, int.MaxValue);
                return (Tensor weight, int channels, out Func<int, int> channel) =>
                {
                    int inputs = weight.Shape[0] / groups, outputs = weight.Shape[1], taps = weight.Length / Math.Max(1, weight.Shape[0] * outputs);
                    channel = k => k / taps / outputs / Math.Max(1, inputs) * outputs + k / taps % outputs;
                    return outputs * groups == channels && inputs > 0 && taps > 0;
                };
            default:
                return null;
        }
    }
}
