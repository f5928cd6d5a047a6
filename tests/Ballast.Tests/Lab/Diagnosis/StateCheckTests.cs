using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>What parameters and running statistics show. Each fault is planted, and taken away.</summary>
public class StateCheckTests
{
    static readonly DoctorOptions Trained = new() { Trained = true };

    [Theory]
    [InlineData(0.1, 43, true)]
    [InlineData(0.1, 44, false)]
    [InlineData(0.01, 80, true)]
    [InlineData(null, 1, false)]
    public void Unconverged_statistics_by_the_count_of_the_state(double? momentum, int steps, bool found)
    {
        var net = Patient.Trained(Patient.Net(momentum: momentum), steps: steps);
        var findings = Patient.Find("unconverged-statistics", net, Trained);
        Assert.Equal(found, findings.Length == 1);
        if (momentum == 0.01)
        {
            Assert.Equal(Math.Pow(0.99, 80), findings[0].Evidence["initial_weight"], 1e-9);
            Assert.Equal((459.0, Confidence.Certain, "1"), (findings[0].Evidence["batches_needed"], findings[0].Confidence, findings[0].Layer));
        }
    }

    [Fact]
    public void Statistics_measured_over_few_batches_have_nothing_of_the_initial_ones() => Assert.Empty(
        Patient.Find("unconverged-statistics", Patient.Trained(Patient.Net(), steps: 5), Trained with { StatisticsRecomputed = true }));

    [Theory]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public void Unconverged_statistics_by_the_plan(int epochs, bool found) => Assert.Equal(found,
        Patient.Find("unconverged-statistics", Patient.Net(), new DoctorOptions { Plan = new TrainingPlan(16, 160, Epochs: epochs) }).Length == 1);

    [Fact]
    public void Statistics_that_never_moved()
    {
        var net = Patient.Net();
        Assert.Equal(Severity.Error, Assert.Single(Patient.Find("unconverged-statistics", net, Trained)).Severity);
        // Statistics that have moved and no count: they were loaded without it.
        Patient.Set(net, "1.running_mean", static (_, _) => 0.5f);
        Assert.Empty(Patient.Find("unconverged-statistics", net, Trained));
        var frozen = Patient.Trained(Patient.Net(momentum: 0));
        Assert.Contains("momentum 0", Assert.Single(Patient.Find("unconverged-statistics", frozen, Trained)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.running_var", float.NaN)]
    [InlineData("1.running_mean", float.PositiveInfinity)]
    [InlineData("0.weight", float.NegativeInfinity)]
    public void Non_finite_values_of_the_state(string key, float value)
    {
        var net = Patient.Trained(Patient.Net());
        Assert.Empty(Patient.Find("non-finite", net));
        Patient.Set(net, key, (i, old) => i == 2 ? value : old);
        var finding = Assert.Single(Patient.Find("non-finite", net));
        Assert.Equal((key[..1], Severity.Error, 1.0), (finding.Layer, finding.Severity, finding.Evidence["values"]));
        Assert.Contains(key, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dead_channels()
    {
        var net = Patient.Trained(Patient.Net());
        Assert.Empty(Patient.Find("dead-channels", net, Trained));
        Patient.Set(net, "1.running_var", static (i, value) => i == 0 ? 5e-5f : value);
        Patient.Set(net, "1.weight", static (i, value) => i is 1 or 2 ? 1e-5f : value);
        Patient.Set(net, "1.bias", static (i, value) => i == 3 ? -9 : value);
        var finding = Assert.Single(Patient.Find("dead-channels", net, Trained));
        Assert.Equal(("1", Severity.Warning, Confidence.Likely), (finding.Layer, finding.Severity, finding.Confidence));
        Assert.Equal((1.0, 2.0, 1.0), (finding.Evidence["constant"], finding.Evidence["gamma_at_0"], finding.Evidence["closed"]));
    }

    [Fact]
    public void Dead_channels_on_data()
    {
        var net = Patient.Trained(Patient.Net());
        Assert.Empty(Patient.Find("dead-channels", net, Patient.OnData()));
        Patient.Set(net, "0.weight", static (i, value) => i / Patient.Features == 6 ? 0 : value);
        var finding = Assert.Single(Patient.Find("dead-channels", net, Patient.OnData()));
        Assert.Equal((1.0, Confidence.Certain), (finding.Evidence["constant"], finding.Confidence));
    }

    [Fact]
    public void Cancellation_by_the_running_statistics()
    {
        var net = Patient.Trained(Patient.Net());
        Assert.Empty(Patient.Find("cancellation", net, Trained));
        Patient.Set(net, "1.running_mean", static (i, value) => i == 4 ? 1e5f : value);
        var finding = Assert.Single(Patient.Find("cancellation", net, Trained));
        Assert.Equal(("1", 4.0, Confidence.Likely), (finding.Layer, finding.Evidence["channel"], finding.Confidence));
    }

    [Fact]
    public void Missing_count()
    {
        var net = Patient.Trained(Patient.Net());
        var (whole, without) = (net.StateDict(), new StateDict());
        foreach (var (key, entry) in whole)
        {
            if (!key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
                without.Add(key, entry);
        }

        Assert.Empty(Patient.Find("missing-count", net, new DoctorOptions { LoadedState = whole }));
        var finding = Assert.Single(Patient.Find("missing-count", net, new DoctorOptions { LoadedState = without }));
        Assert.Equal(("1", Severity.Note), (finding.Layer, finding.Severity));
        Assert.Equal(Severity.Warning,
            Assert.Single(Patient.Find("missing-count", Patient.Net(momentum: null), new DoctorOptions { LoadedState = without })).Severity);
    }

    [Fact]
    public void Stale_average_without_data()
    {
        var options = new DoctorOptions { AveragedWeights = true };
        Assert.Equal(Confidence.Likely, Assert.Single(Patient.Find("stale-average", Patient.Net(), options)).Confidence);
        Assert.Empty(Patient.Find("stale-average", Patient.Net(), options with { StatisticsRecomputed = true }));
    }
}
