namespace Ballast;

/// <summary>A graph of nodes in an order in which they can run, with the tensors that are stored in it.</summary>
sealed class NodeGraph
{
    /// <summary>The graph's name.</summary>
    public string Name { get; set; } = "ballast";

    /// <summary>The version of ONNX's operators that the nodes mean.</summary>
    public int Opset { get; set; } = OnnxFile.DefaultOpset;

    /// <summary>Whether this library wrote it.</summary>
    public bool IsOwn { get; set; }

    /// <summary>What goes in.</summary>
    public List<GraphValue> Inputs { get; } = [];

    /// <summary>What comes out.</summary>
    public List<GraphValue> Outputs { get; } = [];

    /// <summary>The nodes; each reads only what stands before it.</summary>
    public List<OnnxNode> Nodes { get; set; } = [];

    /// <summary>Stored tensors by their names, in the file's order.</summary>
    public Dictionary<string, Tensor> Initializers { get; } = [];

    /// <summary>Texts about the graph by their names.</summary>
    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>How many nodes and results of the graph read each value.</summary>
    public Dictionary<string, int> CountReaders()
    {
        Dictionary<string, int> readers = [];
        foreach (string name in Nodes.SelectMany(static node => node.Inputs).Concat(Outputs.Select(static output => output.Name)))
            readers[name] = readers.GetValueOrDefault(name) + 1;
        return readers;
    }

    /// <summary>Leaves out nodes and stored tensors from which no result follows.</summary>
    public void Prune()
    {
        HashSet<string> needed = [.. Outputs.Select(static output => output.Name)];
        List<OnnxNode> kept = [];
        for (int i = Nodes.Count - 1; i >= 0; i--)
        {
            if (!Nodes[i].Outputs.Any(needed.Contains))
                continue;
            needed.UnionWith(Nodes[i].Inputs);
            kept.Add(Nodes[i]);
        }

        kept.Reverse();
        Nodes = kept;
        foreach (string name in Initializers.Keys.Where(name => !needed.Contains(name)).ToList())
            Initializers.Remove(name);
    }
}
