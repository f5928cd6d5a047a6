using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>What the doctor says of the statistics of a network that is trained further.</summary>
public class HeldStatisticsTests
{
    static (FineTuning Tuning, DataLoader Loader) Task(double shift)
    {
        using var generator = Generator.UseDefault(new Generator(1));
        Sequential net = new(new Conv2d(1, 4, 3, bias: false), new BatchNorm2d(4), new ReLU(), new Flatten(), new Linear(4 * 36, 2));
        DataLoader Loader(double by) => new(
            new TensorDataset(
                Tensor.Randn([64, 1, 8, 8], new Generator(2)) + by, Tensor.FromInt64([.. Enumerable.Range(0, 64).Select(static i => i % 2L)])),
            16, shuffle: true, generator: new Generator(3));
        PreciseStatistics.Update(net, Loader(0), StatisticsEstimate.Population);
        return (new FineTuning(net), Loader(shift));
    }

    static Finding[] Find(FineTuning tuning, DataLoader loader) =>
        [.. Doctor.Examine(tuning.Network, new DoctorOptions { Tuning = tuning, Batches = loader, MaxBatches = 4 }).Findings
            .Where(static finding => finding.Check == "held-statistics")];

    [Theory]
    [InlineData(0, false)]
    [InlineData(8, true)]
    public void Held_statistics_that_are_far_from_the_data_are_found(double shift, bool found)
    {
        var (tuning, loader) = Task(shift);
        tuning.FreezeBody();
        var findings = Find(tuning, loader);
        Assert.Equal(found, findings.Length == 1);
        if (!found)
            return;
        Assert.Equal("1", findings[0].Layer);
        Assert.Contains("--norms adapting", findings[0].Remedy, StringComparison.Ordinal);
        tuning.Normalize(NormalizationMode.Adapting, loader);
        Assert.Empty(Find(tuning, loader));
    }

    [Fact]
    public void Statistics_that_move_in_a_frozen_body_are_found()
    {
        var (tuning, loader) = Task(0);
        tuning.FreezeBody();
        tuning.Normalize(NormalizationMode.Running);
        var finding = Assert.Single(Find(tuning, loader));
        Assert.Contains("the weights behind them do not follow", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_distance_is_that_of_the_formula()
    {
        var (tuning, loader) = Task(2);
        var norm = (BatchNorm2d)((Sequential)tuning.Network)[1];
        float[] mean = norm.RunningMean!.ToArray(), variance = norm.RunningVar!.ToArray();
        double[] sums = new double[4], squares = new double[4];
        const double count = 64 * 36;
        using (Tensor.NoGrad())
        {
            for (int i = 0; i < 64; i++)
            {
                float[] y = ((Sequential)tuning.Network)[0].Forward(loader.Dataset.Get(i).Inputs[0].Reshape([1, 1, 8, 8])).ToArray();
                for (int k = 0; k < y.Length; k++)
                {
                    sums[k / 36] += y[k] / count;
                    squares[k / 36] += (double)y[k] * y[k] / count;
                }
            }
        }

        double distance = 0, ratio = 0;
        for (int c = 0; c < 4; c++)
        {
            distance += Math.Abs(sums[c] - mean[c]) / Math.Sqrt(variance[c]) / 4;
            ratio += Math.Log((squares[c] - sums[c] * sums[c]) * count / (count - 1) / variance[c]) / 4;
        }

        var measured = Assert.Single(StatisticsDistance.Measure(tuning.Network, loader));
        Assert.Equal("1", measured.Name);
        Assert.Equal(distance, measured.Distance, 1e-4);
        Assert.Equal(Math.Exp(ratio), measured.VarianceRatio, 1e-4);
        Assert.Equal(mean, norm.RunningMean!.ToArray());
    }
}
