using Ballast.Tests;

namespace Ballast.Onnx.Tests;

/// <summary>ONNX files as bodies that are trained further.</summary>
public class BodyTests
{
    static Sequential Net() => new(
        new Conv2d(3, 4, 3, padding: 1, bias: false), new BatchNorm2d(4), new ReLU(), new Conv2d(4, 6, 3, bias: false), new BatchNorm2d(6), new ReLU(),
        new GlobalAvgPool2d(), new Flatten(), new Linear(6, 5));

    static OnnxGraph Graph(Module net, Folder folder, bool fixedBatch = false)
    {
        OnnxFile.Export(net, [1, 3, 8, 8], folder.File("net.onnx"), new OnnxExportOptions { DynamicBatch = !fixedBatch });
        return OnnxFile.Load(folder.File("net.onnx"));
    }

    static float[] Values(Tensor tensor) => tensor.ToArray();

    [Fact]
    public void A_body_ends_before_the_last_product_and_is_not_cut_again_when_it_was_saved()
    {
        using var generator = Generator.UseDefault(new Generator(1));
        using Folder folder = new();
        Sequential net = Net(), rest = new(net.Children.SkipLast(1).Select(static child => child.Module).ToArray());
        var body = Graph(net, folder).Body();
        var x = Exported.Draw([3, 3, 8, 8], 2);
        float[] expected = Values(Exported.Evaluate(inputs => [rest.Forward(inputs[0])], [x])[0]);
        float[] got = Values(Exported.Evaluate(inputs => [body.Forward(inputs[0])], [x])[0]);
        Assert.Equal([3, 6], body.Forward(x).Shape.ToArray());
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], got[i], 1e-5);

        // A body with a product in it, saved and read: it is whole.
        Sequential wide = new(new Linear(4, 8), new ReLU(), new Linear(8, 8), new ReLU(), new Linear(8, 2));
        OnnxFile.Export(wide, [1, 4], folder.File("wide.onnx"));
        var first = OnnxFile.Load(folder.File("wide.onnx")).Body();
        OnnxFile.Save(first, folder.File("body.onnx"));
        var again = OnnxFile.Load(folder.File("body.onnx")).Body();
        var y = Exported.Draw([2, 4], 3);
        Assert.Equal(Values(first.Forward(y)), Values(again.Forward(y)));
        Assert.Equal(first.NamedParameters().Select(static entry => entry.Name), again.NamedParameters().Select(static entry => entry.Name));
        using var session = Ort.Open(folder.File("body.onnx"));
        Assert.True(Ort.Difference(Ort.Run(session, [y])[0], first.Forward(y)) <= 1e-5);
        Assert.Contains("there is no node", Assert.Throws<ArgumentException>(() => first.Body("nowhere")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_of_a_graph_are_held_and_measured_as_those_of_the_network_it_came_from()
    {
        using var generator = Generator.UseDefault(new Generator(4));
        using Folder folder = new();
        var net = Net();
        var graph = Graph(net, folder);
        TensorDataset data = new(Exported.Draw([20, 3, 8, 8], 5) * 3 + 1, Tensor.FromInt64([.. Enumerable.Range(0, 20).Select(static i => i % 5L)]));
        DataLoader Loader() => new(data, 8, shuffle: true, generator: new Generator(6));
        PreciseStatistics.Update(net, Loader(), StatisticsEstimate.Population);
        PreciseStatistics.Update(graph, Loader(), StatisticsEstimate.Population);
        var (expected, got) = (net.StateDict(), graph.StateDict());
        foreach (string key in new[] { "1.running_mean", "1.running_var", "4.running_mean", "4.running_var" })
        {
            Assert.NotEqual(0.5f, Values(expected[key].Tensor)[0]);
            foreach (var (a, b) in Values(expected[key].Tensor).Zip(Values(got[key].Tensor)))
                Assert.Equal(a, b, 1e-5);
        }

        Freezing.Freeze(graph, affine: false);
        graph.Train();
        string before = string.Join(',', Values(graph.StateDict()["1.running_mean"].Tensor));
        graph.Forward(Exported.Draw([4, 3, 8, 8], 7));
        Assert.Equal(before, string.Join(',', Values(graph.StateDict()["1.running_mean"].Tensor)));
        Assert.Throws<ArgumentException>(() => PreciseStatistics.Update(graph, Loader()));
        Freezing.Unfreeze(graph);
        graph.Forward(Exported.Draw([4, 3, 8, 8], 7));
        Assert.NotEqual(before, string.Join(',', Values(graph.StateDict()["1.running_mean"].Tensor)));
    }

    [Fact]
    public void A_file_for_one_sample_takes_more_once_its_batch_is_open()
    {
        using var generator = Generator.UseDefault(new Generator(8));
        using Folder folder = new();
        var graph = Graph(Net(), folder, fixedBatch: true);
        var x = Exported.Draw([3, 3, 8, 8], 9);
        Assert.Throws<ArgumentException>(() => graph.Forward(x));
        var open = graph.OpenBatch();
        float[] all = Values(open.Forward(x));
        for (int n = 0; n < 3; n++)
        {
            float[] one = Values(graph.Forward(x.Narrow(0, n, 1).Clone()));
            for (int c = 0; c < 5; c++)
                Assert.Equal(one[c], all[5 * n + c], 1e-5);
        }

        Assert.Same(open, open.OpenBatch());

        // What mixes the samples of a batch cannot be opened.
        var mixing = new Mixing();
        OnnxFile.Export(mixing, [1, 3, 4, 4], folder.File("mixing.onnx"), new OnnxExportOptions { DynamicBatch = false });
        string message = Assert.Throws<NotSupportedException>(() => OnnxFile.Load(folder.File("mixing.onnx")).OpenBatch()).Message;
        Assert.Contains("two at once do not give what each gives alone", message, StringComparison.Ordinal);
    }

    sealed class Mixing : Module
    {
        public override Tensor Forward(Tensor input) => input + input.Mean([0], keepAxes: true);
    }

    [Fact]
    public void Weights_drawn_anew_have_the_spread_of_a_fresh_network()
    {
        using var generator = Generator.UseDefault(new Generator(10));
        using Folder folder = new();
        Sequential net = new(new Conv2d(3, 64, 3, bias: true), new BatchNorm2d(64), new ReLU(), new GlobalAvgPool2d(), new Flatten(), new Linear(64, 200));
        var graph = Graph(net, folder);
        PreciseStatistics.Update(graph, new DataLoader(
            new TensorDataset(Exported.Draw([8, 3, 8, 8], 1), Tensor.FromInt64([0, 1, 2, 3, 0, 1, 2, 3])), 4));
        graph.DrawAnew();
        var state = graph.StateDict();
        double Deviation(string key) => Math.Sqrt(Values(state[key].Tensor).Average(static value => (double)value * value));
        Assert.Equal(Math.Sqrt(2.0 / 27), Deviation("0.weight"), 0.02);
        Assert.Equal(Math.Sqrt(2.0 / 64), Deviation("5.weight"), 0.01);
        Assert.All(Values(state["0.bias"].Tensor), static value => Assert.Equal(0, value));
        Assert.All(Values(state["1.weight"].Tensor), static value => Assert.Equal(1, value));
        Assert.All(Values(state["1.running_mean"].Tensor), static value => Assert.Equal(0, value));
        Assert.All(Values(state["1.running_var"].Tensor), static value => Assert.Equal(1, value));
    }

    // Needs the files, which ballast data fetch resnet18-imagenet brings: BALLAST_ONNX_RESNET=1.
    // The package's has carriage returns, which a terminal is shown as what they are.
    [Fact]
    public void The_licence_has_lines_that_end_alike()
    {
        using Folder cache = new();
        Directory.CreateDirectory(cache.File("resnet18-imagenet"));
        File.WriteAllText(cache.File("resnet18-imagenet/LICENSE"), "MIT License\r\n\r\nPermission\n");
        Assert.Equal("MIT License\n\nPermission\n", PretrainedResNet18.ReadLicense(new DatasetOptions { CacheFolder = cache.File("") }));
    }

    [EnvironmentFact("BALLAST_ONNX_RESNET")]
    public void The_pretrained_network_prepares_pictures_as_its_package_does()
    {
        Assert.All(PretrainedResNet18.Inspect(), static file => Assert.Equal(DataFileState.Good, file.State));
        Assert.Contains("MIT License", PretrainedResNet18.ReadLicense(), StringComparison.Ordinal);
        var network = PretrainedResNet18.Load(new DatasetOptions { Download = false });
        Assert.DoesNotContain(network.NamedParameters(), static entry => entry.Name.Contains("MeanImage", StringComparison.Ordinal));
        string folder = Path.GetDirectoryName(PretrainedResNet18.Inspect()[0].Path)!;
        using var preparation = Ort.Open(Path.Combine(folder, "ResNetPreprocess.onnx"));
        using var session = Ort.Open(Path.Combine(folder, "ResNet18.onnx"));
        Tensor both = Tensor.Rand([2, 3, 224, 224], new Generator(3));
        var got = Exported.Evaluate(inputs => [network.Forward(inputs[0])], [both])[0];
        Assert.Equal([2, 512, 1, 1], got.Shape.ToArray());
        for (int n = 0; n < 2; n++)
        {
            var expected = Ort.Run(session, Ort.Run(preparation, [(both.Narrow(0, n, 1) * 255).Clone()]));
            Assert.True(Ort.Difference(expected[0], got.Narrow(0, n, 1).Clone()) <= 1e-4);
        }

        using Folder own = new();
        OnnxFile.Save(network.Body(), own.File("own.onnx"));
        var again = OnnxFile.Load(own.File("own.onnx")).Body();
        Assert.Equal(network.NamedParameters().Select(static entry => entry.Name), again.NamedParameters().Select(static entry => entry.Name));
        Assert.Equal(Values(got), Values(Exported.Evaluate(inputs => [again.Forward(inputs[0])], [both])[0]));
    }
}
