namespace Ballast;

/// <summary>A backend that computes by ONNX's operators, and writes down which ones: whatever a module does with tensors becomes a graph, in
/// the library or outside of it.</summary>
sealed class Recorder : Backend
{
    readonly Dictionary<Tensor, string> state = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Module, string> paths = [];
    readonly List<(string Name, Tensor Values)> statistics;
    readonly Module model;

    /// <summary>Records a network.</summary>
    public Recorder(Module model, int opset)
    {
        this.model = model;
        foreach (var (name, module) in model.NamedModules())
            paths.TryAdd(module, name);
        foreach (var (name, parameter) in model.NamedParameters())
            state[parameter] = name;
        statistics = [.. model.NamedStatistics()];
        foreach (var (name, values) in statistics)
            state[values] = name;
        Recording = new GraphRecording(opset, () => Path);
    }

    /// <summary>What was recorded.</summary>
    public GraphRecording Recording { get; }

    /// <summary>The modules that read values which follow from the input.</summary>
    public HashSet<string> Reads { get; } = [];

    /// <summary>What an error says of them; null where there are none.</summary>
    public string? Readers => Reads.Count == 0 ? null
        : $"Values that follow from the input are read in {string.Join(", ", Reads)}, and a graph does not follow what is computed from them.";

    /// <summary>The dotted name of the module that runs; empty for the network itself.</summary>
    public string Path => Module.Running is { } running ? paths.GetValueOrDefault(running, "") : "";

    /// <summary>What an error calls the module that runs.</summary>
    public string Where => Module.Running is { } running && running != model
        ? $"{running.Title}{(Path.Length > 0 ? $" (\"{Path}\")" : "")}" : model.Title;

    /// <summary>A module has read values that follow from the input.</summary>
    public void NoteRead() => Reads.Add(Where);

    /// <summary>A tensor that is an input of the graph.</summary>
    public Tensor Input(string name, Tensor value)
    {
        Recording.Reserve(name);
        return ToTensor(new GraphTensor(Recording, value, name));
    }

    /// <summary>The value of a tensor in the graph; null for null.</summary>
    public GraphTensor? Find(Tensor? tensor)
    {
        if (tensor is null)
            return null;
        if (tensor.Recipe is TracedValues { Value: var value })
            return value.Shape == tensor.Shape ? value : value.AsStored() with { Tensor = value.Tensor.Reshape(tensor.Shape) };
        return Recording.Constant(tensor, state.GetValueOrDefault(tensor.Root) ?? state.GetValueOrDefault(tensor));
    }

    /// <summary>Statistics that an operation was told as numbers, under the name that they have in the module that runs.</summary>
    public GraphTensor Statistics(ReadOnlySpan<double> values)
    {
        float[] floats = new float[values.Length];
        for (int i = 0; i < floats.Length; i++)
            floats[i] = (float)values[i];
        string prefix = Path.Length > 0 ? $"{Path}." : "";
        foreach (var (name, kept) in statistics)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && kept.Length == floats.Length && kept.AsSpan().SequenceEqual(floats))
                return Recording.Constant(kept, name);
        }

        return Recording.Constant(Tensor.From(floats, [floats.Length]));
    }

    /// <inheritdoc/>
    protected override BackendResult Compute(Node node, bool records)
    {
        // What is computed on the way is the graph's, and not handed back with what a layer has made.
        var scope = MadeTensors.Enter(notes: false);
        try
        {
            using var plain = Use(null);
            var inputs = new GraphTensor?[node.Inputs.Length];
            for (int i = 0; i < inputs.Length; i++)
                inputs[i] = Find(node.Inputs[i]);
            var results = NodeEmitters.Emit(new Emission(this, node, inputs));
            return new BackendResult(Array.ConvertAll(results, result => (result.Shape, (BackendValues)new TracedValues(this, result))), null);
        }
        finally
        {
            scope.Leave();
        }
    }

    Tensor ToTensor(GraphTensor value) => new(value.Shape, new Values(new TracedValues(this, value)));
}
