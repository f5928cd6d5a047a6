namespace Ballast.Tests.Nn;

/// <summary>Batch renormalization against algorithm 1 of the paper in double.</summary>
public sealed class BatchRenormTests
{
    const int Channels = 19; // some that go several at a time, and some that are left
    const double Eps = 1e-3;

    static (double Mean, double Deviation) Statistics(double[] x, int l, int c)
    {
        double[] own = [.. x.Where((_, i) => i / l % Channels == c)];
        double mean = own.Average();
        return (mean, Math.Sqrt(own.Average(value => (value - mean) * (value - mean)) + Eps));
    }

    static double[] Doubles(Tensor x) => Array.ConvertAll(x.ToArray(), static value => (double)value);

    // rmax 1.4 clips some channels and leaves others; d is clipped by 0.3.
    [Theory]
    [InlineData(6, 1, 1.4, 0.3)]
    [InlineData(4, 5, 1.4, 0.3)]
    [InlineData(5, 3, 1, 0)]
    [InlineData(5, 3, 100, 100)]
    public void It_is_the_papers_algorithm(int n, int l, double rMax, double dMax)
    {
        var layer = new BatchRenorm(Channels, schedule: RenormSchedule.Constant(rMax, dMax));
        var x = Draw.Weights(l == 1 ? [n, Channels] : [n, Channels, l], 1);
        layer.Weight!.CopyFrom(Draw.Floats(Channels, 2));
        layer.Bias!.CopyFrom(Draw.Floats(Channels, 3));
        var state = layer.StateDict();
        state["running_mean"].Tensor.Mutate()[0] = 1.5f;
        state["running_std"].Tensor.Mutate()[1] = 2.5f;
        layer.LoadStateDict(state);
        double[] means = Doubles(layer.RunningMean!), deviations = Doubles(layer.RunningStd), values = Doubles(x);
        double[] r = new double[Channels], d = new double[Channels];
        for (int c = 0; c < Channels; c++)
        {
            var (mean, deviation) = Statistics(values, l, c);
            r[c] = Math.Min(rMax, Math.Max(1 / rMax, deviation / deviations[c]));
            d[c] = Math.Min(dMax, Math.Max(-dMax, (mean - means[c]) / deviations[c]));
        }

        GradientCheck.Run([x, layer.Weight, layer.Bias], () => layer.Forward(x), v =>
        {
            double[] y = new double[v[0].Length];
            for (int i = 0; i < y.Length; i++)
            {
                int c = i / l % Channels;
                var (mean, deviation) = Statistics(v[0], l, c);
                y[i] = ((v[0][i] - mean) / deviation * r[c] + d[c]) * v[1][c] + v[2][c];
            }

            return y;
        });

        for (int c = 0; c < Channels; c++)
        {
            var (mean, deviation) = Statistics(values, l, c);
            Near.Equal([means[c] + 0.01 * (mean - means[c])], layer.RunningMean!.AsSpan().Slice(c, 1), 1e-6);
            Near.Equal([deviations[c] + 0.01 * (deviation - deviations[c])], layer.RunningStd.AsSpan().Slice(c, 1), 1e-6);
        }

        Assert.Equal(1, layer.NumBatchesTracked);
    }

    [Fact]
    public void Without_room_to_correct_it_is_batch_normalization()
    {
        var renorm = new BatchRenorm(16, eps: 1e-5); // the paper's schedule: rmax 1 and dmax 0 at first
        var a = GhostBatchNormTests.Network(renorm, "relu conv");
        var b = GhostBatchNormTests.Network(new BatchNorm2d(16), "relu conv");
        var (x1, x2) = (Draw.Weights([4, 3, 8, 8], 3), Draw.Weights([4, 3, 8, 8], 3));
        var (y1, y2) = (a.Forward(x1), b.Forward(x2));
        Assert.Equal(Draw.Bits(y2.AsSpan()), Draw.Bits(y1.AsSpan()));
        var cotangent = Draw.Data(y1.Shape, 8);
        y1.Backward(cotangent);
        y2.Backward(cotangent);
        Assert.Equal(Draw.Bits(x2.Grad!.AsSpan()), Draw.Bits(x1.Grad!.AsSpan()));
        foreach (var (p, q) in a.Parameters().Zip(b.Parameters()))
            Near.Equal(q.Grad!.AsSpan(), p.Grad!.AsSpan(), 1e-6);
    }

    [Fact]
    public void With_all_room_training_computes_what_evaluation_does()
    {
        var layer = new BatchRenorm(Channels, schedule: RenormSchedule.Constant(1e6, 1e6), momentum: 0);
        var state = layer.StateDict();
        Draw.Floats(3, 5, 0.5f, 2).CopyTo(state["running_std"].Tensor.Mutate());
        Draw.Floats(3, 6).CopyTo(state["running_mean"].Tensor.Mutate());
        layer.LoadStateDict(state);
        var x = Draw.Data([5, Channels, 7], 1);
        float[] trained = layer.Forward(x).ToArray();
        layer.Eval();
        Near.Equal(layer.Forward(x).ToArray(), trained, 1e-6);
    }

    [Fact]
    public void Evaluation_divides_by_the_running_deviation_and_changes_nothing()
    {
        var layer = new BatchRenorm(Channels);
        layer.Forward(Draw.Data([6, Channels], 1));
        layer.Eval();
        var before = Draw.Bits(layer.StateDict());
        var x = Draw.Weights([1, Channels], 2);
        double[] means = Doubles(layer.RunningMean!), deviations = Doubles(layer.RunningStd);
        GradientCheck.Run([x, layer.Weight!, layer.Bias!], () => layer.Forward(x),
            v => [.. v[0].Select((value, c) => (value - means[c]) / deviations[c] * v[1][c] + v[2][c])]);
        Assert.Equal(before, Draw.Bits(layer.StateDict()));
    }

    [Fact]
    public void The_schedule_is_the_papers()
    {
        var schedule = new RenormSchedule();
        Assert.Equal((1, 0), schedule.At(0));
        Assert.Equal((1, 0), schedule.At(5000));
        Assert.Equal(2, schedule.At(22_500).RMax, 12);
        Assert.Equal(2.5, schedule.At(15_000).DMax, 12);
        Assert.Equal(5, schedule.At(25_000).DMax, 12);
        Assert.Equal((3, 5), schedule.At(40_000));
        Assert.Equal((3, 5), schedule.At(long.MaxValue));
        Assert.Equal((2, 1), RenormSchedule.Constant(2, 1).At(0));
    }

    [Fact]
    public void The_schedules_position_is_in_the_state()
    {
        RenormSchedule schedule = new() { Start = 0, RMaxReached = 4, DMaxReached = 4, RMax = 10, DMax = 10 };
        var layer = new BatchRenorm(Channels, momentum: 0, schedule: schedule);
        var x = Draw.Data([5, Channels], 1);
        float[] first = layer.Forward(x).ToArray(), second = layer.Forward(x).ToArray();
        Assert.NotEqual(first, second);
        var other = new BatchRenorm(Channels, momentum: 0, schedule: schedule);
        other.LoadStateDict(layer.StateDict());
        Assert.Equal(layer.Forward(x).ToArray(), other.Forward(x).ToArray());
        Assert.Equal(["weight", "bias", "running_mean", "running_std", "num_batches_tracked"], layer.StateDict().Keys);
    }

    [Fact]
    public void A_batch_that_is_not_finite_moves_nothing()
    {
        var layer = new BatchRenorm(1);
        layer.Forward(Tensor.From([1, float.NaN, 3], [3, 1]));
        Assert.Equal((0, 1), (layer.NumBatchesTracked, layer.UntrackedBatches));
        Assert.Equal((0, 1), (layer.RunningMean!.Item(), layer.RunningStd.Item()));
    }

    [Fact]
    public void What_cannot_work_is_refused()
    {
        Assert.Contains("BatchRenorm(3): expected more than 1 value per channel when training, got input [1, 3].",
            Assert.Throws<ArgumentException>(() => new BatchRenorm(3).Forward(Tensor.Zeros([1, 3]))).Message, StringComparison.Ordinal);
        Assert.Contains("got [4, 5]. The layer before it must produce 3 features.",
            Assert.Throws<ArgumentException>(() => new BatchRenorm(3).Forward(Tensor.Zeros([4, 5]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new BatchRenorm(0));
        Assert.Throws<ArgumentException>(() => new BatchRenorm(3, eps: -1));
        Assert.Throws<ArgumentException>(() => new BatchRenorm(3, momentum: 1.5));
        foreach (var wrong in new RenormSchedule[] { new() { RMax = 0.5 }, new() { DMax = -1 }, new() { Start = -1 }, new() { Start = 50_000 } })
            Assert.StartsWith("RenormSchedule: expected", Assert.Throws<ArgumentException>(() => new BatchRenorm(3, schedule: wrong)).Message, StringComparison.Ordinal);
    }
}
