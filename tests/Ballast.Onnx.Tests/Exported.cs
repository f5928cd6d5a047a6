namespace Ballast.Onnx.Tests;

/// <summary>A folder for the files of a test.</summary>
sealed class Folder : IDisposable
{
    public Folder() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"ballast-onnx-{Guid.NewGuid():N}");

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Networks that go out, and what ONNX Runtime makes of them.</summary>
static class Exported
{
    /// <summary>Values away from 0 on both sides.</summary>
    public static Tensor Draw(Shape shape, int seed) => (Tensor.Rand(shape, new Generator(seed)) * 2 - 1).Clone();

    /// <summary>What a network gives in evaluation mode.</summary>
    public static Tensor[] Evaluate(Func<Tensor[], Tensor[]> run, Tensor[] inputs)
    {
        using var evaluating = ModeScope.Evaluate();
        using (Tensor.NoGrad())
            return Array.ConvertAll(run(inputs), static output => output.Clone());
    }

    /// <summary>Exports a network and compares ONNX Runtime's results, and those of the graph that is read back, with its own at batches of 1
    /// and 7; what is wrong, or null. Differences are relative to the largest value, which counts as at least so much: where values near 1
    /// cancel, what is left is known no better.</summary>
    public static string? Fault(
        Module module, Tensor[] like, Func<Tensor[], Tensor[]> run, string path, double tolerance,
        OnnxExportOptions? options = null, int[]? batches = null, double leastScale = 1e-6)
    {
        options ??= new OnnxExportOptions();
        OnnxFile.Export(module, like, run, path, options);
        if (!options.FoldNormalization && StateFault(module, path) is { } stored)
            return stored;
        using var session = Ort.Open(path);
        var back = options.Preprocessing is null ? OnnxFile.Load(path) : null;
        foreach (int batch in batches ?? [1, 7])
        {
            var inputs = like.Select((input, i) => Sized(input, options.DynamicBatch ? batch : -1, options.BatchAxis, 100 + i)).ToArray();
            var expected = Evaluate(run, inputs);
            var got = Ort.Run(session, inputs);
            var again = back is null ? got : Evaluate(x => back.Run(x), inputs);
            for (int i = 0; i < expected.Length; i++)
            {
                foreach (var (who, result) in new[] { ("ONNX Runtime", got[i]), ("the graph that was read back", again[i]) })
                {
                    double difference = Ort.Difference(expected[i], result, leastScale);
                    if (!(difference <= tolerance))
                        return $"{module}, batch {batch}, result {i}: expected {expected[i]}, {who} gave {result}, off by {difference:G3}";
                }
            }
        }

        return null;
    }

    // What the file has of the network's state has the state's shapes and values; the gates of recurrent layers are brought back into their order.
    static string? StateFault(Module module, string path)
    {
        using var file = OnnxFile.Open(path);
        var state = module.StateDict();
        foreach (var tensor in file.Tensors)
        {
            if (!state.TryGetValue(tensor.Name, out var own))
                return $"{module}: the file has {tensor}, and the network's state has no such tensor";
            var value = own.Tensor;
            if (value.Shape != new Shape([.. tensor.Shape.Select(static size => (int)size)])
                || !tensor.ToTensor().ToArray().SequenceEqual(value.To(ElementType.Float32).ToArray()))
                return $"{module}: the file has {tensor}, and the network's state has {value.Shape}, or other values";
        }

        return null;
    }

    static Tensor Sized(Tensor input, int batch, int axis, int seed)
    {
        int[] sizes = input.Shape.ToArray();
        if (batch > 0 && sizes.Length > axis)
            sizes[axis] = batch;
        Shape shape = new(sizes);
        if (input.ElementType == ElementType.Float32)
            return Draw(shape, seed);
        long most = input.ElementType == ElementType.Bool ? 2 : input.ToArray<long>().Max() + 1;
        Random random = new(seed);
        return Tensor.FromInt64([.. Enumerable.Range(0, shape.Length).Select(_ => random.NextInt64(most))], shape).To(input.ElementType);
    }

    /// <summary>The same of a network with one input, which fails the test.</summary>
    public static void Check(Module module, Shape shape, double tolerance = 1e-5, OnnxExportOptions? options = null)
    {
        using Folder folder = new();
        string? fault = Fault(module, [Draw(shape, 1)], inputs => [module.Forward(inputs[0])], folder.File("model.onnx"), tolerance, options);
        Assert.True(fault is null, fault);
    }
}
