using Ballast.Lab;
using Ballast.Tests;
using Ballast.Tests.Plain;

namespace Ballast.Onnx.Tests;

/// <summary>Whole models as ONNX Runtime computes them, with the names of their state.</summary>
public class ModelExportTests
{
    static void Check(Func<Module> make, Shape shape, double tolerance = 1e-4, OnnxExportOptions? options = null, Func<string, bool>? skips = null)
    {
        using var generator = Generator.UseDefault(new Generator(3));
        var module = make();
        // Statistics of its own, as after training.
        using (Tensor.NoGrad())
            module.Forward(Exported.Draw(shape.WithBatch(8), 9));
        using Folder folder = new();
        string path = folder.File("model.onnx");
        string? fault = Exported.Fault(module, [Exported.Draw(shape, 1)], inputs => [module.Forward(inputs[0])], path, tolerance, options, [1, 3]);
        Assert.True(fault is null, fault);
        if (options?.FoldNormalization == true)
            return;
        var stored = global::Onnx.ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)).Graph.Initializer.ToDictionary(static entry => entry.Name);
        foreach (var (name, entry) in module.StateDict())
        {
            // Heads for training alone run in no evaluation, and what can be computed once is.
            if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal) || name.StartsWith("aux", StringComparison.OrdinalIgnoreCase)
                || (skips?.Invoke(name) ?? false))
                continue;
            Assert.True(stored.ContainsKey(name), $"{name} is not in the file, which has {string.Join(", ", stored.Keys)}");
            Assert.Equal(entry.Tensor.Shape.ToArray().Select(static size => (long)size), stored[name].Dims);
        }
    }

    [Fact]
    public void The_librarys_models()
    {
        Check(static () => NamedNetworks.Build(NamedNetworks.Tutorial.Layers, [3, 32, 32], 10), [1, 3, 32, 32], 1e-5);
        Check(static () => new Mlp(48, 10), [1, 3, 4, 4], 1e-5);
        Check(static () => new VggSmall(), [1, 3, 32, 32]);
        Check(static () => new ResNet20(), [1, 3, 32, 32]);
        Check(static () => new ResNet18(classes: 10), [1, 3, 64, 64]);
        Check(static () => new AirBench(), [1, 3, 32, 32]);
    }

    [Fact]
    public void Published_networks()
    {
        Check(static () => ModelCatalog.Create("resnet50", 10), [1, 3, 64, 64]);
        Check(static () => ModelCatalog.Create("densenet121", 10), [1, 3, 33, 40]);
        Check(static () => ModelCatalog.Create("mobilenet_v3_small", 10), [1, 3, 64, 64]);
        Check(static () => ModelCatalog.Create("vit_tiny", 10), [1, 3, 224, 224]);
        Check(static () => new UNet(3, 2), [1, 3, 36, 50]);
        Check(static () => new UNet(3, 2, bilinear: true), [1, 3, 48, 32]);
    }

    // all, or names with commas between them.
    [EnvironmentFact("BALLAST_ONNX_MODELS")]
    public void Published_networks_that_were_asked_for()
    {
        string asked = Environment.GetEnvironmentVariable("BALLAST_ONNX_MODELS")!;
        List<string> faults = [];
        foreach (string name in asked == "all" ? ModelCatalog.Names : asked.Split(','))
        {
            int size = name.StartsWith("vit", StringComparison.Ordinal) || name.StartsWith("swin", StringComparison.Ordinal)
                || name.StartsWith("maxvit", StringComparison.Ordinal) ? 224 : name.StartsWith("inception", StringComparison.Ordinal) ? 96 : 64;
            try
            {
                Check(() => ModelCatalog.Create(name, 10), [1, 3, size, size], skips: static _ => true);
            }
            catch (Exception failure)
            {
                faults.Add($"{name}: {failure.Message}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void Folded_networks_have_no_normalization()
    {
        OnnxExportOptions options = new() { FoldNormalization = true };
        Check(static () => new ResNet20(), [1, 3, 32, 32], options: options);
        Check(static () => NamedNetworks.Build(NamedNetworks.Tutorial.Layers, [3, 32, 32], 10), [1, 3, 32, 32], 1e-5, options);
        using Folder folder = new();
        OnnxFile.Export(new ResNet20(), [1, 3, 32, 32], folder.File("folded.onnx"), options);
        var graph = global::Onnx.ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder.File("folded.onnx"))).Graph;
        Assert.DoesNotContain(graph.Node, static node => node.OpType == "BatchNormalization");
        Assert.DoesNotContain(graph.Initializer, static entry => entry.Name.Contains("running", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_kind_of_layer_that_a_text_names()
    {
        foreach (var make in LayerTextKinds.Networks)
        {
            using Folder folder = new();
            var module = make();
            string? fault = Exported.Fault(
                module, [Exported.Draw([2, 4, 6, 6], 1)], inputs => [module.Forward(inputs[0])], folder.File("model.onnx"), 1e-5);
            Assert.True(fault is null, fault);
        }
    }

    sealed class Own : Module
    {
        readonly Parameter scale;

        public Own() => scale = Register("scale", new Parameter(Tensor.From([1, 2, 3], [3])));

        public override Tensor Forward(Tensor input)
        {
            var centered = input - input.Mean([1], keepAxes: true);
            return Tensor.Where(centered > 0, centered * scale, (centered * 2).Tanh()).CumSum(1);
        }
    }

    [Fact]
    public void A_module_of_ones_own() => Exported.Check(new Own(), [4, 3]);

    // The places of the largest values are those of the images that are given.
    sealed class Unpooling : Module
    {
        readonly MaxPool2d pool = new(2);
        readonly MaxUnpool2d back = new(2);

        public override Tensor Forward(Tensor input)
        {
            var (y, indices) = pool.ForwardWithIndices(input);
            return back.Forward(y, indices);
        }
    }

    [Fact]
    public void Unpooling_puts_values_back_where_they_were() => Exported.Check(new Unpooling(), [2, 3, 6, 6]);

    sealed class Reader : Module
    {
        public override Tensor Forward(Tensor input) => input * input.AsSpan()[0];
    }

    // Between 0 and 1 it is the identity.
    sealed class Signed : Module
    {
        public override Tensor Forward(Tensor input) => input * MathF.Sign(input.Amin().Item());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_follows_from_values_that_are_read_is_refused_for_batches_of_one_size_too(bool dynamic)
    {
        using Folder folder = new();
        OnnxExportOptions options = new() { DynamicBatch = dynamic };
        foreach (Module module in (Module[])[new Reader(), new Signed()])
        {
            string message = Assert.Throws<NotSupportedException>(() => OnnxFile.Export(module, [2, 3], folder.File("model.onnx"), options)).Message;
            Assert.Contains($"Values that follow from the input are read in {module.GetType().Name}", message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void What_a_graph_cannot_follow_is_refused_and_nothing_is_written()
    {
        using Folder folder = new();
        string path = folder.File("model.onnx");
        string read = Assert.Throws<NotSupportedException>(() => OnnxFile.Export(new Reader(), [1, 3], path)).Message;
        Assert.Contains("Reader", read, StringComparison.Ordinal);
        Assert.Contains("read", read, StringComparison.Ordinal);
        Sequential drawn = new(new Linear(3, 3), new Drawing());
        string drew = Assert.Throws<NotSupportedException>(() => OnnxFile.Export(drawn, [1, 3], path)).Message;
        Assert.Contains("\"1\"", drew, StringComparison.Ordinal);
        Assert.Contains("random", drew, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => OnnxFile.Export(new Linear(3, 3), [1, 4], path));
        Assert.Throws<ArgumentException>(() => OnnxFile.Export(new Linear(3, 3), [1, 3], path, new OnnxExportOptions { Opset = 7 }));
        Assert.Throws<DirectoryNotFoundException>(() => OnnxFile.Export(new Linear(3, 3), [1, 3], folder.File("none/model.onnx")));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    // Its height is the batch's size, and zeros do not tell which row they come from.
    sealed class Stretched : Module
    {
        readonly UpsamplingBilinear2d up = new((7, 8));

        public override Tensor Forward(Tensor input) => up.Forward((input * 0).Reshape([1, 1, -1, 3]));
    }

    sealed class Alone : Module
    {
        public override Tensor Forward(Tensor input) => input.Shape[0] == 1 ? input.Square() : input;
    }

    [Fact]
    public void A_graph_that_is_wrong_for_one_sample_alone_is_refused_and_a_fixed_batch_is_not()
    {
        using Folder folder = new();
        foreach (var (module, how) in ((Module, string)[])[(new Stretched(), "the graph cannot be computed"), (new Alone(), "the graph gives")])
        {
            string refused = Assert.Throws<NotSupportedException>(() => OnnxFile.Export(module, [2, 3], folder.File("model.onnx"))).Message;
            Assert.Contains($"for a batch of 1 {how}", refused, StringComparison.Ordinal);
            Assert.Contains("DynamicBatch = false", refused, StringComparison.Ordinal);
            Exported.Check(module, [4, 3], options: new OnnxExportOptions { DynamicBatch = false });
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    sealed class Drawing : Module
    {
        public override Tensor Forward(Tensor input) => input + Tensor.Rand(input.Shape);
    }

    [Fact]
    public void Bytes_go_in_where_preprocessing_is_asked_for_and_classes_are_kept()
    {
        using var generator = Generator.UseDefault(new Generator(3));
        VggSmall module = new(classes: 3);
        using Folder folder = new();
        OnnxPreprocessing scale = new([0.4f, 0.5f, 0.6f], [0.2f, 0.25f, 0.3f]);
        OnnxFile.Export(module, [1, 3, 32, 32], folder.File("model.onnx"), new OnnxExportOptions
        {
            Preprocessing = scale,
            Classes = ["a", "b", "c"],
            Metadata = new Dictionary<string, string> { ["author"] = "me" },
            InputNames = ["image"],
            OutputNames = ["logits"],
        });
        Random random = new(1);
        byte[] bytes = new byte[2 * 3 * 32 * 32];
        random.NextBytes(bytes);
        var images = Tensor.FromUInt8(bytes, [2, 3, 32, 32]);
        var standardized = new Standardization(scale.Mean.ToArray(), scale.Std.ToArray()).Apply(images.To(ElementType.Float32) / 255);
        using var session = Ort.Open(folder.File("model.onnx"));
        var expected = Exported.Evaluate(inputs => [module.Forward(inputs[0])], [standardized])[0];
        Assert.True(Ort.Difference(expected, Ort.Run(session, images)[0]) < 1e-4);
        Assert.Equal(["image"], session.InputNames);
        Assert.Equal(["logits"], session.OutputNames);
        Assert.Equal("""["a","b","c"]""", session.ModelMetadata.CustomMetadataMap["classes"]);
        Assert.Equal("me", session.ModelMetadata.CustomMetadataMap["author"]);
        Assert.Equal(-1, session.InputMetadata["image"].Dimensions[0]);
    }

    [Fact]
    public void A_batch_may_be_of_one_size()
    {
        using Folder folder = new();
        Linear module = new(3, 2);
        OnnxFile.Export(module, [4, 3], folder.File("model.onnx"), new OnnxExportOptions { DynamicBatch = false });
        using var session = Ort.Open(folder.File("model.onnx"));
        Assert.Equal([4, 3], session.InputMetadata["input"].Dimensions);
    }
}
