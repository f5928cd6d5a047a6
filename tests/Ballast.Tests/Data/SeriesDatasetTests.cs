namespace Ballast.Tests.Data;

/// <summary>Windows over a series: what is in them, missing values, and refusals.</summary>
public class SeriesDatasetTests
{
    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Golden.Load("series.json").GetProperty("cases").GetArrayLength())];

    internal static float[] Values(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble() * 10 - 3)];
    }

    internal static Tensor Series(int rows, int columns, int seed = 1) => Tensor.From(Values(rows * columns, seed), [rows, columns]);

    static string Refused(Func<object> action) => Assert.Throws<ArgumentException>(action).Message;

    static string Refused(Action action) => Assert.Throws<ArgumentException>(action).Message;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Windows_are_PyTorchs_unfold(int number)
    {
        var golden = Golden.Load("series.json").GetProperty("cases")[number];
        int Of(string name) => golden.GetProperty(name).GetInt32();
        var series = Tensor.From(golden.GetProperty("series").Floats(), [Of("rows"), Of("columns")]);
        int[] targets = golden.GetProperty("targets").Ints();
        var data = new SeriesDataset(series, Of("window"), Of("horizon"), Of("stride"), targets);
        Assert.Equal(Of("count"), data.Count);
        Assert.Equal(new Shape(Of("columns"), Of("window")), data.SampleShape);
        Assert.Equal(new Shape(targets.Length, Of("horizon")), data.TargetShape);

        var all = new DataLoader(data, data.Count).Single();
        Assert.Equal($"[{data.Count}, {Of("columns")}, {Of("window")}]", all.Inputs.Shape.ToString());
        Assert.Equal(golden.GetProperty("inputs").Floats(), all.Inputs.ToArray());
        Assert.Equal($"[{data.Count}, {targets.Length}, {Of("horizon")}]", all.Targets.Shape.ToString());
        Assert.Equal(golden.GetProperty("outputs").Floats(), all.Targets.ToArray());

        // Time first: the same with its axes changed.
        var turned = new SeriesDataset(series, Of("window"), Of("horizon"), Of("stride"), targets, timeFirst: true);
        var other = new DataLoader(turned, data.Count).Single();
        Assert.Equal(new DataLoader(data, data.Count).Single().Inputs.Transpose(1, 2).ToArray(), other.Inputs.ToArray());
        Assert.Equal(new DataLoader(data, data.Count).Single().Targets.Transpose(1, 2).ToArray(), other.Targets.ToArray());
        Assert.Equal(other.Targets.Shape, turned.TargetShape.Batched(data.Count));

        // Our own unfold agrees, and one sample is a row of the batch.
        Assert.Equal(series[..^data.Horizon].Unfold(0, data.Window, Of("stride")).ToArray(), golden.GetProperty("inputs").Floats());
        var sample = data.Get(data.Count - 1);
        Assert.Equal(golden.GetProperty("inputs").Floats()[^data.SampleShape.Length..], sample.Inputs[0].ToArray());
        Assert.Equal(golden.GetProperty("outputs").Floats()[^data.TargetShape.Length..], sample.Targets[0].ToArray());

        // At a stride of 1 the windows reach every row.
        if (Of("stride") == 1)
        {
            var scale = Standardization.Of(data);
            Near.Equal(golden.GetProperty("mean").Floats(), [.. scale.Mean], 1e-6);
            Near.Equal(golden.GetProperty("std").Floats(), [.. scale.Std], 1e-6);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_loader_gives_what_plain_loops_give(int prefetch)
    {
        const int Rows = 57, Columns = 3, Window = 6, Horizon = 4, Stride = 3;
        float[] values = Values(Rows * Columns);
        int[] inputs = [2, 0], targets = [1];
        foreach (bool timeFirst in new[] { false, true })
        {
            var data = new SeriesDataset(Tensor.From(values, [Rows, Columns]), Window, Horizon, Stride, targets, inputs, timeFirst);
            List<float> x = [], y = [];
            foreach (var batch in new DataLoader(data, 5, prefetch: prefetch))
            {
                x.AddRange(batch.Inputs.ToArray());
                y.AddRange(batch.Targets.ToArray());
            }

            List<float> expectedX = [], expectedY = [];
            int count = 0;
            for (int start = 0; start + Window + Horizon <= Rows; start += Stride, count++)
            {
                Assert.Equal(start, data.FirstRow(count));
                for (int a = 0; a < data.SampleShape[0]; a++)
                {
                    for (int b = 0; b < data.SampleShape[1]; b++)
                        expectedX.Add(values[(start + (timeFirst ? a : b)) * Columns + inputs[timeFirst ? b : a]]);
                }

                for (int t = 0; t < Horizon; t++)
                    expectedY.Add(values[(start + Window + t) * Columns + 1]);
            }

            Assert.Equal(count, data.Count);
            Assert.Equal(expectedX, x);
            Assert.Equal(expectedY, y);
        }
    }

    [Fact]
    public void A_series_of_one_column_is_an_array_or_a_tensor_and_is_copied()
    {
        float[] values = Values(12);
        var (array, tensor) = (new SeriesDataset(values, 4, 2), new SeriesDataset(Tensor.From(values, [12]), 4, 2));
        float[] before = [.. values];
        Array.Fill(values, -1);
        Assert.Equal((7, new Shape(1, 4), new Shape(1, 2)), (array.Count, array.SampleShape, array.TargetShape));
        for (int i = 0; i < 7; i++)
        {
            Assert.Equal(before[i..(i + 4)], array.Get(i).Inputs[0].ToArray());
            Assert.Equal(before[(i + 4)..(i + 6)], tensor.ReadTargets(i)[0].ToArray());
        }

        var chosen = array.Subset(5, 0, 5);
        Assert.Equal([5, 0, 5], Enumerable.Range(0, 3).Select(chosen.FirstRow));
        Assert.Equal(before[5..9], chosen.Get(2).Inputs[0].ToArray());
    }

    [Fact]
    public void Windows_with_a_missing_value_are_refused_or_left_out()
    {
        float[] values = Values(60);
        (values[2 * 10 + 1], values[2 * 22]) = (float.NaN, float.NaN); // row 10, column 1; row 22, column 0
        var series = Tensor.From(values, [30, 2]);
        string message = Refused(() => new SeriesDataset(series, 4, 2));
        Assert.Contains("row 10, column 1 is missing (NaN), as are 2 of 60 values in all.", message);
        Assert.Contains("skipMissing: true", message);

        // Every input has both columns, the target has column 0 alone.
        var data = new SeriesDataset(series, 4, 2, targetColumns: [0], skipMissing: true);
        int[] expected = [.. Enumerable.Range(0, 25).Where(start => !(start <= 10 && 10 < start + 4) && !(start <= 22 && 22 < start + 6))];
        Assert.Equal(expected, Enumerable.Range(0, data.Count).Select(data.FirstRow));
        Assert.Equal(25 - expected.Length, data.SkippedWindows);
        Assert.All(new DataLoader(data, 4), static batch =>
            Assert.DoesNotContain(batch.Inputs.ToArray().Concat(batch.Targets.ToArray()), float.IsNaN));

        // What no input and no target takes may be missing.
        values[2 * 22] = 0;
        Assert.Equal(25, new SeriesDataset(Tensor.From(values, [30, 2]), 4, 2, targetColumns: [0], inputColumns: [0]).Count);
        values[2 * 22] = float.NaN;
        Assert.Equal(25 - 6, new SeriesDataset(series, 4, 2, targetColumns: [0], inputColumns: [0], skipMissing: true).Count);
        Assert.Contains("each of the 20 windows of 8 + 3 rows has a missing value",
            Refused(() => new SeriesDataset([.. Enumerable.Range(0, 30).Select(static i => i % 8 == 0 ? float.NaN : i)], 8, 3, skipMissing: true)));
        values[7] = float.NegativeInfinity;
        Assert.Contains("row 3, column 1 is -Infinity. Expected finite numbers",
            Refused(() => new SeriesDataset(Tensor.From(values, [30, 2]), 4, 2, skipMissing: true)));
    }

    [Fact]
    public void What_makes_no_windows_is_refused()
    {
        var series = Series(20, 3);
        foreach (var (window, horizon, stride) in new[] { (0, 1, 1), (4, 0, 1), (4, 1, 0), (-4, 1, 1) })
        {
            Assert.Contains($"of 1 or more, got {window}, {horizon} and {stride}",
                Refused(() => new SeriesDataset(series, window, horizon, stride)));
        }

        Assert.Contains("a window of 18 rows and a horizon of 3 need 21 rows, the series has 20", Refused(() => new SeriesDataset(series, 18, 3)));
        Assert.Contains("need 4294967294 rows", Refused(() => new SeriesDataset(series, int.MaxValue, int.MaxValue)));
        Assert.Equal(1, new SeriesDataset(series, 17, 3).Count);
        Assert.Contains("no target column 3; the series has 3", Refused(() => new SeriesDataset(series, 4, targetColumns: [0, 3])));
        Assert.Contains("no input column -1", Refused(() => new SeriesDataset(series, 4, inputColumns: [-1])));
        Assert.Contains("the target column 1 is named twice", Refused(() => new SeriesDataset(series, 4, targetColumns: [1, 1])));
        Assert.Contains("there is no input column. Name one", Refused(() => new SeriesDataset(series, 4, inputColumns: [])));
        Assert.Contains("got float32 [2, 3, 4]", Refused(() => new SeriesDataset(Tensor.Zeros([2, 3, 4]), 1)));
        Assert.Contains("got int64 [5]", Refused(() => new SeriesDataset(Tensor.FromInt64(1, 2, 3, 4, 5), 1)));
        Assert.Contains("0 rows of 1 columns", Refused(() => new SeriesDataset(Array.Empty<float>(), 1)));
        Assert.Throws<ArgumentNullException>(static () => new SeriesDataset((Tensor)null!, 1));
        Assert.Throws<ArgumentNullException>(static () => new SeriesDataset((float[])null!, 1));

        var data = new SeriesDataset(series, 4, 2);
        Assert.Contains("there is no sample 15; there are 15", Refused(() => data.Read(15, new float[12])));
        Assert.Contains("there is no sample -1", Refused(() => data.FirstRow(-1)));
        Assert.Contains("has 12 values, got room for 11", Refused(() => data.Read(0, new float[11])));
        Assert.Contains("there is no sample 15", Refused(() => data.Subset(0, 15)));
        Assert.Contains("the samples have no classes, their targets are target float32 [3, 2]", Refused(() => data.Label(0)));
    }
}
