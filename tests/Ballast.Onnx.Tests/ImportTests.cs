using Ballast.Lab;

namespace Ballast.Onnx.Tests;

/// <summary>ONNX files as networks.</summary>
public class ImportTests
{
    static Tensor[] Evaluate(OnnxGraph graph, params Tensor[] inputs) => Exported.Evaluate(x => graph.Run(x), inputs);

    static OnnxGraph RoundTrip(Module module, Shape shape, Folder folder, double tolerance = 1e-5)
    {
        string path = folder.File("model.onnx");
        OnnxFile.Export(module, shape, path);
        var graph = OnnxFile.Load(path);
        foreach (int batch in new[] { 1, 5 })
        {
            var x = Exported.Draw(shape.WithBatch(batch), batch);
            var expected = Exported.Evaluate(inputs => [module.Forward(inputs[0])], [x])[0];
            double difference = Ort.Difference(expected, Evaluate(graph, x)[0]);
            Assert.True(difference <= tolerance, $"{module}: off by {difference}");
        }

        return graph;
    }

    // Training changes both in the same way: the state keeps its keys.
    static void Train(Module module, Tensor x, int steps)
    {
        SGD optimizer = new(module.Parameters(), 0.05, momentum: 0.9);
        module.Train();
        for (int step = 0; step < steps; step++)
        {
            optimizer.ZeroGrad();
            module.Forward(x).Square().Mean().Backward();
            optimizer.Step();
        }
    }

    [Fact]
    public void A_network_comes_back_trains_as_it_would_have_and_goes_out_again()
    {
        using var generator = Generator.UseDefault(new Generator(3));
        using Folder folder = new();
        foreach (var (module, shape) in new (Module, Shape)[]
        {
            (new ResNet20(), [2, 3, 16, 16]),
            (NamedNetworks.Build(NamedNetworks.Tutorial.Layers, [3, 8, 8], 10), [2, 3, 8, 8]),
            (new Sequential(new Linear(6, 8), new LayerNorm(8), new GELU(), new Linear(8, 4)), [2, 5, 6]),
            (new Sequential(new ConvTranspose2d(3, 4, 3, 2), new GroupNorm(2, 4), new PReLU(4), new InstanceNorm2d(4, affine: true)), [2, 3, 4, 5]),
        })
        {
            var graph = RoundTrip(module, shape, folder);
            Assert.Equal(
                module.NamedParameters().Select(static entry => entry.Name).Order(),
                graph.NamedParameters().Select(static entry => entry.Name).Order());
            var x = Exported.Draw(shape.WithBatch(6), 11);
            Train(module, x, 3);
            Train(graph, x, 3);
            var (expected, state) = (module.StateDict(), graph.StateDict());
            foreach (var (name, entry) in expected)
            {
                if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
                    continue;
                // A bias that nothing moves but rounding is as large as that.
                double difference = Ort.Difference(entry.Tensor.Reshape(state[name].Tensor.Shape), state[name].Tensor);
                Assert.True(difference <= 1e-3 || difference * entry.Tensor.ToArray().Max(Math.Abs) < 1e-6, $"{module}, {name}: off by {difference}");
            }

            graph.Eval();
            OnnxFile.Export(graph, shape, folder.File("again.onnx"));
            using var session = Ort.Open(folder.File("again.onnx"));
            Assert.True(Ort.Difference(Evaluate(graph, x)[0], Ort.Run(session, x)[0]) <= 1e-4, $"{module} trained and exported again");
        }
    }

    [Fact]
    public void A_graph_is_cut_frozen_given_a_new_head_and_folded()
    {
        using var generator = Generator.UseDefault(new Generator(3));
        using Folder folder = new();
        ResNet20 module = new();
        using (Tensor.NoGrad())
            module.Forward(Exported.Draw([8, 3, 16, 16], 9));
        var graph = RoundTrip(module, [2, 3, 16, 16], folder);
        var (folded, count) = graph.Fold();
        Assert.True(count >= 19, $"{count} were folded");
        Assert.DoesNotContain(folded.Nodes, static node => node.OpType == "BatchNormalization");
        var x = Exported.Draw([3, 3, 16, 16], 4);
        Assert.True(Ort.Difference(Evaluate(graph, x)[0], Evaluate(folded, x)[0]) < 1e-4);

        string last = graph.Nodes.Last(static node => node.OpType == "Gemm").Name;
        string before = graph.Nodes[^2].Name;
        Assert.Equal(graph.Nodes[^1].Name, last);
        var features = graph.Cut(before);
        foreach (var parameter in features.Parameters())
            parameter.Frozen = true;
        Sequential tuned = new(features, new Flatten(), new Linear(64, 2));
        var frozen = features.Parameters().Select(static parameter => parameter.ToArray()).ToList();
        Train(tuned, x, 2);
        Assert.All(features.Parameters().Zip(frozen), static pair => Assert.Equal(pair.Second, pair.First.ToArray()));
        tuned.Eval();
        OnnxFile.Export(tuned, [1, 3, 16, 16], folder.File("tuned.onnx"));
        using var session = Ort.Open(folder.File("tuned.onnx"));
        var expected = Exported.Evaluate(inputs => [tuned.Forward(inputs[0])], [x])[0];
        Assert.True(Ort.Difference(expected, Ort.Run(session, x)[0]) < 1e-4);
        Assert.Contains("\"nothing\"", Assert.Throws<ArgumentException>(() => graph.Cut("nothing")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => graph.Forward(Tensor.Zeros([1, 4, 16, 16])));
        Assert.Throws<ArgumentException>(() => graph.Forward(Tensor.FromInt64(1, 2)));
    }

    [Fact]
    public void Running_statistics_move_in_training_unless_they_are_frozen()
    {
        using Folder folder = new();
        Sequential module = new(new Conv2d(3, 4, 3), new BatchNorm2d(4), new ReLU());
        var graph = RoundTrip(module, [2, 3, 6, 6], folder);
        var x = Exported.Draw([4, 3, 6, 6], 7);
        Freezing.Freeze(graph);
        var before = graph.StateDict();
        Train(graph, x, 2);
        Assert.Equal(before["1.running_mean"].Tensor.ToArray(), graph.StateDict()["1.running_mean"].Tensor.ToArray());
        Assert.Equal(before["1.weight"].Tensor.ToArray(), graph.StateDict()["1.weight"].Tensor.ToArray());
        Assert.NotEqual(before["0.weight"].Tensor.ToArray(), graph.StateDict()["0.weight"].Tensor.ToArray());
        Freezing.Unfreeze(graph);
        Train(graph, x, 2);
        Assert.NotEqual(before["1.running_mean"].Tensor.ToArray(), graph.StateDict()["1.running_mean"].Tensor.ToArray());
        Assert.NotEqual(before["1.weight"].Tensor.ToArray(), graph.StateDict()["1.weight"].Tensor.ToArray());
    }

    [Fact]
    public void Recurrent_layers_and_tables_come_back()
    {
        using Folder folder = new();
        LSTM lstm = new(4, 6, numLayers: 2, batchFirst: true, bidirectional: true);
        var graph = RoundTrip(lstm, [2, 5, 4], folder);
        var x = Exported.Draw([3, 5, 4], 2);
        graph.Forward(x).Square().Mean().Backward();
        Assert.All(graph.Parameters(), static parameter => Assert.Contains(parameter.Grad!.ToArray(), static value => value != 0));
        Embedding table = new(7, 4);
        var tokens = Tensor.FromInt64([1, 6, 3, 0], [2, 2]);
        OnnxFile.Export(table, [tokens], inputs => [table.Forward(inputs[0])], folder.File("table.onnx"));
        Assert.Equal(table.Forward(tokens).ToArray(), OnnxFile.Load(folder.File("table.onnx")).Forward(tokens).ToArray());
    }

    static global::Onnx.ModelProto Message(string path) => global::Onnx.ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));

    static void Write(global::Onnx.ModelProto message, string path) =>
        File.WriteAllBytes(path, Google.Protobuf.MessageExtensions.ToByteArray(message));

    [Fact]
    public void Weights_are_read_in_every_form()
    {
        using Folder folder = new();
        Linear layer = new(2, 3);
        float[] weights = [1, -0.5f, 2, 0.25f, -4, 8];
        layer.Weight.CopyFrom(weights);
        string path = folder.File("model.onnx");
        OnnxFile.Export(layer, [1, 2], path);
        var x = Exported.Draw([3, 2], 1);
        var expected = layer.Forward(x);
        void Check(Action<global::Onnx.TensorProto> store, Action<global::Onnx.ModelProto>? change = null)
        {
            var message = Message(path);
            var weight = message.Graph.Initializer.Single(static entry => entry.Name == "weight");
            weight.ClearRawData();
            store(weight);
            change?.Invoke(message);
            Write(message, folder.File("changed.onnx"));
            var graph = OnnxFile.Load(folder.File("changed.onnx"));
            Assert.True(Ort.Difference(expected, graph.Forward(x)) < 1e-6);
            Assert.Equal(2, graph.Parameters().Count());
        }

        Check(entry => entry.FloatData.AddRange(weights));
        Check(entry =>
        {
            entry.DataType = 11;
            entry.DoubleData.AddRange(weights.Select(static value => (double)value));
        });
        Check(entry =>
        {
            entry.DataType = 10;
            entry.Int32Data.AddRange(weights.Select(static value => (int)BitConverter.HalfToUInt16Bits((Half)value)));
        });
        Check(entry =>
        {
            entry.DataType = 16;
            entry.RawData = Google.Protobuf.ByteString.CopyFrom([.. weights.SelectMany(static value => BitConverter.GetBytes(value)[2..])]);
        });
        Check(entry =>
        {
            byte[] bytes = [.. new byte[8], .. weights.SelectMany(BitConverter.GetBytes)];
            File.WriteAllBytes(folder.File("weights.bin"), bytes);
            entry.DataLocation = global::Onnx.TensorProto.Types.DataLocation.External;
            entry.ExternalData.Add(new global::Onnx.StringStringEntryProto { Key = "location", Value = "weights.bin" });
            entry.ExternalData.Add(new global::Onnx.StringStringEntryProto { Key = "offset", Value = "8" });
            entry.ExternalData.Add(new global::Onnx.StringStringEntryProto { Key = "length", Value = "24" });
        });
        Check(entry => entry.FloatData.AddRange(weights), static message =>
        {
            var weight = message.Graph.Initializer.Single(static entry => entry.Name == "weight");
            message.Graph.Initializer.Remove(weight);
            global::Onnx.NodeProto node = new() { OpType = "Constant" };
            node.Output.Add("weight");
            node.Attribute.Add(new global::Onnx.AttributeProto
            {
                Name = "value",
                T = weight,
                Type = global::Onnx.AttributeProto.Types.AttributeType.Tensor,
            });
            message.Graph.Node.Insert(0, node);
        });
    }

    [Fact]
    public void What_is_damaged_hostile_or_not_known_is_refused_by_name()
    {
        using Folder folder = new();
        string path = folder.File("model.onnx"), changed = folder.File("changed.onnx");
        OnnxFile.Export(new Sequential(new Linear(2, 3), new ReLU()), [1, 2], path);
        string Refusal(Action<global::Onnx.ModelProto> change)
        {
            var message = Message(path);
            change(message);
            Write(message, changed);
            return Assert.Throws<InvalidDataException>(() => OnnxFile.Load(changed)).Message;
        }

        string missing = Refusal(static message =>
        {
            message.Graph.Node[0].OpType = "NonMaxSuppression";
            message.Graph.Node[1].OpType = "Scan";
        });
        Assert.Contains("NonMaxSuppression, Scan", missing, StringComparison.Ordinal);
        void Refuses(string why, Action<global::Onnx.ModelProto> change) => Assert.Contains(why, Refusal(change), StringComparison.Ordinal);
        Refuses("com.own.Relu", static message => message.Graph.Node[1].Domain = "com.own");
        Refuses("version 6, and versions 7 to 23 are known here, of Gemm", static message => message.OpsetImport[0].Version = 6);
        Refuses("version 0", static message => message.OpsetImport[0].Version = 0);
        Refuses("24 bytes", static message => message.Graph.Initializer.Single(static entry => entry.Dims.Count == 2).Dims[0] = 100);
        Refuses("shape", static message => message.Graph.Initializer[0].Dims[0] = long.MaxValue);
        Refuses("twice", static message => message.Graph.Node[1].Output[0] = message.Graph.Node[0].Output[0]);
        Refuses("waits", static message => message.Graph.Node[0].Input[0] = message.Graph.Node[1].Output[0]);
        Refuses("nothing computes", static message => message.Graph.Node[0].Input[0] = "x");
        foreach (string outside in new[] { "../secret", "/etc/passwd", "", "a/../../b", "missing.bin" })
        {
            string refused = Refusal(message =>
            {
                var entry = message.Graph.Initializer[0];
                entry.ClearRawData();
                entry.DataLocation = global::Onnx.TensorProto.Types.DataLocation.External;
                entry.ExternalData.Add(new global::Onnx.StringStringEntryProto { Key = "location", Value = outside });
            });
            Assert.Contains($"\"{outside}\"", refused, StringComparison.Ordinal);
        }

        File.WriteAllBytes(changed, []);
        Assert.Contains("empty", Assert.Throws<InvalidDataException>(() => OnnxFile.Load(changed)).Message, StringComparison.Ordinal);
        File.WriteAllText(changed, "this is no ONNX file");
        Assert.Throws<InvalidDataException>(() => OnnxFile.Load(changed));
        File.WriteAllBytes(changed, File.ReadAllBytes(path)[..^40]);
        Assert.Throws<InvalidDataException>(() => OnnxFile.Load(changed));
        Assert.Throws<FileNotFoundException>(() => OnnxFile.Load(folder.File("none.onnx")));
        // A billion values that the file asks for and does not have.
        var bomb = Message(path);
        bomb.Graph.Node.Clear();
        bomb.Graph.Initializer.Clear();
        bomb.Graph.Initializer.Add(new global::Onnx.TensorProto { Name = "sizes", DataType = 7, Dims = { 3 }, Int64Data = { 1000, 1000, 1000 } });
        bomb.Graph.Node.Add(new global::Onnx.NodeProto { OpType = "ConstantOfShape", Input = { "sizes" }, Output = { "output" } });
        Write(bomb, changed);
        Assert.Contains("1000 x 1000 x 1000", Assert.Throws<InvalidDataException>(() =>
            OnnxFile.Load(changed).Run(Tensor.Zeros([1, 2]))).Message, StringComparison.Ordinal);
    }
}
