using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>What the network and its settings show. Each fault is planted, and taken away.</summary>
public class StructureCheckTests
{
    [Fact]
    public void Redundant_bias()
    {
        Module Net(bool bias) => new Sequential(
            new Conv2d(3, 4, 3, bias: bias), new MaxPool2d(2), new BatchNorm2d(4), new Conv2d(4, 5, 1), new ReLU(), new BatchNorm2d(5));
        var finding = Assert.Single(Patient.Find("redundant-bias", Net(true)));
        Assert.Equal(("0", 4.0), (finding.Layer, finding.Evidence["values"]));
        Assert.Empty(Patient.Find("redundant-bias", Net(false)));
    }

    [Fact]
    public void Redundant_bias_across_the_chains_of_blocks()
    {
        var net = new Sequential(new Sequential(new Flatten(), new Linear(4, 3)), new Sequential(new BatchNorm1d(3)));
        Assert.Equal("0.1", Assert.Single(Patient.Find("redundant-bias", net)).Layer);
    }

    [Fact]
    public void A_bias_before_a_normalization_in_evaluation_mode_is_of_use()
    {
        var net = new Sequential(new Linear(4, 3), new BatchNorm1d(3));
        net[1].Eval();
        Assert.Empty(Patient.Find("redundant-bias", net));
    }

    [Theory]
    [InlineData(0.99, true)]
    [InlineData(0.51, true)]
    [InlineData(0.5, false)]
    [InlineData(0.1, false)]
    [InlineData(null, false)]
    public void Reversed_momentum(double? momentum, bool found)
    {
        var findings = Patient.Find("reversed-momentum", Patient.Net(momentum: momentum));
        Assert.Equal(found, findings.Length == 1);
        if (momentum == 0.99)
        {
            Assert.Equal(("1", Severity.Warning, Confidence.Likely), (findings[0].Layer, findings[0].Severity, findings[0].Confidence));
            Assert.Contains("momentum 0.01", findings[0].Remedy, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(1001, 10, false, 1, Severity.Error)]
    [InlineData(1003, 10, false, 3, Severity.Warning)]
    [InlineData(1001, 10, true, 0, Severity.Note)]
    [InlineData(1000, 10, false, 0, Severity.Note)]
    [InlineData(1000, 4, false, 4, Severity.Warning)]
    public void Last_batch(int samples, int batchSize, bool dropLast, int values, Severity severity)
    {
        var findings = Patient.Find("last-batch", Patient.Net(), new DoctorOptions
        {
            Plan = new TrainingPlan(batchSize, samples, dropLast),
            SampleShape = [Patient.Features],
        });
        Assert.Equal(values > 0, findings.Length == 1);
        if (values > 0)
            Assert.Equal((severity, "1", values), (findings[0].Severity, findings[0].Layer, (int)findings[0].Evidence["values_per_channel"]));
    }

    [Fact]
    public void A_last_image_has_many_values_a_channel()
    {
        var options = new DoctorOptions { Plan = new TrainingPlan(16, 161), SampleShape = [3, 8, 8] };
        Module Net(int pool) => new Sequential(
            new Conv2d(3, 4, 3, padding: 1, bias: false), new BatchNorm2d(4), new MaxPool2d(pool), new Conv2d(4, 4, 1, bias: false), new BatchNorm2d(4));
        Assert.Empty(Patient.Find("last-batch", Net(2), options));
        Assert.Equal("4", Assert.Single(Patient.Find("last-batch", Net(8), options)).Layer);
    }

    [Fact]
    public void Dropout_before_norm()
    {
        var finding = Assert.Single(Patient.Find("dropout-before-norm", Patient.Net(between: new Dropout(0.5))));
        Assert.Equal(("2", Confidence.Likely, 0.5), (finding.Layer, finding.Confidence, finding.Evidence["p"]));
        Assert.Empty(Patient.Find("dropout-before-norm", Patient.Net(between: new Dropout(0))));
        Assert.Empty(Patient.Find("dropout-before-norm", new Sequential(
            new Linear(4, 3, bias: false), new BatchNorm1d(3), new ReLU(), new Dropout(0.5), new Linear(3, 2))));
        Assert.Equal("1.body.1", Assert.Single(Patient.Find("dropout-before-norm", new Sequential(new Dropout(0.3), new Block()))).Layer);
    }

    sealed class Block : Module
    {
        readonly Sequential body;

        public Block() => body = Register("body", new Sequential(new Linear(4, 3), new BatchNorm1d(3)));

        public override Tensor Forward(Tensor input) => body.Forward(input) * 2f;
    }

    [Fact]
    public void Dropout_before_norm_measured()
    {
        var net = Patient.Trained(Patient.Net(between: new Dropout(0.5)));
        var finding = Assert.Single(Patient.Find("dropout-before-norm", net, Patient.OnData()));
        Assert.Equal((Severity.Warning, Confidence.Certain), (finding.Severity, finding.Confidence));
        Assert.InRange(finding.Evidence["variance_in_training_over_evaluation"], 1.5, 3.5);
        net = Patient.Trained(Patient.Net(between: new Dropout(0.005)));
        Assert.Equal(Severity.Note, Assert.Single(Patient.Find("dropout-before-norm", net, Patient.OnData())).Severity);
    }

    [Fact]
    public void Decayed_norm()
    {
        var net = Patient.Net();
        Optimizer Make(bool groups) => groups
            ? new AdamW([
                new ParameterGroup(net.Parameters().Where(static parameter => parameter.Shape.Rank > 1)),
                new ParameterGroup(net.Parameters().Where(static parameter => parameter.Shape.Rank == 1)) { WeightDecay = 0 }])
            : new AdamW(net.Parameters());
        var finding = Assert.Single(Patient.Find("decayed-norm", net, new DoctorOptions { Optimizer = Make(false) }));
        Assert.Equal((Severity.Warning, 1.0, 1.0, 1.0), (finding.Severity, finding.Evidence["gammas"], finding.Evidence["betas"], finding.Evidence["biases"]));
        Assert.Empty(Patient.Find("decayed-norm", net, new DoctorOptions { Optimizer = Make(true) }));
        Assert.Empty(Patient.Find("decayed-norm", net, new DoctorOptions { Optimizer = new SGD(net.Parameters(), 0.1f) }));
    }

    // exp(-0.1 0.001 steps) is left of gamma: after 50 steps 99.5 %, after 5000 60.7 %.
    [Theory]
    [InlineData(5, Severity.Note, 0.995)]
    [InlineData(500, Severity.Warning, 0.6065)]
    public void Decay_that_comes_to_nothing_is_a_note(int epochs, Severity severity, double kept)
    {
        var net = Patient.Net();
        var finding = Assert.Single(Patient.Find("decayed-norm", net, new DoctorOptions
        {
            Optimizer = new SGD(net.Parameters(), 0.1f, weightDecay: 0.001f),
            Plan = new TrainingPlan(16, 160, Epochs: epochs),
        }));
        Assert.Equal(severity, finding.Severity);
        Assert.Equal(kept, finding.Evidence["kept_over_the_training"], 1e-4);
    }

    [Fact]
    public void Frozen_norm_whose_statistics_drift()
    {
        var net = Patient.Trained(Patient.Net());
        Assert.Empty(Patient.Find("frozen-norm", net, Patient.OnData()));
        var norm = (BatchNorm)net.NamedModules().First(static entry => entry.Module is BatchNorm).Module;
        norm.Weight!.Frozen = true;
        Assert.Empty(Patient.Find("frozen-norm", net, Patient.OnData()));
        norm.Bias!.Frozen = true;
        var finding = Assert.Single(Patient.Find("frozen-norm", net, Patient.OnData()));
        Assert.Equal(("1", Confidence.Likely), (finding.Layer, finding.Confidence));
        Assert.InRange(finding.Evidence["mean_distance_of_the_data"], 0, 0.3);
    }

    [Fact]
    public void Frozen_norm_that_the_next_Train_wakes()
    {
        var net = Patient.Net();
        net[1].Eval();
        Assert.Contains("undoes", Assert.Single(Patient.Find("frozen-norm", net)).Message, StringComparison.Ordinal);
        net.Eval();
        Assert.Empty(Patient.Find("frozen-norm", net));
    }

    [Fact]
    public void Batch_mates_of_a_layer_without_running_statistics()
    {
        Module Net(bool track) => new Sequential(new Linear(4, 3, bias: false), new BatchNorm1d(3, trackRunningStats: track));
        Assert.Equal(("1", Severity.Warning), (Assert.Single(Patient.Find("batch-mates", Net(false))).Layer, Severity.Warning));
        Assert.Empty(Patient.Find("batch-mates", Net(true)));
    }

    [Fact]
    public void Training_mode()
    {
        var net = Patient.Trained(Patient.Net());
        var finding = Assert.Single(Patient.Find("training-mode", net, new DoctorOptions { ForInference = true }));
        Assert.Equal(("1", Severity.Error, Confidence.Certain), (finding.Layer, finding.Severity, finding.Confidence));
        net.Eval();
        Assert.Empty(Patient.Find("training-mode", net, new DoctorOptions { ForInference = true }));
    }

    [Theory]
    [InlineData(4, Severity.Warning)]
    [InlineData(64, Severity.Note)]
    public void Accumulation_that_was_said(int batchSize, Severity severity)
    {
        var options = new DoctorOptions { AccumulationSteps = 8, Plan = new TrainingPlan(batchSize, 640) };
        var finding = Assert.Single(Patient.Find("accumulation", Patient.Net(), options));
        Assert.Equal((severity, Confidence.Certain, 8.0), (finding.Severity, finding.Confidence, finding.Evidence["batches_per_step"]));
    }

    [Fact]
    public void Accumulation_of_one_batch_or_without_batch_statistics_is_none()
    {
        var options = new DoctorOptions { AccumulationSteps = 1, Plan = new TrainingPlan(4, 640) };
        Assert.Empty(Patient.Of("accumulation", Doctor.Examine(Patient.Net(), options)));
        var grouped = new Sequential(new Linear(Patient.Features, 8), new GroupNorm(2, 8), new ReLU(), new Linear(8, 3));
        Assert.Empty(Patient.Of("accumulation", Doctor.Examine(grouped, options with { AccumulationSteps = 8 })));
    }
}
