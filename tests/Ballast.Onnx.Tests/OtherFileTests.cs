using Ballast.Tests;

namespace Ballast.Onnx.Tests;

/// <summary>Files of other programs, named by an environment variable: they agree with ONNX Runtime, are trained for a step, and go out
/// again.</summary>
public class OtherFileTests
{
    static Tensor[] Inputs(OnnxGraph graph, int batch) => [.. Enumerable.Range(0, graph.InputNames.Count).Select(i =>
    {
        var sizes = graph.InputSizes(i) ?? throw new InvalidOperationException($"{graph.InputNames[i]} has no shape");
        Shape shape = new([.. sizes.Select((size, axis) => size is > 0 ? size.Value : axis == 0 ? batch : 9)]);
        if (graph.InputType(i) == ElementType.Float32)
            return Exported.Draw(shape, i + 1);
        Random random = new(i + 1);
        return Tensor.FromInt64([.. Enumerable.Range(0, shape.Length).Select(k => k % 9 == 0 ? 1L : random.NextInt64(2))], shape);
    })];

    static void Agrees(string path, OnnxGraph graph, Tensor[] inputs, double tolerance)
    {
        using var session = Ort.Open(path);
        var expected = Ort.Run(session, inputs);
        var got = Exported.Evaluate(x => graph.Run(x), inputs);
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Ort.Difference(expected[i], got[i]);
            Assert.True(difference <= tolerance, $"{path}, result {i}: expected {expected[i]}, got {got[i]}, off by {difference:G3}");
        }
    }

    [EnvironmentFact("BALLAST_ONNX_FILES")]
    public void Files_of_other_programs()
    {
        foreach (string path in Environment.GetEnvironmentVariable("BALLAST_ONNX_FILES")!.Split(Path.PathSeparator))
        {
            var graph = OnnxFile.Load(path);
            foreach (int batch in new[] { 1, 2 })
                Agrees(path, graph, Inputs(graph, batch), 1e-4);
            var (folded, count) = graph.Fold();
            Agrees(path, folded, Inputs(graph, 1), 1e-4);
            Console.WriteLine($"{path}: {graph}, {graph.Parameters().Sum(static parameter => (long)parameter.Length)} learned, {count} folded");

            var inputs = Inputs(graph, 2);
            SGD optimizer = new(graph.Parameters(), 1e-4);
            graph.Train();
            graph.Run(inputs)[0].Square().Mean().Backward();
            Assert.Contains(graph.Parameters(), static parameter => parameter.Grad is not null);
            optimizer.Step();
            graph.Eval();
            using Folder folder = new();
            bool open = graph.InputSizes(0)![0] is null or < 1;
            OnnxFile.Export(graph, inputs, x => graph.Run(x), folder.File("again.onnx"), new OnnxExportOptions
            {
                DynamicBatch = open,
                InputNames = graph.InputNames,
                OutputNames = graph.OutputNames,
            });
            Agrees(folder.File("again.onnx"), graph, inputs, 1e-4);
        }
    }
}
