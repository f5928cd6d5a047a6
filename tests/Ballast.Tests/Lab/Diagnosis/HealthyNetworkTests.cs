using Ballast.Lab;

namespace Ballast.Tests.Lab;

public class HealthyNetworkTests
{
    [Fact]
    public void Nothing_is_found_in_a_healthy_network_of_which_everything_is_known()
    {
        var net = Patient.Trained(Patient.Net());
        net.Eval();
        var diagnosis = Patient.ExamineAll(net);
        Assert.Empty(diagnosis.Findings);
        Assert.Equal(["accumulation"], diagnosis.Skipped.Select(static skipped => skipped.Check));
        Assert.Equal((1, 40, null), (diagnosis.Normalizations, diagnosis.Batches, diagnosis.Worst));
    }

    [Fact]
    public void An_examination_changes_nothing()
    {
        var net = Patient.Trained(Patient.Net(between: new Dropout(0.2)));
        net[2].Eval();
        var loader = Patient.Loader();
        long[] state = Draw.Bits(net.StateDict());
        byte[] drawn = Generator.Default.GetState(), order = loader.Generator!.GetState();
        bool[] modes = [.. net.NamedModules().Select(static entry => entry.Module.Training)];
        Doctor.Examine(net, Patient.OnData(loader));
        Assert.Equal(state, Draw.Bits(net.StateDict()));
        Assert.Equal(drawn, Generator.Default.GetState());
        Assert.Equal(order, loader.Generator.GetState());
        Assert.Equal(modes, net.NamedModules().Select(static entry => entry.Module.Training));
        Assert.All(net.Parameters(), static parameter => Assert.Null(parameter.Grad));
        Assert.All(net.NamedModules().Select(static entry => entry.Module).OfType<BatchNorm>(), static norm => Assert.Null(norm.Normalizes));
    }

    [Fact]
    public void The_tutorials_network_has_its_two_redundant_biases()
    {
        var data = TutorialNet.SyntheticImages();
        var net = new Mlp(generator: new Generator(42));
        var loader = new DataLoader(data, 10, shuffle: true, generator: new Generator(1));
        var optimizer = new Adam(net.Parameters(), 1e-4f);
        for (int epoch = 0; epoch < 5; epoch++)
        {
            foreach (var (inputs, targets) in loader)
                Patient.Step(net, optimizer, inputs, targets);
        }

        var diagnosis = Doctor.Examine(net, new DoctorOptions { Batches = loader, Optimizer = optimizer, Trained = true });
        Assert.Equal([("redundant-bias", "layers.1"), ("redundant-bias", "layers.4")],
            diagnosis.Findings.Select(static finding => (finding.Check, finding.Layer)));
        Assert.All(diagnosis.Findings, static finding => Assert.Equal((Severity.Note, Confidence.Certain), (finding.Severity, finding.Confidence)));
        Assert.All(diagnosis.Findings, static finding => Assert.True(finding.Evidence["gradient_over_that_of_beta"] < 1e-5));
    }

    [Theory]
    [InlineData("vgg-small")]
    [InlineData("resnet20")]
    public void The_convolutional_networks_have_nothing(string name)
    {
        using var generator = Generator.UseDefault(new Generator(7));
        var net = NamedNetworks.Build(name, [3, 16, 16], 10);
        float[] images = new float[96 * 3 * 256];
        new Generator(8).Uniform(images);
        int[] labels = [.. Enumerable.Range(0, 96).Select(static i => i % 10)];
        for (int i = 0; i < images.Length; i++)
            images[i] = 0.7f * images[i] + 0.03f * labels[i / 768];
        var loader = new DataLoader(new ArrayDataset(images, labels, [3, 16, 16]), 16, shuffle: true, generator: new Generator(1));
        var fresh = Doctor.Examine(net, new DoctorOptions { Batches = loader, MaxBatches = 2 });
        Assert.Empty(fresh.Findings);
        Patient.Trained(net, loader, steps: 60, learningRate: 0.01f);
        Assert.Empty(Doctor.Examine(net, new DoctorOptions { Batches = loader, Trained = true }).Findings);
    }

    [Fact]
    public void A_network_without_batch_normalization_has_little_to_look_for()
    {
        var diagnosis = Doctor.Examine(new Sequential(new Linear(3, 2)), new DoctorOptions { Trained = true });
        Assert.Empty(diagnosis.Findings);
        Assert.Equal(0, diagnosis.Normalizations);
        Assert.Equal(
            [
                "data-in-order", "test-in-training", "conflicting-labels", "leaking-column", "test-scale", "learning-rate", "input-scale", "dead-units", "saturated-units", "gradient-scale", "test-unlike-training", "suspicious-labels",
                "class-imbalance", "constant-columns", "surplus-outputs", "training-mode", "at-chance",
            ],
            diagnosis.Skipped.Select(static skipped => skipped.Check));
    }

    public static TheoryData<string, int> Runs
    {
        get
        {
            var runs = new TheoryData<string, int>();
            foreach (string name in Healthy.Keys)
            {
                foreach (int steps in (int[])[0, 20, 240])
                    runs.Add(name, steps);
            }

            return runs;
        }
    }

    static readonly Dictionary<string, (Func<Module> Make, Func<DataLoader> Loader, Func<DataLoader> Test, float Rate)> Healthy = new()
    {
        ["batch normalization"] = (static () => Patient.Net(), static () => Patient.Loader(), static () => Patient.Loader(Patient.Data(seed: 8)), 0.05f),
        ["no normalization"] = (static () => Chain(static _ => new ReLU()), static () => Patient.Loader(), static () => Patient.Loader(Patient.Data(seed: 8)), 0.05f),
        ["layer normalization"] = (static () => Chain(static i => new LayerNorm([i])), static () => Patient.Loader(), static () => Patient.Loader(Patient.Data(seed: 8)), 0.05f),
        ["tanh"] = (static () => Chain(static _ => new Tanh()), static () => Patient.Loader(), static () => Patient.Loader(Patient.Data(seed: 8)), 0.1f),
        ["convolutions"] = (static () => Pictures.Net(), static () => Pictures.Loader(), static () => Pictures.Loader(Pictures.Data(seed: 8)), 0.05f),
        ["plain convolutions"] = (static () => Pictures.Plain(), static () => Pictures.Loader(), static () => Pictures.Loader(Pictures.Data(seed: 8)), 0.05f),
        ["mlp"] = (static () => Named("mlp", 8), static () => Pictures.Loader(), static () => Pictures.Loader(Pictures.Data(seed: 8)), 0.05f),
        ["mlp-plain"] = (static () => Named("mlp-plain", 8), static () => Pictures.Loader(), static () => Pictures.Loader(Pictures.Data(seed: 8)), 0.05f),
        ["vgg-small"] = (static () => Named("vgg-small", 8), static () => Pictures.Loader(), static () => Pictures.Loader(Pictures.Data(seed: 8)), 0.05f),
        ["resnet20"] = (static () => Named("resnet20", 8), static () => Pictures.Loader(), static () => Pictures.Loader(Pictures.Data(seed: 8)), 0.05f),
    };

    static Sequential Chain(Func<int, Module> between) => new(
        new Linear(Patient.Features, 16, generator: new Generator(1)), between(16), new ReLU(), new Linear(16, 16, generator: new Generator(2)), between(16), new ReLU(),
        new Linear(16, 3, generator: new Generator(3)));

    static Module Named(string name, int size)
    {
        using var generator = Generator.UseDefault(new Generator(7));
        string layers = NamedNetworks.Find(name).Layers;
        return NamedNetworks.Build(layers.Replace("linear:10", "linear:4", StringComparison.Ordinal), [3, size, size], Pictures.Classes);
    }

    /// <summary>Thirty runs of healthy networks, of all that the command knows: before training, after 20 steps and after 240.</summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public void A_healthy_run_raises_no_alarm(string name, int steps)
    {
        var (make, loader, test, rate) = Healthy[name];
        var net = Patient.Trained(make(), loader(), steps, rate);
        var diagnosis = Doctor.Examine(net, new DoctorOptions
        {
            Batches = loader(),
            MaxBatches = 20,
            TestBatches = test(),
            Optimizer = new SGD(net.Parameters(), rate),
            MakeFresh = make,
            Plan = TrainingPlan.Of(loader(), epochs: 8),
            Trained = steps > 0,
        });
        string said = string.Join("; ", diagnosis.Findings.Where(static finding => finding.Severity > Severity.Note)
            .Select(static finding => $"{finding.Severity} {finding.Layer} {finding.Check}: {finding.Message}"));
        Assert.Equal("", said);
    }

    [Fact]
    public void Outputs_that_no_loss_is_known_of_are_examined_without_one()
    {
        var net = Patient.Trained(Patient.Net());
        var diagnosis = Doctor.Examine(net, Patient.OnData() with { Loss = static (_, _) => throw new ArgumentException("no loss") });
        Assert.Empty(diagnosis.Findings);
        Assert.Contains(new SkippedCheck("eval-gap", "It needs a loss of the network's outputs."), diagnosis.Skipped);
    }

    [Fact]
    public void The_gravest_come_first_and_names_are_there_once()
    {
        var net = Patient.Net(momentum: 0.99, between: new Dropout(0.5));
        Patient.Set(net, "0.weight", static (i, value) => i == 0 ? float.NaN : value);
        var severities = Doctor.Examine(net).Findings.Select(static finding => finding.Severity).ToList();
        Assert.Equal(severities.OrderDescending(), severities);
        Assert.Equal(Severity.Error, severities[0]);
        Assert.True(severities.Count >= 3);
        Assert.Equal(Doctor.CheckNames.Count, Doctor.CheckNames.Distinct().Count());
    }
}
