namespace Ballast.Tests.Data;

/// <summary>Series divided by time, standardized by what is trained on, and predictions in their own units again.</summary>
public class SeriesSplitTests
{
    static string Refused(Action action) => Assert.Throws<ArgumentException>(action).Message;

    static IEnumerable<int> Starts(SeriesDataset data) => Enumerable.Range(0, data.Count).Select(data.FirstRow);

    static HashSet<int> Rows(SeriesDataset data) =>
        [.. Starts(data).SelectMany(start => Enumerable.Range(start, data.Window + data.Horizon))];

    [Fact]
    public void No_two_parts_have_a_row_in_common_and_each_has_all_windows_of_its_rows()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            int rows = random.Next(200, 500), window = random.Next(1, 12), horizon = random.Next(1, 6);
            int stride = random.Next(1, 4), gap = random.Next(0, 9);
            double[] shares = seed % 2 == 0 ? [0.7, 0.15, 0.15] : [0.5, 0.5];
            var data = new SeriesDataset(SeriesDatasetTests.Values(rows), window, horizon, stride);
            var parts = data.SplitByTime(shares, gap);
            Assert.Equal(shares.Length, parts.Count);

            // By the rule as it is written: boundaries of shares of the rows that windows reach, a gap, whole windows only.
            int reached = (data.Count - 1) * stride + window + horizon;
            double sum = 0;
            for (int k = 0; k < parts.Count; k++)
            {
                int from = (int)Math.Round(sum * reached) + (k > 0 ? gap : 0);
                sum += shares[k];
                int end = k == parts.Count - 1 ? reached : (int)Math.Round(sum * reached);
                Assert.Equal(Starts(data).Where(start => start >= from && start + window + horizon <= end), Starts(parts[k]));
                if (k > 0)
                    Assert.True(Rows(parts[k]).Min() > Rows(parts[k - 1]).Max() + gap);
            }

            Assert.Equal(parts.Sum(part => Rows(part).Count), parts.SelectMany(Rows).Distinct().Count());
        }
    }

    [Fact]
    public void A_part_is_divided_again_and_gaps_are_kept()
    {
        var parts = new SeriesDataset(SeriesDatasetTests.Values(100), 5, 2).SplitByTime([0.7, 0.3], gap: 4);
        Assert.Equal((0, 63, 74, 93), (parts[0].FirstRow(0), parts[0].FirstRow(parts[0].Count - 1), parts[1].FirstRow(0), parts[1].FirstRow(19)));
        Assert.Equal(20, parts[1].Count);
        var again = parts[1].SplitByTime([0.5, 0.5]); // of the 26 rows 74 to 99
        Assert.Equal(Enumerable.Range(74, 7), Starts(again[0]));
        Assert.Equal(Enumerable.Range(87, 7), Starts(again[1]));
    }

    [Fact]
    public void All_parts_have_the_scale_of_the_first()
    {
        var series = SeriesDatasetTests.Series(400, 3, 4) * Tensor.From([1, 20, 0.1f], [3]) + Tensor.Arange(0.0, 400).Unsqueeze(1);
        var data = new SeriesDataset(series, 8, 3, targetColumns: [2, 0]);
        var parts = data.SplitByTime([0.6, 0.2, 0.2], standardize: true);
        var scale = parts[0].Standardization!;
        Assert.All(parts, part => Assert.Same(scale, part.Standardization));

        float[] values = series.ToArray();
        for (int c = 0; c < 3; c++)
        {
            double mean = 0, squares = 0;
            for (int t = 0; t < 240; t++)
                mean += values[t * 3 + c] / 240.0;
            for (int t = 0; t < 240; t++)
                squares += Math.Pow(values[t * 3 + c] - mean, 2) / 240;
            Assert.Equal(mean, scale.Mean[c], 1e-4);
            Assert.Equal(Math.Sqrt(squares), scale.Std[c], 1e-4);
        }

        // The test's rows are far above what was trained on, and stay so: their own mean is not taken.
        var batch = new DataLoader(parts[2], parts[2].Count).Single();
        Assert.True(batch.Targets[.., 1].Mean().Item() > 2);
        for (int i = 0; i < parts[2].Count; i += 9)
        {
            int start = parts[2].FirstRow(i);
            float[] input = parts[2].Get(i).Inputs[0].ToArray();
            for (int c = 0; c < 3; c++)
            {
                for (int t = 0; t < 8; t++)
                    Assert.Equal((values[(start + t) * 3 + c] - scale.Mean[c]) / scale.Std[c], input[c * 8 + t]);
            }
        }

        // Predictions go back to the series' units, with and without a batch, in either order of axes.
        var plain = data.SplitByTime([0.6, 0.2, 0.2])[2];
        Near.Equal(new DataLoader(plain, plain.Count).Single().Targets.ToArray(), parts[2].Unscale(batch.Targets).ToArray(), 1e-6);
        Near.Equal(plain.ReadTargets(3)[0].ToArray(), parts[2].Unscale(parts[2].ReadTargets(3)[0]).ToArray(), 1e-6);
        var turned = new SeriesDataset(series, 8, 3, targetColumns: [2, 0], timeFirst: true).Standardize(scale);
        Near.Equal(data.ReadTargets(7)[0].Transpose(0, 1).ToArray(), turned.Unscale(turned.ReadTargets(7)[0]).ToArray(), 1e-6);
        var untouched = Tensor.Zeros([4, 2, 3]);
        Assert.Same(untouched, plain.Unscale(untouched));
    }

    [Fact]
    public void Statistics_leave_missing_values_out()
    {
        float[] values = [1, 2, float.NaN, 3, 6, 8, 100, 200];
        var parts = new SeriesDataset(values, 1, 1, skipMissing: true).SplitByTime([0.75, 0.25], standardize: true);
        Assert.Equal(4, parts[1].Standardization!.Mean[0]);
        Assert.Equal(Math.Sqrt((9 + 4 + 1 + 4 + 16) / 5.0), parts[1].Standardization!.Std[0], 1e-6);
    }

    [Fact]
    public void The_latest_rows_are_an_input_like_any_other()
    {
        var series = SeriesDatasetTests.Series(50, 2);
        foreach (bool timeFirst in new[] { false, true })
        {
            var train = new SeriesDataset(series, 6, 2, targetColumns: [0], timeFirst: timeFirst).SplitByTime([0.5, 0.5], standardize: true)[0];
            var longer = new SeriesDataset(Tensor.Concat([series, Tensor.Zeros([2, 2])]), 6, 2, timeFirst: timeFirst)
                .Standardize(train.Standardization!);
            Assert.Equal(longer.Get(longer.Count - 1).Inputs[0].ToArray(), train.Latest().ToArray());
            Assert.Equal(train.SampleShape.Batched(1), train.Latest().Shape);
            if (timeFirst)
                Assert.Equal([1, 6, 3], new LSTM(2, 3, batchFirst: true).Forward(train.Latest()).Shape.ToArray());
            Assert.Equal(train.Get(3).Inputs[0].ToArray(), train.Latest(series[..9]).ToArray());
            Assert.Contains("expected 6 rows or more of 2 columns, got [5, 2]", Refused(() => train.Latest(series[..5])));
            Assert.Contains("got [6, 1]", Refused(() => train.Latest(series[..6, ..1])));
        }

        var missing = new SeriesDataset([1, 2, 3, 4, float.NaN, 6], 2, skipMissing: true);
        Assert.Contains("row 4, column 0 is NaN; the last 2 rows are predicted from", Refused(() => missing.Latest()));
    }

    [Fact]
    public void What_cannot_be_divided_or_standardized_is_refused()
    {
        var data = new SeriesDataset(SeriesDatasetTests.Series(100, 2), 10, 5);
        Assert.Contains("sum to 1, got 2 that sum to 0.75", Refused(() => data.SplitByTime([0.5, 0.25])));
        Assert.Contains("shares above 0, got -0.5", Refused(() => data.SplitByTime([1.5, -0.5])));
        Assert.Contains("a gap of 0 rows or more, got -1", Refused(() => data.SplitByTime([0.5, 0.5], -1)));
        Assert.Contains("the part 1, a share of 0.1, has the 10 rows from 80 on, in which no window of 10 + 5 rows lies",
            Refused(() => data.SplitByTime([0.8, 0.1, 0.1])));
        Assert.Contains("the part 1, a share of 0.2, has the 0 rows from 140 on", Refused(() => data.SplitByTime([0.8, 0.2], gap: 60)));
        Assert.Contains("there are no windows", Refused(() => data.Subset().SplitByTime([1])));

        var parts = data.SplitByTime([0.5, 0.5], standardize: true);
        Assert.Contains("standardized already", Refused(() => parts[0].Standardize(parts[0].Standardization!)));
        Assert.Contains("standardized already", Refused(() => parts[0].SplitByTime([1], standardize: true)));
        Assert.Contains("for each of the 2 columns of the series, got 1", Refused(() => data.Standardize(new Standardization([0], [1]))));
        Assert.Contains("expected [N, 2, 5], [N, targets, horizon], got [3, 10]. new Unflatten(1, 2, 5) makes it of [N, 10]",
            Refused(() => data.Unscale(Tensor.Zeros([3, 10]))));

        float[] values = SeriesDatasetTests.Values(100);
        Array.Fill(values, 0.1f, 0, 60);
        var two = Tensor.Stack([Tensor.From(values, [100]), Tensor.Arange(0.0, 100)], 1);
        var unused = new SeriesDataset(two, 4, inputColumns: [1], targetColumns: [1]).SplitByTime([0.5, 0.5], standardize: true)[0];
        Assert.Equal((0, 1, 24.5f), (unused.Standardization!.Mean[0], unused.Standardization.Std[0], unused.Standardization.Mean[1]));
        Assert.Contains("the column 0 of the series is 0.1 in all rows from 0 to 49",
            Refused(() => new SeriesDataset(values, 4).SplitByTime([0.5, 0.5], standardize: true)));
    }
}
