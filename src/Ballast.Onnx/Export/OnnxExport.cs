using System.Text.Json;

namespace Ballast;

/// <summary>Records a network, makes one graph of it, and tries it.</summary>
/// <param name="model">The network.</param>
/// <param name="shapes">The inputs' shapes, the batch included.</param>
/// <param name="types">The types of the inputs' elements.</param>
/// <param name="run">Runs the network.</param>
/// <param name="options">How it is written.</param>
sealed class OnnxExport(Module model, Shape[] shapes, ElementType[] types, Func<Tensor[], Tensor[]> run, OnnxExportOptions options)
{
    const int First = 2, Second = 3, Single = 1, Tried = 5;

    readonly string[] inputNames = Names(options.InputNames, "input", shapes.Length);

    /// <summary>The graph.</summary>
    public NodeGraph Graph()
    {
        Check();
        int fixedSize = shapes.Length == 0 || shapes[0].Rank == 0 ? 1 : shapes[0][options.BatchAxis];
        var (first, firstOutputs) = Record(options.DynamicBatch ? First : fixedSize);
        NodeGraph graph = new() { Name = options.GraphName, Opset = options.Opset };
        var outputNames = Names(options.OutputNames, "output", firstOutputs.Length);
        if (options.DynamicBatch)
        {
            var (second, secondOutputs) = Record(Second);
            string batchInput = inputNames[Array.FindIndex(shapes, static shape => shape.Rank > 0)];
            var (nodes, constants) = new DynamicBatch((First, Second), batchInput, options.BatchAxis, first.Readers)
                .Join(first.Recording, second.Recording);
            graph.Nodes.AddRange(nodes);
            foreach (var (name, tensor) in constants)
                graph.Initializers[name] = tensor;
            AddValues(graph, outputNames, firstOutputs, secondOutputs);
        }
        else
        {
            graph.Nodes.AddRange(first.Recording.Nodes);
            foreach (var (name, tensor) in first.Recording.Constants)
                graph.Initializers[name] = tensor;
            AddValues(graph, outputNames, firstOutputs, firstOutputs);
        }

        GraphCleaning.Share(graph);
        GraphCleaning.GiveBiases(graph);
        graph.Prune();
        if (options.FoldNormalization)
            GraphFolding.Fold(graph);
        foreach (int batch in options.DynamicBatch ? [Tried, Single] : (ReadOnlySpan<int>)[fixedSize])
            Try(graph, batch, first);
        if (options.Preprocessing is { } preprocessing)
            Prepend(graph, preprocessing);
        Describe(graph);
        return graph;
    }

    static string[] Names(IReadOnlyList<string>? names, string stem, int count)
    {
        if (names is not null)
        {
            Throw.Unless(names.Count == count && names.Distinct().Count() == count && names.All(static name => name.Length > 0),
                $"OnnxFile.Export: expected {count} different {stem} names, got {string.Join(", ", names)}.");
            return [.. names];
        }

        return count == 1 ? [stem] : [.. Enumerable.Range(0, count).Select(i => $"{stem}_{i}")];
    }

    void Check()
    {
        Throw.Unless(options.Opset is >= OnnxFile.DefaultOpset and <= OnnxFile.NewestOpset,
            $"OnnxFile.Export: expected an opset from {OnnxFile.DefaultOpset} to {OnnxFile.NewestOpset}, got {options.Opset}.");
        Throw.Unless(!options.KeepState || !options.FoldNormalization,
            $"OnnxFile.Export: folded weights are not those of the state. Leave out FoldNormalization or KeepState.");
        Throw.Unless(shapes.Length > 0, $"OnnxFile.Export: expected at least one input.");
        Throw.Unless(!options.DynamicBatch || shapes.All(shape => shape.Rank > options.BatchAxis) && options.BatchAxis >= 0,
            $"OnnxFile.Export: an input has no axis {options.BatchAxis} that counts samples. Give shapes with the batch, as [1, 3, 32, 32].");
        if (options.Preprocessing is { } p)
        {
            Throw.Unless(shapes is [{ Rank: 4 }] && types[0] == ElementType.Float32 && p.Mean.Count == shapes[0][1] && p.Std.Count == shapes[0][1]
                && p.Std.All(static std => std > 0),
                $"OnnxFile.Export: preprocessing needs one input of images [N, C, H, W] with a mean and a positive deviation for each channel, "
                    + $"got {string.Join(", ", shapes)} with {p.Mean.Count} means and {p.Std.Count} deviations.");
        }
    }

    Shape Sized(Shape shape, int batch)
    {
        if (!options.DynamicBatch || shape.Rank == 0)
            return shape;
        int[] sizes = shape.ToArray();
        sizes[options.BatchAxis] = batch;
        return new Shape(sizes);
    }

    // Floats are drawn, from 0 to 1 or on both sides of 0; whole numbers are 0, which is a token or a class everywhere.
    Tensor[] Examples(int batch, int seed, bool signed = false)
    {
        return [.. shapes.Select((shape, i) => types[i] == ElementType.Float32
            ? Drawn(Sized(shape, batch)) : Tensor.Full(Sized(shape, batch), 0, types[i]))];

        Tensor Drawn(Shape shape)
        {
            var values = Tensor.Rand(shape, new Generator(seed + batch));
            return signed ? values * 2 - 1 : values;
        }
    }

    (Recorder Recorder, GraphTensor[] Outputs) Record(int batch)
    {
        using var off = Tensor.NoGrad();
        using var evaluating = ModeScope.Evaluate();
        Recorder recorder = new(model, options.Opset);
        var inputs = Examples(batch, seed: 17).Select((value, i) => recorder.Input(inputNames[i], value)).ToArray();
        using (Backend.Use(recorder))
        {
            var outputs = Array.ConvertAll(run(inputs), output => recorder.Find(output)!);
            return (recorder, outputs);
        }
    }

    void AddValues(NodeGraph graph, string[] names, GraphTensor[] first, GraphTensor[] second)
    {
        for (int i = 0; i < shapes.Length; i++)
            graph.Inputs.Add(new GraphValue(inputNames[i], types[i], Sizes(Sized(shapes[i], First), Sized(shapes[i], Second))));
        for (int i = 0; i < names.Length; i++)
        {
            string from = first[i].Recording.NameOf(first[i].AsStored());
            if (first[i].IsConstant)
                graph.Initializers[from] = first[i].Tensor;
            graph.Nodes.Add(new OnnxNode("Identity", [from], [names[i]]) { Name = names[i] });
            graph.Outputs.Add(new GraphValue(names[i], first[i].Type, Sizes(first[i].Shape, second[i].Shape)));
        }
    }

    string[] Sizes(Shape first, Shape second)
    {
        string[] sizes = new string[first.Rank];
        for (int axis = 0; axis < sizes.Length; axis++)
            sizes[axis] = Size(first[axis], second[axis]);
        return sizes;
    }

    string Size(int first, int second)
    {
        if (first == second)
            return $"{first}";
        if ((first, second) == (First, Second))
            return options.BatchName;
        int slope = (second - first) / (Second - First), offset = first - slope * First;
        return offset == 0 ? $"{slope}*{options.BatchName}" : $"{slope}*{options.BatchName}+{offset}";
    }

    // The graph and the network have to say the same of samples that neither was made from. A single sample is what sizes of 1 are taken for
    // that fit any other, and values below 0 tell where what is read may be a sign; a network may refuse both.
    void Try(NodeGraph graph, int batch, Recorder recorder)
    {
        using var off = Tensor.NoGrad();
        using var evaluating = ModeScope.Evaluate();
        Compare(graph, batch, recorder, Examples(batch, seed: 117), mayRefuse: options.DynamicBatch && batch == Single);
        if (recorder.Reads.Count > 0)
            Compare(graph, batch, recorder, Examples(batch, seed: 117, signed: true), mayRefuse: true);
    }

    void Compare(NodeGraph graph, int batch, Recorder recorder, Tensor[] inputs, bool mayRefuse)
    {
        Tensor[] expected, got;
        try
        {
            expected = run(inputs);
        }
        catch (ArgumentException) when (mayRefuse)
        {
            return;
        }

        try
        {
            got = GraphRun.Run(graph, graph.Initializers, inputs);
        }
        catch (InvalidDataException failure)
        {
            throw Differs(recorder, $"for a batch of {batch} the graph cannot be computed: {failure.Message}", failure);
        }

        for (int i = 0; i < expected.Length; i++)
        {
            double scale = Largest(expected[i]), off = expected[i].Shape == got[i].Shape ? Largest(expected[i], got[i]) : double.PositiveInfinity;
            if (off > 1e-3 * (scale + 1e-6))
            {
                throw Differs(recorder, $"for a batch of {batch} the graph gives {got[i].Shape}, off by {off:G3} of {scale:G3}, "
                    + $"from the {expected[i].Shape} that the network gives.");
            }
        }
    }

    NotSupportedException Differs(Recorder recorder, string how, Exception? cause = null) => new(
        $"{model.Title} cannot be exported: {how} "
            + (recorder.Readers ?? "It computes something from a batch's size that a graph does not follow."
                + (options.DynamicBatch ? " Export it with a fixed one: new OnnxExportOptions { DynamicBatch = false }." : "")), cause);

    static double Largest(Tensor x)
    {
        double largest = 0;
        foreach (float value in x.To(ElementType.Float32).AsSpan())
            largest = Math.Max(largest, double.IsFinite(value) ? Math.Abs(value) : 0);
        return largest;
    }

    static double Largest(Tensor x, Tensor y)
    {
        double largest = 0;
        float[] a = x.To(ElementType.Float32).ToArray(), b = y.To(ElementType.Float32).ToArray();
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i] != b[i] && !(float.IsNaN(a[i]) && float.IsNaN(b[i])))
                largest = Math.Max(largest, Math.Abs((double)a[i] - b[i]) is var away && double.IsNaN(away) ? double.PositiveInfinity : away);
        }

        return largest;
    }

    static void Prepend(NodeGraph graph, OnnxPreprocessing preprocessing)
    {
        string name = graph.Inputs[0].Name, inner = $"{name}/standardized";
        graph.Inputs[0] = graph.Inputs[0] with { Type = ElementType.UInt8 };
        int channels = preprocessing.Mean.Count;
        // (byte / 255 - mean) / std as byte x scale + shift.
        graph.Initializers["preprocessing.scale"] = Tensor.From(
            [.. preprocessing.Std.Select(static std => (float)(1 / (255.0 * std)))], [channels, 1, 1]);
        graph.Initializers["preprocessing.shift"] = Tensor.From(
            [.. preprocessing.Mean.Zip(preprocessing.Std, static (mean, std) => (float)(-(double)mean / std))], [channels, 1, 1]);
        graph.Nodes =
        [
            new OnnxNode("Cast", [name], [$"{name}/float"]) { Name = $"{name}/float", Attributes = { ["to"] = 1L } },
            new OnnxNode("Mul", [$"{name}/float", "preprocessing.scale"], [$"{name}/scaled"]) { Name = $"{name}/scaled" },
            new OnnxNode("Add", [$"{name}/scaled", "preprocessing.shift"], [inner]) { Name = inner },
            .. graph.Nodes.Select(node => node.WithInputs(Array.ConvertAll(node.Inputs, input => input == name ? inner : input))),
        ];
    }

    void Describe(NodeGraph graph)
    {
        foreach (var (key, value) in options.Metadata ?? new Dictionary<string, string>())
            graph.Metadata[key] = value;
        if (options.Classes is { } classes)
            graph.Metadata["classes"] = JsonSerializer.Serialize(classes);
    }
}
