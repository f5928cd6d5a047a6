namespace Ballast;

/// <summary>Computes a graph node by node.</summary>
static class GraphRun
{
    /// <summary>The results of a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="stored">What its stored tensors are.</param>
    /// <param name="inputs">The inputs in the graph's order.</param>
    /// <param name="training">Whether normalizations use the batch's own statistics.</param>
    /// <param name="norms">The normalization that a node is, which may be held or looked at; null for none.</param>
    /// <exception cref="InvalidDataException">A node cannot be computed.</exception>
    public static Tensor[] Run(
        NodeGraph graph, IReadOnlyDictionary<string, Tensor> stored, IReadOnlyList<Tensor> inputs,
        bool training = false, Func<OnnxNode, GraphNorm?>? norms = null)
    {
        Dictionary<string, Tensor> values = [];
        var readers = graph.CountReaders();
        for (int i = 0; i < inputs.Count; i++)
            values[graph.Inputs[i].Name] = inputs[i];
        Tensor Value(string name) => values.TryGetValue(name, out var value) ? value : stored.TryGetValue(name, out value) ? value
            : throw new InvalidDataException($"The value \"{name}\" is read before anything computes it. The file is damaged.");
        foreach (var node in graph.Nodes)
        {
            var read = Array.ConvertAll(node.Inputs, name => name.Length == 0 ? null : Value(name));
            var results = OnnxOperators.Run(new OperatorCall(node, read, graph.Opset, training, norms?.Invoke(node)));
            for (int i = 0; i < node.Outputs.Length && i < results.Length; i++)
            {
                if (node.Outputs[i].Length > 0 && results[i] is { } result)
                    values[node.Outputs[i]] = result;
            }

            // What nobody reads any more is let go.
            foreach (string name in node.Inputs)
            {
                if (readers.TryGetValue(name, out int count) && (readers[name] = count - 1) == 0)
                    values.Remove(name);
            }
        }

        return [.. graph.Outputs.Select(output => Value(output.Name))];
    }
}
