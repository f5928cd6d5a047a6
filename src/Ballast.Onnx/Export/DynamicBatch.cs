namespace Ballast;

/// <summary>One graph for every batch, from two recordings with batches of different sizes: what differs between them follows from the
/// size.</summary>
/// <param name="sizes">The two sizes of a batch.</param>
/// <param name="input">The input whose axis tells the size.</param>
/// <param name="axis">The axis.</param>
/// <param name="readers">What is said of modules that read values which follow from the input; null where there are none.</param>
sealed class DynamicBatch((int First, int Second) sizes, string input, int axis, string? readers)
{
    const string BatchName = "batch_size", FloatName = "batch_size_as_float";

    readonly List<OnnxNode> before = [];
    readonly Dictionary<string, Tensor> constants = [];

    /// <summary>Joins two recordings of one network.</summary>
    /// <returns>The nodes, and the tensors that they read.</returns>
    /// <exception cref="NotSupportedException">The network does something else with a batch of another size.</exception>
    public (List<OnnxNode> Nodes, Dictionary<string, Tensor> Constants) Join(GraphRecording first, GraphRecording second)
    {
        if (first.Nodes.Count != second.Nodes.Count)
            Refuse($"computes {first.Nodes.Count} steps for a batch of {sizes.First} and {second.Nodes.Count} for one of {sizes.Second}");
        for (int i = 0; i < first.Nodes.Count; i++)
        {
            var (a, b) = (first.Nodes[i], second.Nodes[i]);
            if (a.OpType != b.OpType || !a.Inputs.SequenceEqual(b.Inputs) || !a.Outputs.SequenceEqual(b.Outputs) || !Same(a.Attributes, b.Attributes))
                Refuse($"computes {a} for a batch of {sizes.First} and {b}, or the same with other settings, for one of {sizes.Second}");
        }

        foreach (var (name, tensor) in first.Constants)
        {
            if (!second.Constants.TryGetValue(name, out var other))
                Refuse($"has no {name} for a batch of {sizes.Second}");
            else if (ReferenceEquals(tensor, other) || Equal(tensor, other))
                constants[name] = tensor;
            else
                Compute(name, tensor, other);
        }

        return ([.. before, .. first.Nodes], constants);
    }

    void Refuse(string what) => throw new NotSupportedException(
        $"The network {what}: a graph with an open batch size cannot. "
            + (readers ?? "Export it with a fixed one: new OnnxExportOptions { DynamicBatch = false }."));

    static bool Equal(Tensor a, Tensor b) => a.Shape == b.Shape && a.ElementType == b.ElementType && a.ElementType switch
    {
        ElementType.Int64 => a.AsSpan<long>().SequenceEqual(b.AsSpan<long>()),
        ElementType.Float32 => a.AsSpan().SequenceEqual(b.AsSpan()),
        ElementType.Bool => a.AsSpan<bool>().SequenceEqual(b.AsSpan<bool>()),
        _ => a.AsSpan<byte>().SequenceEqual(b.AsSpan<byte>()),
    };

    static bool Same(Dictionary<string, object> a, Dictionary<string, object> b) => a.Count == b.Count && a.All(entry =>
        b.TryGetValue(entry.Key, out object? other) && (entry.Value, other) switch
        {
            (long[] x, long[] y) => x.SequenceEqual(y),
            (float[] x, float[] y) => x.SequenceEqual(y),
            (string[] x, string[] y) => x.SequenceEqual(y),
            var (x, y) => x.Equals(y),
        });

    void Compute(string name, Tensor a, Tensor b)
    {
        if (a.ElementType != b.ElementType || a.Shape.Rank != b.Shape.Rank)
            Refuse($"has other kinds of constants ({name}: {a.Shape} and {b.Shape})");
        if (a.Shape != b.Shape)
            Grow(name, a, b);
        else if (a.ElementType is ElementType.Int64)
            Line(name, a, a.AsSpan<long>(), b.AsSpan<long>());
        else if (a.ElementType is ElementType.Float32)
            Line(name, a, a.AsSpan(), b.AsSpan());
        else
            Refuse($"has the constant {name} with other values");
    }

    // Whole numbers that grow with the batch: batch x slope + offset.
    void Line(string name, Tensor like, ReadOnlySpan<long> a, ReadOnlySpan<long> b)
    {
        long[] slope = new long[a.Length], offset = new long[a.Length];
        for (int i = 0; i < slope.Length; i++)
        {
            if (a[i] != b[i] && (b[i] - a[i]) % (sizes.Second - sizes.First) != 0)
                Refuse($"has the numbers {a[i]} and {b[i]} ({name}), which do not grow evenly");
            slope[i] = (b[i] - a[i]) / (sizes.Second - sizes.First);
            offset[i] = a[i] - slope[i] * sizes.First;
        }

        Line(name, like, BatchSize(), Tensor.FromInt64(slope, [slope.Length]), Tensor.FromInt64(offset, [offset.Length]),
            Array.TrueForAll(offset, static v => v == 0));
    }

    void Line(string name, Tensor like, ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float[] slope = new float[a.Length], offset = new float[a.Length];
        for (int i = 0; i < slope.Length; i++)
        {
            slope[i] = (b[i] - a[i]) / (sizes.Second - sizes.First);
            offset[i] = a[i] - slope[i] * sizes.First;
        }

        string batch = BatchSize();
        if (!before.Exists(static node => node.Outputs[0] == FloatName))
            before.Add(new OnnxNode("Cast", [batch], [FloatName]) { Name = FloatName, Attributes = { ["to"] = 1L } });
        Line(name, like, FloatName, Tensor.From(slope, [slope.Length]), Tensor.From(offset, [offset.Length]),
            Array.TrueForAll(offset, static v => v == 0));
    }

    void Line(string name, Tensor like, string batch, Tensor slope, Tensor offset, bool noOffset)
    {
        bool reshaped = like.Shape.Rank != 1;
        string flat = reshaped ? $"{name}/flat" : name, product = noOffset ? flat : $"{name}/product";
        constants[$"{name}/slope"] = slope;
        before.Add(new OnnxNode("Mul", [batch, $"{name}/slope"], [product]) { Name = product });
        if (!noOffset)
        {
            constants[$"{name}/offset"] = offset;
            before.Add(new OnnxNode("Add", [product, $"{name}/offset"], [flat]) { Name = flat });
        }

        if (!reshaped)
            return;
        constants[$"{name}/shape"] = Tensor.FromInt64(like.Shape.ToArray(), [like.Shape.Rank]);
        before.Add(new OnnxNode("Reshape", [flat, $"{name}/shape"], [name]) { Name = name });
    }

    // A constant that is the same for all samples, as often as there are samples.
    void Grow(string name, Tensor a, Tensor b)
    {
        var one = a;
        for (int i = 0; i < a.Shape.Rank; i++)
        {
            if (a.Shape[i] != b.Shape[i])
                one = one.Narrow(i, 0, Math.Min(1, a.Shape[i]));
        }

        one = one.Clone();
        if (a.Length == 0 || b.Length == 0 || !Equal(one.Expand(a.Shape.ToArray()).Clone(), a) || !Equal(one.Expand(b.Shape.ToArray()).Clone(), b))
            Refuse($"has the constant {name} of {a.Shape} and {b.Shape}, which is not the same for all samples");
        constants[$"{name}/one"] = one;
        Line($"{name}/size", Tensor.FromInt64(a.Shape.ToArray(), [a.Shape.Rank]), Array.ConvertAll(a.Shape.ToArray(), static v => (long)v),
            Array.ConvertAll(b.Shape.ToArray(), static v => (long)v));
        before.Add(new OnnxNode("Expand", [$"{name}/one", $"{name}/size"], [name]) { Name = name });
    }

    string BatchSize()
    {
        if (constants.TryAdd($"{BatchName}/axis", Tensor.FromInt64([(long)axis], [1])))
        {
            before.Add(new OnnxNode("Shape", [input], [$"{BatchName}/shape"]) { Name = $"{BatchName}/shape" });
            before.Add(new OnnxNode("Gather", [$"{BatchName}/shape", $"{BatchName}/axis"], [BatchName])
            {
                Name = BatchName,
                Attributes = { ["axis"] = 0L },
            });
        }

        return BatchName;
    }
}
