namespace Ballast;

/// <summary>Checks that a graph can be computed, and brings its nodes into an order in which they can.</summary>
static class GraphOrder
{
    /// <summary>Puts each node behind those that it reads.</summary>
    /// <exception cref="InvalidDataException">A value that is computed twice or by nothing, or nodes that wait for each other.</exception>
    public static void Sort(NodeGraph graph)
    {
        HashSet<string> known = [.. graph.Initializers.Keys];
        foreach (var input in graph.Inputs)
        {
            if (!known.Add(input.Name))
                throw new InvalidDataException($"Two inputs are called \"{input.Name}\". The file is damaged.");
        }

        Dictionary<string, int> makers = [];
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            foreach (string output in graph.Nodes[i].Outputs)
            {
                if (output.Length > 0 && (known.Contains(output) || !makers.TryAdd(output, i)))
                    throw new InvalidDataException($"The value \"{output}\" is computed twice. The file is damaged.");
            }
        }

        foreach (var node in graph.Nodes)
        {
            foreach (string input in node.Inputs)
            {
                if (input.Length > 0 && !known.Contains(input) && !makers.ContainsKey(input))
                    throw new InvalidDataException($"{node} reads \"{input}\", which nothing computes. The file is damaged.");
            }
        }

        foreach (var output in graph.Outputs)
        {
            if (!known.Contains(output.Name) && !makers.ContainsKey(output.Name))
                throw new InvalidDataException($"The result \"{output.Name}\" is computed by nothing. The file is damaged.");
        }

        if (graph.Outputs.Count == 0)
            throw new InvalidDataException("The graph has no results. The file is damaged.");
        graph.Nodes = Sorted(graph.Nodes, makers);
    }

    // Kahn's way, with the file's order among those that could come next.
    static List<OnnxNode> Sorted(List<OnnxNode> nodes, Dictionary<string, int> makers)
    {
        int[] waits = new int[nodes.Count];
        var readers = new List<int>[nodes.Count];
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (string input in nodes[i].Inputs.Distinct())
            {
                if (!makers.TryGetValue(input, out int maker))
                    continue;
                waits[i]++;
                (readers[maker] ??= []).Add(i);
            }
        }

        PriorityQueue<int, int> ready = new();
        for (int i = 0; i < waits.Length; i++)
        {
            if (waits[i] == 0)
                ready.Enqueue(i, i);
        }

        List<OnnxNode> sorted = [];
        while (ready.TryDequeue(out int next, out _))
        {
            sorted.Add(nodes[next]);
            foreach (int reader in readers[next] ?? [])
            {
                if (--waits[reader] == 0)
                    ready.Enqueue(reader, reader);
            }
        }

        return sorted.Count == nodes.Count ? sorted
            : throw new InvalidDataException(
                $"{nodes[Array.FindIndex(waits, static count => count > 0)]} waits for its own result. The file is damaged.");
    }
}
