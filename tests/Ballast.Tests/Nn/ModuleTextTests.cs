namespace Ballast.Tests;

/// <summary>Networks as they print themselves, against PyTorch (printed.json), and the table of their parts.</summary>
public class ModuleTextTests
{
    static readonly Dictionary<string, Func<Module>> Networks = new()
    {
        ["empty"] = static () => new Sequential(),
        ["mlp"] = static () => new Sequential(
            new Flatten(), new Linear(12, 8), new BatchNorm1d(8), new ReLU(), new Dropout(0.25), new Linear(8, 3, bias: false)),
        ["nested"] = static () => new Sequential(
            new Sequential(new BatchNorm2d(3, eps: 1e-3, momentum: null, affine: false), new LeakyReLU(0.1), new ELU(0.7)),
            new ModuleList(new GroupNorm(2, 4), new InstanceNorm1d(5), new LayerNorm(7, eps: 1e-6), new LocalResponseNorm(5)),
            new ModuleDict(("first", new Identity()), ("second", new Sequential(new Softmax(1), new LogSoftmax(-1))))),
        ["activations"] = static () => new Sequential(
            new CELU(1.5), new GLU(), new Hardshrink(0.3), new Softshrink(), new Hardtanh(-2, 2.5), new PReLU(4), new RReLU(), new Softplus(),
            new Threshold(0.5, 20), new SELU(), new SiLU(), new Mish(), new Tanh(), new Sigmoid(), new Hardswish(), new GELU(GeluApproximation.Tanh),
            new BatchNorm3d(2, eps: 1e-10, trackRunningStats: false)),
    };

    static ModuleTextTests()
    {
        foreach (var (name, make) in PrintedLayers.All)
            Networks.Add(name, make);
    }

    [Fact]
    public void They_print_as_PyTorchs_do()
    {
        var recorded = Golden.Load("printed.json");
        Assert.Equal(Networks.Count, recorded.EnumerateObject().Count());
        foreach (var (name, make) in Networks)
        {
            // An empty one is its name alone, a Linear outside of a network tells itself as messages do.
            string expected = recorded.GetProperty(name).GetString()!;
            Assert.Equal(name == "empty" ? "Sequential" : expected, make().ToString());
        }

        Assert.Equal("Linear(3, 4)", new Linear(3, 4).ToString());
    }

    [Theory]
    [InlineData(1e-5, "1e-05")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(1.5e-10, "1.5e-10")]
    [InlineData(1, "1.0")]
    [InlineData(-2.5, "-2.5")]
    [InlineData(0, "0.0")]
    [InlineData(0.1f, "0.1")]
    [InlineData(1 / 3.0, "0.3333333333333333")]
    [InlineData(123456789, "123456789.0")]
    [InlineData(1e22, "1e+22")]
    public void Numbers_are_written_as_Python_writes_them(double value, string expected) => Assert.Equal(expected, PythonText.Of(value));

    sealed class Twice : Module
    {
        readonly Sequential body;
        readonly Linear unused;

        public Twice()
        {
            body = Register("body", new Sequential(new Conv2d(3, 4, 3, padding: 1), new BatchNorm2d(4), new ReLU()));
            unused = Register("unused", new Linear(5, 2));
            _ = unused;
        }

        public override Tensor Forward(Tensor input) => body.Forward(body.Forward(input)[.., 0..3]);
    }

    [Fact]
    public void A_summary_has_shapes_parameters_and_multiply_adds_of_every_part()
    {
        var net = new Twice();
        net.Parameters().First().Frozen = true;
        var before = Draw.Bits(net.StateDict());
        var summary = net.Summary([2, 3, 8, 8]);
        Assert.Equal(
            ["", "body", "body.0", "body.1", "body.2", "body", "body.0", "body.1", "body.2", "unused"], summary.Rows.Select(static row => row.Name));
        Assert.Equal([0, 1, 2, 2, 2, 1, 2, 2, 2, 1], summary.Rows.Select(static row => row.Depth));
        Assert.Equal([2, 4, 8, 8], summary.Rows[0].Output!.Value.ToArray());
        Assert.Equal([2, 3, 8, 8], summary.Rows[6].Input!.Value.ToArray());
        Assert.Null(summary.Rows[9].Output);
        Assert.Equal((4 * 27 + 4, 8, 0, 12), (summary.Rows[2].Parameters, summary.Rows[3].Parameters, summary.Rows[0].Parameters, summary.Rows[9].Parameters));
        Assert.Equal((4 * 27 + 4 + 8 + 12, 4 + 8 + 12), (summary.Parameters, summary.TrainableParameters));
        Assert.Equal(2L * 2 * 64 * 4 * 27, summary.MultiplyAdds);
        Assert.Equal((2 * 3 * 64 * 4, 6 * 2 * 4 * 64 * 4, 132 * 4), (summary.InputBytes, summary.OutputBytes, summary.ParameterBytes));
        Assert.Equal(before, Draw.Bits(net.StateDict()));
        Assert.True(net.Training);
        string text = summary.ToString();
        Assert.Contains("    Conv2d (body.0)", text, StringComparison.Ordinal);
        Assert.Contains("Multiply-adds: 27,648", text, StringComparison.Ordinal);
        Assert.Contains("Parameters: 132, 24 of them learn", text, StringComparison.Ordinal);
        Assert.Contains("not run", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_summary_of_linear_layers_and_of_several_inputs()
    {
        Assert.Equal(7 * 12 * 8 + 7 * 8 * 3, Networks["mlp"]().Summary([7, 12]).MultiplyAdds);
        var (left, right) = (new Linear(3, 4), new Linear(2, 4));
        var both = new ModuleList(left, right);
        var summary = both.Summary([Tensor.Zeros([5, 3]), Tensor.Zeros([5, 2])], t => _ = left.Forward(t[0]) + right.Forward(t[1]));
        Assert.Equal(["0", "1"], summary.Rows.Select(static row => row.Name));
        Assert.Equal(5 * 4 * 5, summary.MultiplyAdds);
        Assert.Equal("Linear(12, 8): expected input [..., 12], got [7, 11]. The layer before it must produce 12 features.",
            Assert.Throws<ArgumentException>(() => Networks["mlp"]().Summary([7, 11])).Message);
    }

    sealed class Listed : Module
    {
        readonly ModuleList blocks;
        readonly Linear last;

        public Listed()
        {
            blocks = Register("blocks", new ModuleList(new Sequential(new Linear(4, 4), new ReLU()), new Linear(4, 4)));
            last = Register("last", new Linear(4, 2));
        }

        public override Tensor Forward(Tensor x) => last.Forward(blocks[1].Forward(blocks[0].Forward(x)));
    }

    [Fact]
    public void Parts_of_a_list_that_does_not_run_itself_stand_in_the_order_in_which_they_run() => Assert.Equal(
        ["", "blocks.0", "blocks.0.0", "blocks.0.1", "blocks.1", "last"], new Listed().Summary([3, 4]).Rows.Select(static row => row.Name));
}
