using Google.Protobuf;
using Onnx;

namespace Ballast.Onnx.Tests;

/// <summary>ONNX files as files of weights, and what they say of themselves.</summary>
public class StateTests
{
    static Tensor Output(Func<Tensor> run)
    {
        using var evaluating = ModeScope.Evaluate();
        using (Tensor.NoGrad())
            return run().Clone();
    }

    static Sequential Images(int seed)
    {
        using var generator = Generator.UseDefault(new Generator(seed));
        Sequential net = new(
            new Conv2d(2, 5, 3), new BatchNorm2d(5), new ReLU(), new AdaptiveAvgPool2d((2, 2)), new Flatten(), new Linear(20, 3));
        net.Forward(Tensor.Rand([4, 2, 6, 6], new Generator(seed)));
        return net;
    }

    [Fact]
    public void A_state_that_went_out_comes_back()
    {
        using Folder folder = new();
        string path = folder.File("net.onnx");
        var net = Images(1);
        OnnxFile.Export(net, [1, 2, 6, 6], path, new OnnxExportOptions { Classes = ["a", "b", "c"] });
        var back = Images(2);
        using (var file = OnnxFile.Open(path))
        {
            Assert.Equal(StoredFormat.Onnx, file.Format);
            Assert.Equal("""["a","b","c"]""", file.Metadata["classes"]);
            back.LoadStateDict(file.ToStateDict());
        }

        var x = Exported.Draw([3, 2, 6, 6], 4);
        Assert.Equal(Output(() => net.Forward(x)).ToArray(), Output(() => back.Forward(x)).ToArray());

        OnnxFile.Register();
        string other = folder.File("net.safetensors");
        var done = StateFile.Convert(path, other);
        Assert.Empty(done.Widened);
        Assert.Equal(net.StateDict().Keys.Where(static key => !key.EndsWith("num_batches_tracked", StringComparison.Ordinal)).Order(),
            StateFile.Load(other).Keys.Order());
        var refusal = Assert.Throws<ArgumentException>(() => StateFile.Convert(other, path));
        Assert.Contains("ballast export RUN net.onnx", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void By_option_the_whole_state_comes_back_also_what_weights_follow_from()
    {
        using Folder folder = new();
        Module Make(int seed)
        {
            using var generator = Generator.UseDefault(new Generator(seed));
            return new Sequential(
                new WeightNorm(new Conv2d(2, 4, 3)), new FilterResponseNorm(4, learnEps: true), new SpectralNorm(new Conv2d(4, 3, 3)), new BatchNorm2d(3),
                new LSTM(4, 5, batchFirst: true));
        }

        var net = Make(1);
        string path = folder.File("net.onnx");
        Tensor[] like = [Exported.Draw([2, 2, 6, 6], 3)];
        Tensor Run(Module module, Tensor x)
        {
            for (int i = 0; i < 4; i++)
                x = ((Sequential)module)[i].Forward(x);
            return ((Sequential)module)[4].Forward(x.Flatten(2).Narrow(2, 0, 4));
        }

        OnnxExportOptions options = new() { KeepState = true };
        Assert.Null(Exported.Fault(net, like, inputs => [Run(net, inputs[0])], path, 1e-4, options));
        using (var file = OnnxFile.Open(path))
            Assert.Equal(net.StateDict().Keys.Order(), file.ToStateDict().Keys.Order());
        var back = Make(2);
        using (var file = OnnxFile.Open(path))
            back.LoadStateDict(file.ToStateDict());
        Assert.Equal(Output(() => Run(net, like[0])).ToArray(), Output(() => Run(back, like[0])).ToArray());
        OnnxFile.Export(net, like, inputs => [Run(net, inputs[0])], path);
        using (var file = OnnxFile.Open(path))
            Assert.True(file.Tensors.Count < net.StateDict().Count);
        Assert.Contains("KeepState", Assert.Throws<ArgumentException>(() => OnnxFile.Export(
            net, [1, 2, 6, 6], path, new OnnxExportOptions { KeepState = true, FoldNormalization = true })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, false, true)]
    [InlineData(2, true, true)]
    [InlineData(2, false, false)]
    public void Recurrent_weights_come_back_in_the_order_of_layers_here(int layers, bool both, bool bias)
    {
        using Folder folder = new();
        using var generator = Generator.UseDefault(new Generator(7));
        var x = Exported.Draw([2, 5, 3], 1);
        foreach (var make in new Func<Module>[]
        {
            () => new LSTM(3, 4, layers, bias, batchFirst: true, bidirectional: both),
            () => new GRU(3, 4, layers, bias, batchFirst: true, bidirectional: both),
        })
        {
            Module net = make(), back = make();
            string path = folder.File($"{net.GetType().Name}.onnx");
            OnnxFile.Export(net, [2, 5, 3], path);
            using var file = OnnxFile.Open(path);
            Assert.Equal(net.StateDict().Keys.Order(), file.ToStateDict().Keys.Order());
            back.LoadStateDict(file.ToStateDict());
            Assert.Equal(Output(() => net.Forward(x)).ToArray(), Output(() => back.Forward(x)).ToArray());
        }
    }

    // A file as other programs write it: two directions in one node, names of its own.
    [Theory]
    [InlineData("LSTM", "/encoder/LSTM", "encoder.")]
    [InlineData("GRU", "", "gru.")]
    public void Recurrent_weights_of_another_program_give_what_ONNX_Runtime_gives(string kind, string node, string stem)
    {
        using Folder folder = new();
        int gates = kind == "LSTM" ? 4 : 3;
        ModelProto model = new() { IrVersion = 8, ProducerName = "other", Graph = new GraphProto { Name = "g" } };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        model.Graph.Input.Add(Value("x", 5, 2, 3));
        model.Graph.Output.Add(Value("y", 5, 2, 2, 4));
        NodeProto layer = new() { OpType = kind, Name = node };
        layer.Input.AddRange(["x", "w", "r", "b"]);
        layer.Output.Add("y");
        layer.Attribute.Add(new AttributeProto { Name = "hidden_size", I = 4, Type = AttributeProto.Types.AttributeType.Int });
        layer.Attribute.Add(new AttributeProto
        {
            Name = "direction",
            S = ByteString.CopyFromUtf8("bidirectional"),
            Type = AttributeProto.Types.AttributeType.String,
        });
        if (kind == "GRU")
            layer.Attribute.Add(new AttributeProto { Name = "linear_before_reset", I = 1, Type = AttributeProto.Types.AttributeType.Int });
        model.Graph.Node.Add(layer);
        model.Graph.Initializer.Add(Stored("w", 1, 2, gates * 4, 3));
        model.Graph.Initializer.Add(Stored("r", 2, 2, gates * 4, 4));
        model.Graph.Initializer.Add(Stored("b", 3, 2, gates * 8));
        string path = folder.File("other.onnx");
        File.WriteAllBytes(path, model.ToByteArray());

        Module net = kind == "LSTM" ? new LSTM(3, 4, bidirectional: true) : new GRU(3, 4, bidirectional: true);
        using (var file = OnnxFile.Open(path))
        {
            Assert.All(file.Tensors, tensor => Assert.StartsWith(stem, tensor.Name, StringComparison.Ordinal));
            net.LoadStateDict(file.ToStateDict(stem.TrimEnd('.')));
        }

        var x = Exported.Draw([5, 2, 3], 5);
        using var session = Ort.Open(path);
        var expected = Ort.Run(session, x)[0].Permute(0, 2, 1, 3).Clone().Reshape(5, 2, 8);
        Assert.True(Ort.Difference(expected, Output(() => net.Forward(x)), 1e-6) < 1e-5);
    }

    static ValueInfoProto Value(string name, params long[] sizes)
    {
        TypeProto.Types.Tensor tensor = new() { ElemType = 1, Shape = new TensorShapeProto() };
        tensor.Shape.Dim.AddRange(sizes.Select(static size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    static TensorProto Stored(string name, int seed, params int[] sizes)
    {
        TensorProto stored = new() { Name = name, DataType = 1 };
        stored.Dims.AddRange(sizes.Select(static size => (long)size));
        stored.FloatData.AddRange(Exported.Draw(new Shape(sizes), seed).ToArray());
        return stored;
    }

    [Fact]
    public void Values_keep_their_types_in_any_form_and_what_is_wrong_is_told()
    {
        using Folder folder = new();
        string path = folder.File("types.onnx");
        ModelProto model = new() { IrVersion = 8, Graph = new GraphProto() };
        TensorProto halves = new() { Name = "halves", DataType = 10, Int32Data = { 0x3C00, 0xC000 }, Dims = { 2 } };
        TensorProto shorts = new() { Name = "shorts", DataType = 5, Int32Data = { -2 }, Dims = { 1 } };
        TensorProto wide = new() { Name = "wide", DataType = 7, RawData = ByteString.CopyFrom(BitConverter.GetBytes(-5L)) };
        TensorProto doubles = new() { Name = "doubles", DataType = 11, DoubleData = { 0.1 }, Dims = { 1 } };
        TensorProto texts = new() { Name = "texts", DataType = 8, StringData = { ByteString.CopyFromUtf8("a") }, Dims = { 1 } };
        TensorProto beside = new() { Name = "beside", DataType = 1, Dims = { 2 }, DataLocation = TensorProto.Types.DataLocation.External };
        beside.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "beside.bin" });
        beside.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = "4" });
        model.Graph.Initializer.AddRange([halves, shorts, wide, doubles, texts, beside]);
        File.WriteAllBytes(path, model.ToByteArray());
        Assert.Contains("\"beside.bin\", which is not there",
            Assert.Throws<InvalidDataException>(() => OnnxFile.Open(path)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(folder.File("beside.bin"), [.. new byte[4], .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]);
        using (var file = OnnxFile.Open(path))
        {
            Assert.Equal(["halves F16 [2]", "shorts I16 [1]", "wide I64 []", "doubles F64 [1]", "beside F32 [2]"],
                file.Tensors.Select(static tensor => tensor.ToString()));
            Assert.Equal([1f, -2], file["halves"].ToTensor().ToArray());
            Assert.Equal([-2], file["shorts"].ToArray<short>());
            Assert.Equal([-5], file["wide"].ToArray<long>());
            Assert.Equal([0.1], file["doubles"].ToArray<double>());
            Assert.Equal([1.5f, -2], file["beside"].ToTensor().ToArray());
            Assert.Equal("string [1], which is not read", ((StoredMapping)file.Root)["texts"].ToString());
        }

        halves.Dims.Add(3);
        File.WriteAllBytes(path, model.ToByteArray());
        Assert.Equal($"{path}: The stored tensor \"halves\" F16 [2, 3] has 4 bytes instead of 12. The file is damaged: export or copy it again.",
            Assert.Throws<InvalidDataException>(() => OnnxFile.Open(path)).Message);
    }

    [Fact]
    public void A_file_says_what_it_takes_and_computes_though_its_operators_are_not_known()
    {
        using Folder folder = new();
        string path = folder.File("net.onnx");
        OnnxFile.Export(Images(1), [1, 2, 6, 6], path, new OnnxExportOptions { Opset = 18 });
        var told = OnnxFile.Describe(path);
        Assert.Equal(18, told.Opsets["ai.onnx"]);
        Assert.Equal("float [N, 2, 6, 6]", told.Inputs[0].ToString()[(told.Inputs[0].Name.Length + 1)..]);
        Assert.Equal("float [N, 3]", told.Outputs[0].ToString()[(told.Outputs[0].Name.Length + 1)..]);
        Assert.Equal(1, told.Operators["BatchNormalization"]);
        Assert.Empty(told.Unknown);
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        model.Graph.Node.First(static node => node.OpType == "Conv").OpType = "Unheard";
        model.Graph.Node.First(static node => node.OpType == "BatchNormalization").Domain = "com.example";
        model.OpsetImport[0].Version = 99;
        model.Graph.Output[0].Type = new TypeProto { SequenceType = new TypeProto.Types.Sequence() };
        File.WriteAllBytes(path, model.ToByteArray());
        told = OnnxFile.Describe(path);
        Assert.Equal(["Unheard", "com.example.BatchNormalization"], told.Unknown.Order(StringComparer.Ordinal));
        Assert.Equal("sequence", told.Outputs[0].Type);
        Assert.Throws<InvalidDataException>(() => OnnxFile.Load(path));
    }
}
