using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>The doctor sees batch renormalization, and normalizations that <see cref="Freezing"/> holds.</summary>
public class RenormCheckTests
{
    static Sequential Net(bool bias = false, double momentum = 0.1, int seed = 1) => new(
        new Linear(Patient.Features, 8, bias, new Generator(seed)),
        new BatchRenorm(8, momentum: momentum, schedule: RenormSchedule.Constant(3, 5)), new ReLU(),
        new Linear(8, 3, generator: new Generator(seed + 1)));

    // 16 values a channel: sigma is that of the biased variance, which is no fault of this layer.
    [Fact]
    public void A_healthy_network_has_nothing()
    {
        var net = Patient.Trained(Net());
        net.Eval();
        var diagnosis = Patient.ExamineAll(net);
        Assert.Empty(diagnosis.Findings);
        Assert.Equal((1, 40), (diagnosis.Normalizations, diagnosis.Batches));
        Assert.Empty(Doctor.Examine(Net(), new DoctorOptions { Batches = Patient.Loader() }).Findings);
    }

    [Fact]
    public void Statistics_of_other_weights()
    {
        var net = Patient.Trained(Net());
        Patient.Set(net, "1.running_std", static (_, value) => 0.01f * value);
        Patient.Set(net, "1.running_mean", static (i, value) => i % 2 == 0 ? value + 5 : value);
        Assert.Equal("1", Assert.Single(Patient.Find("eval-gap", net, Patient.OnData())).Layer);
        var stale = Assert.Single(Patient.Find("stale-average", net, Patient.OnData() with { AveragedWeights = true, StatisticsRecomputed = true }));
        // sigma^2 and not sigma is compared with the variance.
        Assert.InRange(stale.Evidence["variance_ratio"], 0.5e-4, 2e-4);
    }

    [Fact]
    public void Statistics_that_did_not_settle()
    {
        Assert.Equal(Severity.Error, Assert.Single(Patient.Find("unconverged-statistics", Net(), new DoctorOptions { Trained = true })).Severity);
        Assert.Single(Patient.Find("unconverged-statistics", Patient.Trained(Net(momentum: 0.01)), Patient.OnData()));
        var uncounted = new StateDict();
        foreach (var (key, entry) in Patient.Trained(Net()).StateDict().Where(static entry => entry.Value.Number is null))
            uncounted.Add(key, entry);
        var net = Net();
        net.LoadStateDict(uncounted);
        Assert.Empty(Patient.Find("unconverged-statistics", net, new DoctorOptions { Trained = true }));
    }

    [Fact]
    public void What_the_network_shows()
    {
        Assert.Equal("0", Assert.Single(Patient.Find("redundant-bias", Net(bias: true))).Layer);
        Assert.Equal("1", Assert.Single(Patient.Find("reversed-momentum", Net(momentum: 0.99))).Layer);
        var net = Patient.Trained(Net());
        Patient.Set(net, "1.weight", static (i, value) => i == 2 ? 0 : value);
        Assert.Equal(1, Assert.Single(Patient.Find("dead-channels", net, Patient.OnData())).Evidence["gamma_at_0"]);
        Patient.Set(net, "0.weight", static (i, value) => i / Patient.Features == 3 ? 0 : value);
        Assert.Equal(1, Assert.Single(Patient.Find("dead-channels", net, Patient.OnData())).Evidence["constant"]);
    }

    /// <summary>A plain and a renormalizing network.</summary>
    public static TheoryData<bool> Kinds => [false, true];

    static Sequential WithBias(bool renorm) => new(
        new Linear(Patient.Features, 8, generator: new Generator(1)), renorm ? new BatchRenorm(8, momentum: 0.1) : new BatchNorm1d(8), new ReLU(),
        new Linear(8, 3, generator: new Generator(2)));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_bias_before_a_frozen_normalization_is_of_use(bool renorm)
    {
        var net = WithBias(renorm);
        Assert.Single(Patient.Find("redundant-bias", net));
        foreach (bool affine in new[] { true, false })
        {
            Freezing.Freeze(net, affine);
            Assert.Empty(Patient.Find("redundant-bias", net));
            Freezing.Unfreeze(net);
            Assert.Single(Patient.Find("redundant-bias", net));
        }

        var frozen = new Sequential(net[0], FrozenBatchNorm.From((BatchNorm)net[1]), net[2]);
        Assert.Empty(Doctor.Examine(frozen).Findings);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_frozen_neither_drifts_nor_wakes(bool renorm)
    {
        var net = Patient.Trained(WithBias(renorm));
        Freezing.Freeze(net);
        net.Train();
        Assert.Empty(Patient.Find("frozen-norm", net, Patient.OnData()));
        net[1].Eval();
        Assert.Empty(Patient.Find("frozen-norm", net, Patient.OnData()));
        Freezing.Unfreeze(net);
        Assert.Single(Patient.Find("frozen-norm", net, Patient.OnData()));
        net.Train();
        var norm = (BatchNorm)net[1];
        norm.Weight!.Frozen = norm.Bias!.Frozen = true;
        Assert.Single(Patient.Find("frozen-norm", net, Patient.OnData()));
    }
}
