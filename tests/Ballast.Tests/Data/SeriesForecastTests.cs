namespace Ballast.Tests.Data;

/// <summary>A network that learns from windows what comes next.</summary>
public class SeriesForecastTests
{
    const int Window = 48, Horizon = 12, Day = 24;

    // A daily wave whose height changes slowly, a slower wave that is no multiple of a day, a second column that runs ahead of it, and noise.
    static Tensor Generated(int rows)
    {
        var random = new Random(7);
        float[] values = new float[rows * 2];
        for (int t = 0; t < rows; t++)
        {
            double Slow(int at) => 6 * Math.Sin(2 * Math.PI * at / 61);
            double noise = random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5;
            values[t * 2] = (float)(200 + 10 * (1 + 0.4 * Math.Sin(t / 150.0)) * Math.Sin(2 * Math.PI * t / Day) + Slow(t) + noise);
            values[t * 2 + 1] = (float)(Slow(t + 6) / 50);
        }

        return Tensor.From(values, [rows, 2]);
    }

    static double Error(Tensor predictions, Tensor targets) => (predictions - targets).Abs().Mean().Item();

    [Fact]
    public void A_convolutional_network_forecasts_better_than_the_last_value_and_the_last_day()
    {
        Generator.Default.ManualSeed(3);
        var whole = new SeriesDataset(Generated(2000), Window, Horizon, targetColumns: [0]);
        var parts = whole.SplitByTime([0.7, 0.15, 0.15], gap: 6, standardize: true);
        var (train, validation, test) = (parts[0], parts[1], parts[2]);
        var net = new Sequential(
            new Conv1d(2, 16, 5, bias: false), new BatchNorm1d(16), new ReLU(), new Conv1d(16, 16, 5, stride: 2, bias: false), new BatchNorm1d(16),
            new ReLU(), new Flatten(), new Linear(16 * 20, Horizon), new Unflatten(1, 1, Horizon));
        new Trainer(net, new Adam(net.Parameters(), 2e-3), new DataLoader(train, 32, shuffle: true), new TrainerOptions
        {
            Epochs = 8,
            Loss = new MSELoss().Forward,
            Metrics = [new MeanAbsoluteError()],
            Validation = new ValidationOptions(validation) { Monitor = "mae" },
        }).Fit();

        // In the series' own units, on its end.
        var unscaled = whole.SplitByTime([0.7, 0.15, 0.15], gap: 6)[2];
        var real = new DataLoader(unscaled, unscaled.Count).Single();
        var predictions = test.Unscale(Prediction.Outputs(net, test)[0]);
        double network = Error(predictions, real.Targets), last = Error(real.Inputs[.., ..1, ^1..], real.Targets),
            season = Error(real.Inputs[.., ..1, (Window - Day)..(Window - Day + Horizon)], real.Targets);
        Assert.InRange(season, 3, 8);
        Assert.InRange(last, 6, 15);
        Assert.True(network < 0.5 * season && network < 0.25 * last, $"network {network:F3}, last day {season:F3}, last value {last:F3}");

        // Beyond the end: what the generator says of the next rows.
        net.Eval();
        var next = test.Unscale(net.Forward(test.Latest()));
        double beyond = Error(next, Generated(2000 + Horizon)[2000.., ..1].Transpose(0, 1).Unsqueeze(0));
        Assert.True(beyond < 0.5 * season, $"beyond the end {beyond:F3}");
    }
}
