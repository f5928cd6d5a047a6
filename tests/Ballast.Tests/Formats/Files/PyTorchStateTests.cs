using System.Text.Json;

namespace Ballast.Tests.Formats;

/// <summary>Trainings that began in PyTorch and go on here, and the other way round (<c>continuing.py</c>).</summary>
public sealed class PyTorchStateTests : IDisposable
{
    // Losses of about 1; 50 steps of a small network, each with roundings of 6e-8 in another order.
    const float Tolerance = 1e-5f;
    const int Batch = 10, Inputs = 6;

    static readonly JsonElement Golden = Ballast.Tests.Golden.Load("continuing.json");
    static readonly float[] Values = Golden.GetProperty("inputs").Floats();
    static readonly int[] Targets = Golden.GetProperty("targets").Ints();

    readonly TemporaryFolder folder = new();
    readonly Generator generator = new();

    public void Dispose() => folder.Dispose();

    static Sequential Net() => new(new Linear(Inputs, 8, bias: false), new BatchNorm1d(8), new ReLU(), new Dropout(0.25), new Linear(8, 3));

    static Optimizer Make(string name, Sequential net) => name switch
    {
        "adam" => new Adam(
        [
            new ParameterGroup(net.Parameters().Take(1)) { LearningRate = 0.5f },
            new ParameterGroup(net.Parameters().Skip(1)),
        ]),
        "adamw" => new AdamW(net.Parameters(), 0.5f, beta1: 0.8, beta2: 0.99, eps: 1e-6, weightDecay: 0.5f),
        "sgd" => new SGD(net.Parameters(), 0.5f),
        "momentum" => new SGD(net.Parameters(), 0.5f, momentum: 0.9f, nesterov: true),
        _ => new SGD(net.Parameters(), 0.5f, momentum: 0.8f, dampening: 0.5f),
    };

    static string PathOf(string name, int step) => Ballast.Tests.Golden.PathOf(Path.Combine("states", $"continue-{name}-{step}.pt"));

    (Sequential Net, Optimizer Optimizer) Load(string name, string path)
    {
        var net = Net();
        var optimizer = Make(name, net);
        using var file = StateFile.Open(path);
        var root = (StoredMapping)file.Root;
        net.LoadStateDict(file.ToStateDict());
        PyTorchState.Load(optimizer, root["optimizer"]);
        PyTorchState.Load(generator, root["rng"]);
        return (net, optimizer);
    }

    List<float> Train(Sequential net, Optimizer optimizer, int first, int last)
    {
        using var drawn = Generator.UseDefault(generator);
        var losses = new List<float>();
        var loss = new CrossEntropyLoss();
        for (int i = first; i < last; i++)
        {
            optimizer.ZeroGrad();
            var inputs = Tensor.From(Values.AsSpan(i * Batch * Inputs, Batch * Inputs), [Batch, Inputs]);
            var result = loss.Forward(net.Forward(inputs), Tensor.FromInt64(Targets.AsSpan(i * Batch, Batch)));
            result.Backward();
            optimizer.Step();
            losses.Add(result.Item());
        }

        return losses;
    }

    static void Near(IEnumerable<float> expected, IReadOnlyList<float> actual)
    {
        foreach (var (i, value) in expected.Index())
            Assert.True(Math.Abs(value - actual[i]) <= Tolerance, $"step {i}: expected {value}, got {actual[i]}");
    }

    [Theory]
    [InlineData("adam")]
    [InlineData("adamw")]
    [InlineData("sgd")]
    [InlineData("momentum")]
    [InlineData("dampening")]
    public void A_training_that_began_in_PyTorch_goes_on_with_its_losses(string name)
    {
        var golden = Golden.GetProperty("cases").EnumerateArray().Single(each => each.GetProperty("name").GetString() == name);
        float[] losses = golden.GetProperty("losses").Floats();
        var (net, optimizer) = Load(name, PathOf(name, 20));
        Near(losses[..25], Train(net, optimizer, 20, 45));
        Tensor.Randn([1], generator);
        Near(losses[25..], Train(net, optimizer, 45, 70));
        Assert.Equal(golden.GetProperty("normal").GetSingle(), Tensor.Randn([1], generator).Item());
    }

    // What PyTorch itself wrote after the same steps: continuing.py goes on from such a file there.
    [Theory]
    [InlineData("adam")]
    [InlineData("adamw")]
    [InlineData("sgd")]
    [InlineData("momentum")]
    [InlineData("dampening")]
    public void A_training_that_goes_back_to_PyTorch_leaves_what_PyTorch_would_have_written(string name)
    {
        var (net, optimizer) = Load(name, PathOf(name, 20));
        Train(net, optimizer, 20, 45);
        Tensor.Randn([1], generator);
        PyTorchFile.Save(folder.File("c.pt"), new StoredMapping
        {
            ["step"] = 45,
            ["model"] = StoredMapping.From(net.StateDict()),
            ["optimizer"] = PyTorchState.Of(optimizer),
            ["rng"] = PyTorchState.Of(generator),
        });
        using var ours = StateFile.Open(folder.File("c.pt"));
        using var theirs = StateFile.Open(PathOf(name, 45));
        Assert.Equal(theirs.Tensors.Select(static tensor => tensor.ToString()), ours.Tensors.Select(static tensor => tensor.ToString()));
        foreach (var (expected, actual) in theirs.Tensors.Zip(ours.Tensors))
        {
            if (expected.Type == StoredType.F32)
                Near(expected.ToArray<float>(), actual.ToArray<float>());
            else
                Assert.Equal(expected.Data.ToArray(), actual.Data.ToArray());
        }

        foreach (var (expected, actual) in Groups(theirs).Zip(Groups(ours)))
        {
            foreach (var (key, value) in actual)
                Assert.Equal(Told(expected[key.ToString()!]), Told(value));
        }

        var (again, _) = Load(name, folder.File("c.pt"));
        Assert.Equal(Draw.Bits(net.StateDict()), Draw.Bits(again.StateDict()));
    }

    static IEnumerable<StoredMapping> Groups(StoredFile file) =>
        ((StoredList)((StoredMapping)((StoredMapping)file.Root)["optimizer"])["param_groups"]).Items.Cast<StoredMapping>();

    static string Told(StoredValue value) => value is StoredList list ? string.Join(", ", list.Items.Select(Told)) : value.ToString()!;

    [Fact]
    public void The_settings_of_each_group_are_taken_over()
    {
        var (_, optimizer) = Load("adam", PathOf("adam", 20));
        Assert.Equal([(0.01, 0.0), (0.02, 0.1)], optimizer.Groups.Select(static group => (group.LearningRate!.Value, group.WeightDecay!.Value)));
        (_, optimizer) = Load("adamw", PathOf("adamw", 20));
        Assert.Equal((0.01, 0.05), (optimizer.LearningRate, optimizer.WeightDecay));
    }

    [Theory]
    [InlineData("adamw", "adam", "AdamW: expected 1 groups of parameters, got 2. Make the groups that PyTorch had.")]
    [InlineData("sgd", "momentum", "SGD: expected momentum 0 in group 0, got 0.9. Make the optimizer with the settings that PyTorch's had.")]
    [InlineData("adamw", "sgd", "AdamW: expected a whole number of steps for parameter 0, got none. The state belongs to another optimizer.")]
    public void A_state_of_another_optimizer_is_refused_and_nothing_changed(string made, string saved, string message)
    {
        var net = Net();
        var optimizer = Make(made, net);
        long[] before = Draw.Bits(optimizer.StateDict());
        using var file = StateFile.Open(PathOf(saved, 20));
        var state = ((StoredMapping)file.Root)["optimizer"];
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => PyTorchState.Load(optimizer, state)).Message);
        Assert.Equal(before, Draw.Bits(optimizer.StateDict()));
        Assert.Equal(0.5, optimizer.LearningRate);
    }

    [Fact]
    public void A_generator_goes_both_ways_wherever_its_block_stands()
    {
        foreach (int draws in new[] { 0, 1, 623, 624, 625, 1300 })
        {
            var from = new Generator(-3);
            var to = new Generator();
            for (int i = 0; i < draws; i++)
                from.Next();
            PyTorchState.Load(to, PyTorchState.Of(from));
            Assert.Equal(from.GetState(), to.GetState());
        }

        var error = Assert.Throws<InvalidDataException>(() => PyTorchState.Load(new Generator(), StoredTensor.From<byte>("rng", new byte[16], 16)));
        Assert.Equal("expected the state of PyTorch's generator on CPUs, a tensor of 5056 bytes, got rng U8 [16]. " +
            "Save torch.get_rng_state(); generators on other devices have other states.", error.Message);
        Assert.Equal("the state of PyTorch's generator is damaged: its counts are out of range.",
            Assert.Throws<InvalidDataException>(() => PyTorchState.Load(new Generator(), StoredTensor.From<byte>("", new byte[5056], 5056))).Message);
    }
}
