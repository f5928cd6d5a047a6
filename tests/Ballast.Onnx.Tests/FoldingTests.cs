namespace Ballast.Onnx.Tests;

/// <summary>Normalizations of graphs inside of networks, folded in their places.</summary>
public class FoldingTests
{
    // A convolution whose result two nodes read, one with a bias, a transposed one, and a product.
    sealed class Net : Module
    {
        readonly Conv2d first, second;
        readonly BatchNorm2d one, two, three;
        readonly ConvTranspose2d up;
        readonly Linear last;
        readonly BatchNorm1d end;

        public Net()
        {
            first = Register("first", new Conv2d(3, 4, 3, padding: 1, bias: false));
            one = Register("one", new BatchNorm2d(4, affine: false));
            second = Register("second", new Conv2d(4, 4, 3, padding: 1, bias: false));
            two = Register("two", new BatchNorm2d(4, affine: false));
            up = Register("up", new ConvTranspose2d(4, 6, 2, 2));
            three = Register("three", new BatchNorm2d(6));
            last = Register("last", new Linear(6, 5));
            end = Register("end", new BatchNorm1d(5));
        }

        public bool ReadsTwice { get; init; }

        public override Tensor Forward(Tensor input)
        {
            var x = first.Forward(input);
            var y = one.Forward(x).Relu();
            y = two.Forward(second.Forward(y)).Relu();
            y = three.Forward(up.Forward(ReadsTwice ? y + x : y)).Mean([2, 3]);
            return end.Forward(last.Forward(y));
        }
    }

    static OnnxGraph Graph(Net net, Folder folder)
    {
        using (Tensor.NoGrad())
        {
            for (int i = 0; i < 5; i++)
                net.Forward(Exported.Draw([8, 3, 6, 6], 9 + i) * 2 + 1);
        }

        OnnxFile.Export(net, [1, 3, 6, 6], folder.File("net.onnx"));
        return OnnxFile.Load(folder.File("net.onnx"));
    }

    static float[] Values(Module module, Tensor x) => Exported.Evaluate(inputs => [module.Forward(inputs[0])], [x])[0].ToArray();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_graph_is_folded_in_its_place_in_a_network(bool readsTwice)
    {
        using var generator = Generator.UseDefault(new Generator(1));
        using Folder folder = new();
        var graph = Graph(new Net { ReadsTwice = readsTwice }, folder);
        graph.Parameters().First().Frozen = true;
        Sequential net = new(graph, new Linear(5, 3), new BatchNorm1d(3));
        net.Eval();
        var x = Exported.Draw([3, 3, 6, 6], 4);
        float[] before = Values(net, x);
        var other = graph.Cut("last/Gemm");
        float[] otherBefore = Values(other, x);
        var report = Folding.Fold(net);
        string[] into = ["first", "second", "up", "last"], norms = ["one", "two", "three", "end"];
        Assert.Equal([.. norms.Skip(readsTwice ? 1 : 0).Select(static name => $"0.{name}"), "2"], report.Folded.Select(Place));
        Assert.Equal([.. into.Skip(readsTwice ? 1 : 0).Select(static name => $"0.{name}"), "1"], report.Folded.Select(static entry => Stem(entry.Into)));
        Assert.Equal(readsTwice ? 1 : 0, report.Kept.Count);
        if (readsTwice)
            Assert.Contains("is read elsewhere too", report.Kept[0].Reason, StringComparison.Ordinal);
        foreach (var (expected, got) in before.Zip(Values(net, x)))
            Assert.Equal(expected, got, 1e-5);
        Assert.Equal(otherBefore, Values(other, x));
        Assert.Equal(readsTwice ? ["0.one.running_mean", "0.one.running_var"] : [],
            net.StateDict().Keys.Where(static key => key.Contains("running", StringComparison.Ordinal)));
        Assert.True(net.NamedParameters().First(static entry => entry.Name == "0.first.weight").Parameter.Frozen);
        Assert.Contains("0.second.bias", net.NamedParameters().Select(static entry => entry.Name));
        Assert.Empty(Folding.Fold(net).Folded);

        // What is left learns, and goes out.
        net.Forward(x).Sum().Backward();
        Assert.All(net.Parameters().Where(static parameter => !parameter.Frozen), static parameter => Assert.NotNull(parameter.Grad));
        Exported.Check(net, [2, 3, 6, 6]);
    }

    static string Stem(string name) => name.Split('/')[0];

    static string Place(FoldedNormalization entry) => Stem(entry.Name);

    [Fact]
    public void What_is_trained_stays_and_what_is_held_does_not()
    {
        using var generator = Generator.UseDefault(new Generator(1));
        using Folder folder = new();
        var graph = Graph(new Net(), folder);
        graph.Train();
        var report = Folding.Fold(graph);
        Assert.Equal(4, report.Kept.Count);
        Assert.All(report.Kept, static entry => Assert.Contains("Call Eval()", entry.Reason, StringComparison.Ordinal));
        Freezing.Freeze(graph, affine: false);
        Assert.Equal(4, Folding.Fold(graph).Folded.Count);
        Assert.True(graph.Training);
        Assert.DoesNotContain(graph.Nodes, static node => node.OpType == "BatchNormalization");
    }
}
