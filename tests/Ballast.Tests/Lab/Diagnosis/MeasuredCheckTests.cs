using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>What shows when the network runs. Each fault is planted, and taken away.</summary>
public class MeasuredCheckTests
{
    [Fact]
    public void Forgotten_eval()
    {
        var net = Patient.Trained(Patient.Net());
        var data = Patient.Data();
        var wrong = new DoctorOptions { Evaluation = () => Score(net, Patient.Loader(data)) };
        var finding = Assert.Single(Patient.Find("forgotten-eval", net, wrong));
        Assert.Equal(("1", Severity.Error, Confidence.Certain), (finding.Layer, finding.Severity, finding.Confidence));
        Assert.Empty(Patient.Find("forgotten-eval", net, new DoctorOptions
        {
            Evaluation = () =>
            {
                net.Eval();
                Score(net, Patient.Loader(data));
                net.Train();
            },
        }));
    }

    static void Score(Module net, DataLoader loader)
    {
        using var off = Tensor.NoGrad();
        foreach (var (inputs, _) in loader)
            net.Forward(inputs);
    }

    [Fact]
    public void Forgotten_eval_seen_in_a_training()
    {
        Assert.Empty(Watched("forgotten-eval", static (net, loader) => Patient.Trained(net, loader)));
        var finding = Assert.Single(Watched("forgotten-eval", static (net, loader) =>
        {
            Patient.Trained(net, loader);
            Score(net, loader);
        }));
        Assert.Equal((Confidence.Possible, 40.0), (finding.Confidence, finding.Evidence["passes"]));
    }

    // The trainer tries the sizes of batches before it starts, in training mode and without gradients.
    [Fact]
    public void The_trainers_rehearsal_is_no_forgotten_eval() => Assert.Empty(Watched("forgotten-eval", static (net, loader) =>
        new Trainer(net, new SGD(net.Parameters(), 0.01f), loader, new TrainerOptions { Epochs = 1 }).Fit()));

    static Finding[] Watched(string check, Action<Module, DataLoader> train)
    {
        var net = Patient.Net();
        using var watch = Doctor.Watch(net);
        train(net, Patient.Loader());
        return Patient.Of(check, watch.Examine());
    }

    [Fact]
    public void Accumulation_seen_in_a_training()
    {
        Assert.Empty(Watched("accumulation", static (net, loader) => Patient.Trained(net, loader)));
        var finding = Assert.Single(Watched("accumulation", static (net, loader) =>
        {
            var optimizer = new SGD(net.Parameters(), 0.01f);
            foreach (var (i, (inputs, targets)) in loader.Index())
            {
                new CrossEntropyLoss().Forward(net.Forward(inputs), targets).Backward();
                if (i % 4 != 3)
                    continue;
                optimizer.Step();
                optimizer.ZeroGrad();
            }
        }));
        Assert.Equal((4.0, 16.0, Confidence.Possible),
            (finding.Evidence["batches_per_step"], finding.Evidence["values_per_channel"], finding.Confidence));
    }

    sealed class Unregistered : Module
    {
        readonly Sequential chain;
        readonly BatchNorm1d norm = new(8);

        public Unregistered(bool register)
        {
            chain = Register("chain", Patient.Net());
            if (register)
                Register("norm", norm);
        }

        public override Tensor Forward(Tensor input)
        {
            var hidden = norm.Forward(chain[0].Forward(input));
            return chain[3].Forward(chain[2].Forward(chain[1].Forward(hidden)));
        }
    }

    [Fact]
    public void Batch_mates()
    {
        var finding = Assert.Single(Patient.Find("batch-mates", Patient.Trained(new Unregistered(register: false)), Patient.OnData()));
        Assert.Equal((Severity.Error, Confidence.Certain), (finding.Severity, finding.Confidence));
        Assert.True(finding.Evidence["change"] > 0.01);
        Assert.Empty(Patient.Find("batch-mates", Patient.Trained(new Unregistered(register: true)), Patient.OnData()));
    }

    [Fact]
    public void Eval_gap()
    {
        var net = Patient.Trained(Patient.Net(), steps: 300, learningRate: 0.1f);
        Assert.Empty(Patient.Find("eval-gap", net, Patient.OnData()));
        Patient.Set(net, "1.running_mean", static (_, value) => value + 8);
        var finding = Assert.Single(Patient.Find("eval-gap", net, Patient.OnData()));
        Assert.Equal(("1", Confidence.Certain), (finding.Layer, finding.Confidence));
        Assert.True(finding.Evidence["loss_in_evaluation_mode"] > finding.Evidence["loss_in_training_mode"] + 0.1);
        Assert.InRange(finding.Evidence["mean_distance"], 2, 12);
    }

    [Fact]
    public void Stale_average()
    {
        var (first, second) = (Patient.Trained(Patient.Net(1)), Patient.Trained(Patient.Net(11)));
        var average = Patient.Net();
        var state = new StateDict();
        foreach (var (key, entry) in first.StateDict())
        {
            state.Add(key, entry.Tensor is not { ElementType: ElementType.Float32 } one ? entry
                : new StateEntry(Tensor.From([.. one.ToArray().Zip(second.StateDict()[key].Tensor.ToArray(), static (a, b) => (a + b) / 2)], one.Shape)));
        }

        average.LoadStateDict(state);
        var options = Patient.OnData() with { AveragedWeights = true };
        var finding = Assert.Single(Patient.Find("stale-average", average, options));
        Assert.Equal(("1", Severity.Error), (finding.Layer, finding.Severity));
        // The statistics of the averaged weights, from the data.
        Patient.Trained(average, steps: 100, learningRate: 0);
        Assert.Empty(Patient.Find("stale-average", average, options));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Non_finite_batches(float value)
    {
        var net = Patient.Trained(Patient.Net());
        var options = Patient.OnData(Patient.Loader(Patient.Data(change: (sample, feature, old) => sample == 100 && feature == 0 ? value : old)));
        var finding = Assert.Single(Patient.Find("non-finite", net, options));
        Assert.Equal(("1", Severity.Error, 1.0, 40.0), (finding.Layer, finding.Severity, finding.Evidence["batches"], finding.Evidence["of"]));
        Assert.Empty(Patient.Find("non-finite", Patient.Trained(Patient.Net()), Patient.OnData()));
    }

    [Fact]
    public void Non_finite_batches_of_the_training_before()
    {
        var net = Patient.Net();
        net.Forward(Tensor.Full([4, Patient.Features], float.NaN));
        Assert.Equal((Severity.Warning, 1.0), (Assert.Single(Patient.Find("non-finite", net)).Severity,
            Patient.Find("non-finite", net)[0].Evidence["batches"]));
    }

    [Fact]
    public void Cancellation()
    {
        var net = new Sequential(new BatchNorm1d(Patient.Features), new Linear(Patient.Features, 3));
        Finding[] Find(float offset) => Patient.Find("cancellation", net, new DoctorOptions
        {
            Batches = Patient.Loader(Patient.Data(change: (_, feature, value) => feature == 3 ? value + offset : value)),
        });
        var finding = Assert.Single(Find(5000));
        Assert.Equal(("0", 3.0, 1.0, Confidence.Certain), (finding.Layer, finding.Evidence["channel"], finding.Evidence["channels"], finding.Confidence));
        Assert.InRange(finding.Evidence["mean_over_standard_deviation"], 2000, 6000);
        Assert.Empty(Find(500));
    }

    [Theory]
    [InlineData(0.3, 0f)]
    [InlineData(0.3, 1.5f)]
    public void Padding(double share, float value)
    {
        var net = new Sequential(new BatchNorm1d(Patient.Features), new Linear(Patient.Features, 3));
        Finding[] Find(double padded) => Patient.Find("padding", net, new DoctorOptions
        {
            Batches = Patient.Loader(Patient.Data(change: (sample, _, old) => sample % 10 < 10 * padded ? value : old)),
        });
        var finding = Assert.Single(Find(share));
        Assert.Equal(("0", value == 0 ? Confidence.Likely : Confidence.Possible), (finding.Layer, finding.Confidence));
        Assert.InRange(finding.Evidence[value == 0 ? "share_of_zero_rows" : "share_of_equal_rows"], 0.2, 0.4);
        Assert.Empty(Find(0));
    }

    // [N, C, L] with positions of zeros at its end.
    [Theory]
    [InlineData(3, true)]
    [InlineData(0, false)]
    public void Padded_positions(int padded, bool found)
    {
        var batches = Enumerable.Range(0, 4).Select(seed =>
        {
            float[] values = Draw.Data([6, 2, 10], seed).ToArray();
            for (int i = 0; i < values.Length; i++)
                values[i] = i % 10 >= 10 - padded ? 0 : values[i];
            return new Batch(Tensor.From(values, [6, 2, 10]), Tensor.FromInt64(0, 1, 0, 1, 0, 1));
        });
        var net = new Sequential(new BatchNorm1d(2), new Flatten(), new Linear(20, 2));
        Assert.Equal(found, Patient.Find("padding", net, new DoctorOptions { Batches = batches }).Length == 1);
    }

    // [N, C, H, W]: whole images of zeros, as sets of different sizes are padded.
    [Theory]
    [InlineData(2, true)]
    [InlineData(0, false)]
    public void Padded_images(int padded, bool found)
    {
        var batches = Enumerable.Range(0, 4).Select(seed =>
        {
            float[] values = Draw.Data([6, 5, 4, 4], seed).ToArray();
            values.AsSpan(0, padded * 80).Clear();
            return new Batch(Tensor.From(values, [6, 5, 4, 4]), Tensor.FromInt64(0, 1, 0, 1, 0, 1));
        });
        var net = new Sequential(
            new Conv2d(5, 4, 3, bias: false, generator: new Generator(1)), new BatchNorm2d(4), new GlobalAvgPool2d(), new Flatten(), new Linear(4, 2));
        var findings = Patient.Find("padding", net, new DoctorOptions { Batches = batches });
        Assert.Equal(found, findings.Length == 1);
        if (found)
            Assert.Equal(1 / 3.0, findings[0].Evidence["share_of_zero_rows"], 1e-9);
    }

    // Every second batch comes from another source, as when a discriminator is given real images and generated ones in turn.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_sources(bool watched)
    {
        Finding[] Find(float apart)
        {
            var net = Patient.Net();
            var data = Patient.Data(change: (sample, _, value) => sample / 16 % 2 == 0 ? value : value + apart);
            var loader = Patient.Loader(data, shuffle: false);
            if (!watched)
                return Patient.Find("two-sources", net, new DoctorOptions { Batches = loader });
            using var watch = Doctor.Watch(net);
            Patient.Trained(net, loader, 40, learningRate: 1e-4f);
            return Patient.Of("two-sources", watch.Examine());
        }

        var finding = Assert.Single(Find(2));
        Assert.Equal(("1", Confidence.Likely), (finding.Layer, finding.Confidence));
        Assert.True(finding.Evidence["distance_in_standard_deviations"] > 1);
        Assert.Empty(Find(0));
    }

    // The means of batches move as the weights learn, from one place to another.
    [Fact]
    public void A_training_that_gets_somewhere_has_one_source() =>
        Assert.Empty(Watched("two-sources", static (net, loader) => Patient.Trained(net, loader, 200, learningRate: 0.3f)));

    [Fact]
    public void Shuffled_the_two_sources_are_one() => Assert.Empty(Patient.Find("two-sources", Patient.Net(), new DoctorOptions
    {
        Batches = Patient.Loader(Patient.Data(change: static (sample, _, value) => sample / 16 % 2 == 0 ? value : value + 2)),
    }));

    // In batches of 10 the biased variance is nine tenths of the unbiased one.
    [Fact]
    public void Biased_variance()
    {
        var data = Patient.Data(2000);
        var loader = Patient.Loader(data, 10);
        var net = new Sequential(
            new Linear(Patient.Features, 64, bias: false, generator: new Generator(1)), new BatchNorm1d(64), new ReLU(),
            new Linear(64, 32, bias: false, generator: new Generator(2)), new BatchNorm1d(32), new ReLU(), new Linear(32, 3));
        Patient.Trained(net, loader, steps: 400, learningRate: 1e-3f);
        var options = Patient.OnData(loader) with { MaxBatches = 100 };
        Assert.Empty(Patient.Find("biased-variance", net, options));
        Patient.Set(net, "1.running_var", static (_, value) => 0.9f * value);
        Assert.Empty(Patient.Find("biased-variance", net, options)); // one layer alone is something else
        Patient.Set(net, "4.running_var", static (_, value) => 0.9f * value);
        var finding = Assert.Single(Patient.Find("biased-variance", net, options));
        Assert.Equal((Confidence.Possible, 0.9), (finding.Confidence, finding.Evidence["expected_if_biased"]));
        Assert.InRange(finding.Evidence["running_over_unbiased_variance"], 0.85, 0.95);
    }

    // Nine tenths on average, but scattered so widely that chance explains it.
    [Fact]
    public void A_variance_that_only_chance_makes_look_biased()
    {
        var data = Patient.Data(2000);
        var loader = Patient.Loader(data, 10);
        var net = new Sequential(
            new Linear(Patient.Features, 64, bias: false, generator: new Generator(1)), new BatchNorm1d(64), new ReLU(),
            new Linear(64, 32, bias: false, generator: new Generator(2)), new BatchNorm1d(32), new ReLU(), new Linear(32, 3));
        Patient.Trained(net, loader, steps: 400, learningRate: 1e-3f);
        foreach (string layer in (string[])["1.running_var", "4.running_var"])
            Patient.Set(net, layer, static (i, value) => 0.9f * MathF.Exp(i % 2 == 0 ? 0.5f : -0.5f) * value);
        Assert.Empty(Patient.Find("biased-variance", net, Patient.OnData(loader) with { MaxBatches = 100 }));
    }
}
