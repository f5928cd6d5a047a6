using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>Saved runs that trained with more than the plainest settings.</summary>
public sealed class RunDiagnosisTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static RunSettings Settings(RunMethods methods) => SampleRun.Settings with
    {
        Layers = "flatten linear:8,bias=false batchnorm relu linear:10",
        WeightDecay = 0.1f,
        TestData = null, // elsewhere these are the training images, which the doctor tells
        Methods = methods,
    };

    RunFolder Trained(RunSettings settings)
    {
        var run = SampleRun.Folder(folder.File(Guid.NewGuid().ToString("N")), settings);
        SampleRun.Start(run);
        return run;
    }

    static IReadOnlyList<Finding> Findings(RunFolder run) => RunDiagnosis.OfRun(run, SampleRun.Source).Diagnosis.Findings;

    // Steps get small at the end: running statistics that follow fast weights lag behind the average's, which is a finding.
    [Fact]
    public void A_run_with_averaged_weights_and_groups_of_parameters()
    {
        var methods = new RunMethods(EmaDecay: 0.9, NoDecayNorms: true, Schedule: "cosine");
        var settings = Settings(methods) with { Epochs = 10 };
        var run = Trained(settings);
        Assert.Empty(Findings(run));

        var decayed = Assert.Single(Findings(Trained(settings with { Methods = methods with { NoDecayNorms = false } })));
        Assert.Equal(("decayed-norm", Confidence.Certain), (decayed.Check, decayed.Confidence));

        var network = RunNetwork.Load(run, null).Network;
        Patient.Set(network, network.StateDict().Keys.Single(static key => key.EndsWith("running_mean", StringComparison.Ordinal)),
            static (_, value) => value + 3);
        StateFile.Save(run.WeightsPath, network.StateDict());
        var stale = Assert.Single(Findings(run), static finding => finding.Check == "stale-average");
        Assert.Equal((Severity.Error, "layers.2"), (stale.Severity, stale.Layer));
    }

    // By the formulas: of 10 outputs against a one at the label, the mean of squares, and of -log sigmoid(x) or -log(1 - sigmoid(x)).
    [Theory]
    [InlineData(LossKind.Mse)]
    [InlineData(LossKind.Bce)]
    public void The_loss_is_the_runs_own_also_where_it_is_no_cross_entropy(LossKind loss)
    {
        var data = Cifar10.FromRecords(SampleRun.Slice);
        var run = Trained(Settings(new RunMethods(Loss: loss)) with { BatchSize = data.Count, Epochs = 2 });
        var network = RunNetwork.Load(run, null).Network;
        // What makes an error that the doctor tells both losses of.
        Patient.Set(network, "layers.2.running_var", static (_, value) => 1e-4f * value);
        StateFile.Save(folder.File("weights.safetensors"), network.StateDict());
        var gap = Assert.Single(
            RunDiagnosis.OfRun(run, SampleRun.Source, folder.File("weights.safetensors")).Diagnosis.Findings, static finding => finding.Check == "eval-gap");
        network.Eval();
        double sum = 0;
        for (int i = 0; i < data.Count; i++)
        {
            float[] image = new float[3072];
            data.Read(i, image);
            float[] x = network.Forward(Tensor.From(image, [1, 3, 32, 32])).ToArray();
            for (int c = 0; c < 10; c++)
            {
                double target = c == data.Label(i) ? 1 : 0;
                sum += loss == LossKind.Mse ? Math.Pow(x[c] - target, 2) : Math.Max(x[c], 0) + Math.Log(1 + Math.Exp(-Math.Abs(x[c]))) - x[c] * target;
            }
        }

        double expected = sum / data.Count / 10;
        Assert.Equal(expected, gap.Evidence["loss_in_evaluation_mode"], 1e-3 * expected);
    }

    // All images in one batch: the loss that the doctor tells is that of the formula.
    [Theory]
    [InlineData(0f, false)]
    [InlineData(0.2f, false)]
    [InlineData(0.2f, true)]
    public void The_loss_is_the_runs_own(float smoothing, bool weighted)
    {
        float[]? weights = weighted ? [.. Enumerable.Range(0, 10).Select(static i => 0.25f * (i + 1))] : null;
        var data = Cifar10.FromRecords(SampleRun.Slice);
        var settings = Settings(new RunMethods(LabelSmoothing: smoothing, ClassWeights: weights)) with { BatchSize = data.Count };
        var run = Trained(settings);
        var network = RunNetwork.Load(run, null).Network;
        string running = network.StateDict().Keys.Single(static key => key.EndsWith("running_var", StringComparison.Ordinal));
        Patient.Set(network, running, static (_, value) => 1e-4f * value);
        StateFile.Save(folder.File("weights.safetensors"), network.StateDict());
        var diagnosis = RunDiagnosis.OfRun(run, SampleRun.Source, folder.File("weights.safetensors")).Diagnosis;
        var gap = Assert.Single(diagnosis.Findings, static finding => finding.Check == "eval-gap");

        float[] images = new float[data.Count * data.SampleShape.Length];
        for (int i = 0; i < data.Count; i++)
            data.Read(i, images.AsSpan(i * data.SampleShape.Length, data.SampleShape.Length));
        var inputs = Tensor.From(images, data.SampleShape.Batched(data.Count));
        foreach (bool training in new[] { false, true })
        {
            network.Train(training);
            double expected = CrossEntropy(network.Forward(inputs).ToArray(), data, smoothing, weights);
            double told = gap.Evidence[training ? "loss_in_training_mode" : "loss_in_evaluation_mode"];
            Assert.Equal(expected, told, 1e-4 * expected);
        }
    }

    // PyTorch's: the target is 1 - s at the label and s / C more everywhere, each class's part times its weight; over the labels' weights.
    static double CrossEntropy(float[] logits, ByteDataset data, double smoothing, float[]? weights)
    {
        double sum = 0, total = 0;
        for (int row = 0; row < data.Count; row++)
        {
            double[] x = [.. logits.Skip(row * 10).Take(10).Select(static value => (double)value)];
            double max = x.Max(), log = max + Math.Log(x.Sum(value => Math.Exp(value - max)));
            int label = data.Label(row);
            for (int c = 0; c < 10; c++)
                sum += (smoothing / 10 + (c == label ? 1 - smoothing : 0)) * (weights?[c] ?? 1) * (log - x[c]);
            total += weights?[label] ?? 1;
        }

        return sum / total;
    }

    [Fact]
    public void A_state_with_batch_renormalization_alone()
    {
        var net = Patient.Trained(new Sequential(
            new Linear(Patient.Features, 8, bias: false, new Generator(1)), new BatchRenorm(8, momentum: 0.1), new ReLU(), new Linear(8, 3)));
        StateFile.Save(folder.File("good.safetensors"), net.StateDict());
        var good = RunDiagnosis.OfState(folder.File("good.safetensors")).Diagnosis;
        // Its momentum is not in the state: with the 0.01 that is usual 80 batches would be too few.
        Assert.Equal(["unconverged-statistics"], good.Findings.Select(static finding => finding.Check));
        Assert.Equal(1, good.Normalizations);
        Patient.Set(net, "1.running_std", static (i, value) => i == 3 ? float.NaN : value);
        StateFile.Save(folder.File("bad.safetensors"), net.StateDict());
        Assert.Contains(RunDiagnosis.OfState(folder.File("bad.safetensors")).Diagnosis.Findings,
            static finding => finding is { Check: "non-finite", Layer: "1" });
    }
}
