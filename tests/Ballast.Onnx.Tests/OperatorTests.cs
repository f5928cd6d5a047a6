using Onnx;

namespace Ballast.Onnx.Tests;

/// <summary>Operators that no export makes, as ONNX Runtime computes them.</summary>
public class OperatorTests
{
    static void Write(
        string path, string opType, Tensor[] inputs, int results, int opset, Type? result = null, params AttributeProto[] attributes)
    {
        ModelProto model = new() { IrVersion = 8, Graph = new GraphProto { Name = "g" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
        NodeProto node = new() { OpType = opType, Name = "n", Attribute = { attributes } };
        for (int i = 0; i < inputs.Length; i++)
        {
            node.Input.Add($"x{i}");
            model.Graph.Input.Add(Value($"x{i}", (int)OnnxTypes.Code(inputs[i].ElementType)));
        }

        for (int i = 0; i < results; i++)
        {
            node.Output.Add($"y{i}");
            model.Graph.Output.Add(Value($"y{i}", result == typeof(long) ? 7 : 1));
        }

        model.Graph.Node.Add(node);
        File.WriteAllBytes(path, Google.Protobuf.MessageExtensions.ToByteArray(model));
    }

    static ValueInfoProto Value(string name, int type) => new() { Name = name, Type = new TypeProto { TensorType = new() { ElemType = type } } };

    static AttributeProto Text(string name, string value) =>
        new() { Name = name, S = Google.Protobuf.ByteString.CopyFromUtf8(value), Type = AttributeProto.Types.AttributeType.String };

    static AttributeProto Whole(string name, long value) => new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    static AttributeProto Real(string name, float value) => new() { Name = name, F = value, Type = AttributeProto.Types.AttributeType.Float };

    static AttributeProto Wholes(string name, params long[] values) =>
        new() { Name = name, Ints = { values }, Type = AttributeProto.Types.AttributeType.Ints };

    static OnnxGraph Agrees(Folder folder, string opType, int results, int opset, Tensor[] inputs, params AttributeProto[] attributes) =>
        Agrees(folder, opType, results, opset, inputs, null, attributes);

    static OnnxGraph Agrees(Folder folder, string opType, int results, int opset, Tensor[] inputs, Type? result, params AttributeProto[] attributes)
    {
        string path = folder.File($"{opType}.onnx");
        Write(path, opType, inputs, results, opset, result, attributes);
        using var session = Ort.Open(path);
        var expected = Ort.Run(session, inputs);
        var graph = OnnxFile.Load(path);
        var got = Exported.Evaluate(x => graph.Run(x), inputs);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Ort.Difference(expected[i], got[i]) <= 1e-6, $"{opType}, result {i}: expected {expected[i]}, got {got[i]}");
        return graph;
    }

    [Fact]
    public void Losses_agree_and_have_gradients()
    {
        using Folder folder = new();
        var scores = Exported.Draw([3, 4, 2], 1);
        var labels = Tensor.FromInt64([0, 3, 2, 1, 3, 0], [3, 2]);
        var weights = Tensor.From([0.5f, 2, 1, 0.25f], [4]);
        foreach (string reduction in new[] { "mean", "sum", "none" })
        {
            Agrees(folder, "NegativeLogLikelihoodLoss", 1, 13, [scores, labels, weights], Text("reduction", reduction), Whole("ignore_index", 3));
            var graph = Agrees(folder, "SoftmaxCrossEntropyLoss", 2, 13, [scores, labels, weights], Text("reduction", reduction));
            var x = scores.Clone();
            x.RequiresGrad = true;
            graph.Run(x, labels, weights)[0].Sum().Backward();
            Assert.Contains(x.Grad!.ToArray(), static value => value != 0);
        }
    }

    [Fact]
    public void Places_and_choices_agree()
    {
        using Folder folder = new();
        var x = Exported.Draw([2, 3, 4, 6], 2);
        var kernel = Wholes("kernel_shape", 2, 3);
        var strides = Wholes("strides", 2, 3);
        Write(folder.File("pool.onnx"), "MaxPool", [x], 2, 12, null, kernel, strides);
        // The type of the second result is left to ONNX Runtime, which knows it.
        var pool = OnnxFile.Load(folder.File("pool.onnx")).Run(x);
        Agrees(folder, "MaxUnpool", 1, 11, pool, kernel, strides);
        Assert.Equal(
            Functional.MaxUnpool2d(pool[0], Functional.MaxPool2dWithIndices(x, (2, 3)).Indices, (2, 3)).ToArray(),
            OnnxFile.Load(folder.File("MaxUnpool.onnx")).Run(pool)[0].ToArray());
        Agrees(folder, "Compress", 1, 11, [x, Tensor.FromBool([true, false, true], [3])], Whole("axis", 1));
        foreach (string reduction in new[] { "mul", "max", "min", "add" })
        {
            var places = Tensor.FromInt64([0, 2, -1, 0, 1, 0], [3, 2]);
            Agrees(folder, "ScatterElements", 1, 18, [Exported.Draw([3, 4], 5), places, Exported.Draw([3, 2], 6)],
                Whole("axis", 0), Text("reduction", reduction));
            Agrees(folder, "ScatterND", 1, 18, [x, Tensor.FromInt64([1, 2, 0, 0, 1, -1], [3, 2]), Exported.Draw([3, 4, 6], 7)],
                Text("reduction", reduction));
        }

        foreach (string mode in new[] { "linear", "nearest" })
        {
            var part = Tensor.From([0, 0, 0.2f, -0.3f, 1, 1, 0.9f, 1.25f], [8]);
            Agrees(folder, "Resize", 1, 13, [x, part, Tensor.Zeros([0]), Tensor.FromInt64([2, 3, 5, 7])],
                Text("mode", mode), Text("coordinate_transformation_mode", "tf_crop_and_resize"), Real("extrapolation_value", 9));
        }

        Agrees(folder, "NonZero", 1, 13, [(x > 0).To(ElementType.Float32)], typeof(long));
        Agrees(folder, "ReverseSequence", 1, 10, [x, Tensor.FromInt64([3, 1])], Whole("batch_axis", 0), Whole("time_axis", 1));
        Agrees(folder, "Col2Im", 1, 18, [Exported.Draw([2, 12, 6], 3), Tensor.FromInt64([5, 4]), Tensor.FromInt64([2, 3])],
            Wholes("pads", 0, 1, 0, 0), Wholes("strides", 2, 1), Wholes("dilations", 1, 1));
    }

    [Fact]
    public void What_is_drawn_has_its_distribution_and_its_seed()
    {
        using Folder folder = new();
        Tensor Run(string opType, Tensor[] inputs, params AttributeProto[] attributes)
        {
            Write(folder.File("drawn.onnx"), opType, inputs, 1, 15, null, attributes);
            return OnnxFile.Load(folder.File("drawn.onnx")).Run(inputs)[0];
        }

        var like = Tensor.Full([100, 100], 0.25);
        using var generator = Generator.UseDefault(new Generator(5));
        var normal = Run("RandomNormalLike", [like], Real("mean", 3), Real("scale", 2));
        Assert.Equal(3, normal.Mean().Item(), 0.1);
        Assert.Equal(2, normal.Std().Item(), 0.1);
        var uniform = Run("RandomUniform", [], Wholes("shape", 50, 100), Real("low", -1), Real("high", 3), Real("seed", 7));
        Assert.Equal(new Shape(50, 100), uniform.Shape);
        Assert.Equal(1, uniform.Mean().Item(), 0.1);
        Assert.True(uniform.Min().Item() >= -1 && uniform.Max().Item() <= 3);
        Assert.Equal(uniform.ToArray(),
            Run("RandomUniform", [], Wholes("shape", 50, 100), Real("low", -1), Real("high", 3), Real("seed", 7)).ToArray());
        Assert.Equal(0.25, Run("Bernoulli", [like]).Mean().Item(), 0.03);
        var chosen = Run("Multinomial", [Tensor.From([0, MathF.Log(3)], [1, 2])], Whole("sample_size", 4000));
        Assert.Equal(0.75, chosen.To(ElementType.Float32).Mean().Item(), 0.03);
        Assert.Contains("RandomNormal", Assert.Throws<InvalidDataException>(() =>
            Run("RandomNormal", [], Wholes("shape", 1 << 20, 1 << 20))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_go_together_is_refused_with_the_node()
    {
        using Folder folder = new();
        void Refuses(string why, string opType, Tensor[] inputs, params AttributeProto[] attributes)
        {
            Write(folder.File("wrong.onnx"), opType, inputs, 1, 13, null, attributes);
            string message = Assert.Throws<InvalidDataException>(() => OnnxFile.Load(folder.File("wrong.onnx")).Run(inputs)).Message;
            Assert.Contains(why, message, StringComparison.Ordinal);
            Assert.Contains(opType, message, StringComparison.Ordinal);
        }

        var x = Exported.Draw([2, 3], 4);
        Refuses("average", "NegativeLogLikelihoodLoss", [x, Tensor.FromInt64([0, 1])], Text("reduction", "average"));
        Refuses("3", "NegativeLogLikelihoodLoss", [x, Tensor.FromInt64([0, 3])]);
        Refuses("positions", "Compress", [x, Tensor.FromBool([true, true, true], [3])], Whole("axis", 0));
        Refuses("do not fit", "ReverseSequence", [x, Tensor.FromInt64([1, 4])], Whole("batch_axis", 0), Whole("time_axis", 1));
        Refuses("UP", "BitShift", [Tensor.FromInt64([1]), Tensor.FromInt64([1])], Text("direction", "UP"));
    }

    [Fact]
    public void Operators_before_version_7_are_read_where_they_meant_the_same()
    {
        using Folder folder = new();
        var x = Exported.Draw([2, 3], 5);
        Write(folder.File("old.onnx"), "Elu", [x], 1, 6);
        Assert.Equal(x.Elu().ToArray(), OnnxFile.Load(folder.File("old.onnx")).Run(x)[0].ToArray());
        Write(folder.File("old.onnx"), "Add", [x, x], 1, 6);
        string message = Assert.Throws<InvalidDataException>(() => OnnxFile.Load(folder.File("old.onnx"))).Message;
        Assert.Contains("version 6, and versions 7 to 23 are known here, of Add", message, StringComparison.Ordinal);
    }
}
