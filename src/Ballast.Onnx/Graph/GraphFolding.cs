namespace Ballast;

/// <summary>Makes batch normalizations part of the convolution or product before them.</summary>
static class GraphFolding
{
    /// <summary>Folds every batch normalization that alone reads a convolution, a transposed one or a product with stored weights.</summary>
    /// <returns>How many were folded.</returns>
    public static int Fold(NodeGraph graph) => Fold(graph, graph.Initializers, static (tensor, _) => tensor);

    /// <summary>The same of a graph whose stored tensors are elsewhere.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="stored">What its stored tensors are; new ones are added.</param>
    /// <param name="keep">Makes what is kept of a new tensor that takes the place of another.</param>
    public static int Fold(NodeGraph graph, Dictionary<string, Tensor> stored, Func<Tensor, Tensor, Tensor> keep)
    {
        var readers = graph.CountReaders();
        var made = new Dictionary<string, int>();
        int folded = 0;
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            foreach (string output in graph.Nodes[i].Outputs)
                made[output] = i;
        }

        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            var norm = graph.Nodes[i];
            if (norm.OpType != "BatchNormalization" || !made.TryGetValue(norm.Inputs[0], out int at) || readers[norm.Inputs[0]] != 1
                || norm.Outputs.Skip(1).Any(static output => output.Length > 0) || !norm.Inputs.Skip(1).All(stored.ContainsKey))
                continue;
            var before = graph.Nodes[at];
            if (Weights(before) is not { } outputs || before.Inputs.Length < 2 || !stored.TryGetValue(before.Inputs[1], out var weight)
                || readers[before.Inputs[1]] != 1)
                continue;
            bool biased = before.Inputs.Length > 2 && before.Inputs[2].Length > 0;
            if (biased && (!stored.TryGetValue(before.Inputs[2], out var old) || readers[before.Inputs[2]] != 1
                || old.Length != stored[norm.Inputs[1]].Length))
                continue;
            float[] scale = stored[norm.Inputs[1]].ToArray(), shift = stored[norm.Inputs[2]].ToArray();
            float[] mean = stored[norm.Inputs[3]].ToArray(), variance = stored[norm.Inputs[4]].ToArray();
            float[] bias = biased ? stored[before.Inputs[2]].ToArray() : new float[scale.Length];
            if (!outputs(weight, scale.Length, out var channel))
                continue;
            double eps = norm.Attributes.TryGetValue("epsilon", out object? value) ? (float)value : 1e-5f;
            double[] factors = [.. scale.Select((gamma, c) => gamma / Math.Sqrt(variance[c] + eps))];
            float[] weights = weight.ToArray();
            for (int k = 0; k < weights.Length; k++)
                weights[k] = (float)(weights[k] * factors[channel(k)]);
            for (int c = 0; c < bias.Length; c++)
                bias[c] = (float)((bias[c] - (double)mean[c]) * factors[c] + shift[c]);
            string biasName = biased ? before.Inputs[2] : norm.Inputs[2];
            stored[before.Inputs[1]] = keep(Tensor.From(weights, weight.Shape), weight);
            stored[biasName] = keep(Tensor.From(bias, [bias.Length]), stored[biasName]);
            graph.Nodes[at] = before.WithInputs([before.Inputs[0], before.Inputs[1], biasName]).WithOutputs([norm.Outputs[0]]);
            made[norm.Outputs[0]] = at;
            graph.Nodes[i] = new OnnxNode("Identity", [], []);
            folded++;
        }

        graph.Nodes.RemoveAll(static node => node.Outputs.Length == 0);
        return folded;
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
