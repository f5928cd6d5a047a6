using Ballast.Lab;

namespace Ballast.Tests;

public sealed class MuonTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static Parameter Random(Shape shape, int seed)
    {
        float[] values = new float[shape.Length];
        new Generator(seed).Normal(values);
        return new Parameter(Tensor.From(values, shape));
    }

    // Gives a parameter a gradient: that of the sum of its products with some values.
    static float[] Push(Parameter parameter, int seed)
    {
        float[] gradient = new float[parameter.Length];
        new Generator(seed).Normal(gradient);
        parameter.ZeroGrad();
        (parameter * Tensor.From(gradient, parameter.Shape)).Sum().Backward();
        return gradient;
    }

    // Jordan's program, line by line, in double.
    static double[,] Orthogonal(double[] values, int rows, int columns, int steps)
    {
        bool tall = rows > columns;
        int m = Math.Min(rows, columns), n = Math.Max(rows, columns);
        double[,] x = new double[m, n];
        double norm = Math.Sqrt(values.Sum(static value => value * value)) + 1e-7;
        for (int i = 0; i < values.Length; i++)
            x[tall ? i % columns : i / columns, tall ? i / columns : i % columns] = values[i] / norm;
        for (int step = 0; step < steps; step++)
        {
            var a = Product(x, x, transposed: true);
            var square = Product(a, a, transposed: false);
            double[,] b = new double[m, m];
            for (int i = 0; i < m; i++)
            {
                for (int k = 0; k < m; k++)
                    b[i, k] = -4.7750 * a[i, k] + 2.0315 * square[i, k];
            }

            var bx = Product(b, x, transposed: false);
            for (int i = 0; i < m; i++)
            {
                for (int k = 0; k < n; k++)
                    x[i, k] = 3.4445 * x[i, k] + bx[i, k];
            }
        }

        double[,] result = new double[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < columns; k++)
                result[i, k] = tall ? x[k, i] : x[i, k];
        }

        return result;
    }

    static double[,] Product(double[,] a, double[,] b, bool transposed)
    {
        int m = a.GetLength(0), inner = a.GetLength(1), n = b.GetLength(transposed ? 0 : 1);
        double[,] c = new double[m, n];
        for (int i = 0; i < m; i++)
        {
            for (int k = 0; k < n; k++)
            {
                for (int p = 0; p < inner; p++)
                    c[i, k] += a[i, p] * (transposed ? b[k, p] : b[p, k]);
            }
        }

        return c;
    }

    public static TheoryData<int[], bool, float> Cases => new()
    {
        { [5, 9], true, 0 }, { [9, 5], true, 0.1f }, { [7, 7], false, 0 }, { [1, 6], true, 0 }, { [6, 1], true, 0 }, { [4, 3, 3, 3], true, 0.05f },
        { [40, 2, 3, 3], false, 0 }, { [33, 130], true, 0 },
    };

    // Sums in float32, and the iteration takes small singular values 485 times as large: a ten-thousandth of the step.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Steps_follow_the_formula_in_double(int[] sizes, bool nesterov, float decay)
    {
        Shape shape = new(sizes);
        var w = Random(shape, 1);
        double[] weight = [.. w.ToArray().Select(static value => (double)value)], momentum = new double[w.Length];
        int rows = shape[0], columns = shape.Length / rows;
        const double rate = 0.1, kept = 0.9;
        var optimizer = new Muon([w], rate, kept, nesterov, decay, goesByMuon: static _ => true);
        for (int step = 0; step < 4; step++)
        {
            float[] g = Push(w, 10 + step);
            optimizer.Step();
            double[] update = new double[w.Length];
            for (int i = 0; i < update.Length; i++)
            {
                momentum[i] = kept * momentum[i] + (1 - kept) * g[i];
                update[i] = nesterov ? (1 - kept) * g[i] + kept * momentum[i] : momentum[i];
            }

            var orthogonal = Orthogonal(update, rows, columns, 5);
            double scale = rate * Math.Sqrt(Math.Max(1, (double)rows / columns));
            for (int i = 0; i < weight.Length; i++)
                weight[i] = (1 - rate * decay) * weight[i] - scale * orthogonal[i / columns, i % columns];
        }

        float[] found = w.ToArray();
        for (int i = 0; i < found.Length; i++)
            Assert.Equal(weight[i], found[i], 1e-4 * 4 * rate * Math.Sqrt(Math.Max(1, (double)rows / columns)));
    }

    [Theory]
    [InlineData(16, 48)]
    [InlineData(48, 16)]
    [InlineData(20, 20)]
    public void A_steps_singular_values_are_near_1_whatever_the_gradients_are(int rows, int columns)
    {
        // Of very different sizes: 1, 1/2, 1/4, ... along rows or columns.
        float[] values = Random([rows, columns], 3).ToArray();
        for (int i = 0; i < values.Length; i++)
            values[i] *= MathF.Pow(2, -(rows < columns ? i / columns : i % columns) / 3);
        var step = NewtonSchulz.Run(Tensor.From(values, [rows, columns]), 5);
        var gram = rows < columns ? step.MatMul(step.Transpose()) : step.Transpose().MatMul(step);
        int side = Math.Min(rows, columns);
        // The trace is the sum of the squares of the singular values, the square's trace that of their fourth powers.
        double trace = 0, fourth = 0;
        var g = gram.ToArray();
        for (int i = 0; i < side; i++)
            trace += g[i * (side + 1)];
        foreach (float value in g)
            fourth += (double)value * value;
        Assert.InRange(trace / side, 0.5, 1.3);
        Assert.InRange(fourth / side, 0.3, 1.5);
    }

    [Fact]
    public void All_but_hidden_matrices_go_by_AdamW_to_the_bit()
    {
        Parameter[] Make() => [Random([6, 4], 1), Random([6], 2), Random([3, 6], 3), Random([3], 4)];
        var (own, other) = (Make(), Make());
        var muon = new Muon(own, learningRate: 0.02, weightDecay: 0.1, adamLearningRate: 0.003);
        Assert.Equal([true, false, false, false], own.Select(muon.GoesByMuon));
        var adam = new AdamW(other[1..], 0.003, 0.9, 0.95, 1e-10, 0.1);
        for (int step = 0; step < 3; step++)
        {
            for (int i = 0; i < 4; i++)
            {
                Push(own[i], 100 * step + i);
                Push(other[i], 100 * step + i);
            }

            muon.Step();
            adam.Step();
        }

        for (int i = 1; i < 4; i++)
            Assert.Equal(other[i].ToArray(), own[i].ToArray());
        Assert.NotEqual(other[0].ToArray(), own[0].ToArray());
    }

    [Fact]
    public void A_groups_own_settings_hold_for_both_and_a_schedule_changes_both()
    {
        Parameter[] Make() => [Random([6, 4], 1), Random([5], 2)];
        float[] Run(Parameter[] all, Func<Parameter[], Optimizer> make, double factor)
        {
            var optimizer = make(all);
            foreach (var parameter in all)
                Push(parameter, 7);
            optimizer.LearningRate *= factor;
            foreach (var group in optimizer.Groups)
                group.LearningRate *= factor;
            optimizer.Step();
            return [.. all.SelectMany(static parameter => parameter.ToArray())];
        }

        float[] whole = Run(Make(), static all => new Muon(all, 0.01, goesByMuon: static p => p.Shape.Rank > 1, adamLearningRate: 0.004), 1);
        Assert.Equal(whole, Run(Make(), static all => new Muon([new ParameterGroup(all) { LearningRate = 0.01f }], 0.02, goesByMuon: static p => p.Shape.Rank > 1, adamLearningRate: 0.008), 1));
        Assert.Equal(whole, Run(Make(), static all => new Muon(all, 0.02, goesByMuon: static p => p.Shape.Rank > 1, adamLearningRate: 0.008), 0.5));
    }

    [Fact]
    public void Climbing_is_descending_the_negative_of_matrices_and_of_the_rest()
    {
        float[] Run(bool maximize)
        {
            Parameter[] all = [Random([6, 4], 1), Random([4, 3], 2), Random([5], 3)];
            var muon = new Muon(all, 0.02, weightDecay: 0.1, maximize: maximize);
            for (int step = 0; step < 3; step++)
            {
                muon.ZeroGrad();
                var sum = (all[0].MatMul(all[1]).Square().Sum() + all[2].Square().Sum()) * (maximize ? -1 : 1);
                sum.Backward();
                muon.Step();
            }

            return [.. all.SelectMany(static parameter => parameter.ToArray())];
        }

        Assert.Equal(Run(false), Run(true));
    }

    [Fact]
    public void A_gradient_that_is_kept_as_two_factors_gives_the_step_of_its_values()
    {
        using var generator = Generator.UseDefault(new Generator(1));
        Sequential Make() => new(new Linear(300, 64, generator: new Generator(1)), new ReLU(), new Linear(64, 4, generator: new Generator(2)));
        var (net, same) = (Make(), Make());
        var input = Random([10, 300], 5).Detach();
        var targets = Tensor.FromInt64(0, 1, 2, 3, 0, 1, 2, 3, 0, 1);
        foreach (var each in (Sequential[])[net, same])
            new CrossEntropyLoss().Forward(each.Forward(input), targets).Backward();
        _ = same.Parameters().First().Grad!.ToArray();
        new Muon(net.Parameters(), 0.02).Step();
        new Muon(same.Parameters(), 0.02).Step();
        Assert.Equal(same.Parameters().First().ToArray(), net.Parameters().First().ToArray());
    }

    [Fact]
    public void A_run_by_it_goes_on_to_the_same_bits()
    {
        var settings = SampleRun.Settings with
        {
            Layers = "conv:4,3 batchnorm relu globalavgpool flatten linear:8 relu linear:10",
            Optimizer = OptimizerKind.Muon,
            LearningRate = 0.02f,
            CheckpointEvery = 4,
        };
        var whole = SampleRun.Folder(folder.File("whole"), settings);
        SampleRun.Start(whole);
        using var stop = new CancellationTokenSource();
        var run = SampleRun.Folder(folder.File("run"), settings);
        Assert.False(SampleRun.Start(run, new SampleRun.Listener { OnLine = _ => stop.Cancel() }, stop.Token).Completed);
        SampleRun.Resume(RunFolder.Open(run.Path));
        Assert.Equal(File.ReadAllBytes(whole.WeightsPath), File.ReadAllBytes(run.WeightsPath));
        var losses = RunHistory.Read(whole).Epochs;
        Assert.True(losses[^1].Loss < losses[0].Loss);
        var kept = Checkpoint.Load(whole.CheckpointPath).Optimizer;
        Assert.Equal(["momentum_buffer", "step"], kept.Keys.Where(static key => key.StartsWith("0.", StringComparison.Ordinal)).Select(static key => key[2..]).Order(StringComparer.Ordinal));
        Assert.Equal(["exp_avg", "exp_avg_sq", "step"], kept.Keys.Where(static key => key.StartsWith("1.", StringComparison.Ordinal)).Select(static key => key[2..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        var (matrix, vector) = (Random([2, 3], 1), Random([3], 2));
        Assert.Equal("Muon: a parameter [3] is no matrix, and cannot be orthogonalized. Leave it to AdamW: goesByMuon: p => p.Shape.Rank > 1.",
            Assert.Throws<ArgumentException>(() => new Muon([matrix, vector], goesByMuon: static _ => true)).Message);
        Assert.Equal("Muon: expected momentum from 0 up to, not including, 1, got 1.", Assert.Throws<ArgumentException>(() => new Muon([matrix], momentum: 1)).Message);
        Assert.Equal("Muon: expected 1 to 100 iterations of Newton-Schulz, got 0.", Assert.Throws<ArgumentException>(() => new Muon([matrix], iterations: 0)).Message);
        Assert.Equal("Muon: expected a learning rate above 0, which AdamW's is a multiple of, got 0.",
            Assert.Throws<ArgumentException>(() => new Muon([matrix], 0)).Message);
        Assert.Equal("Muon: expected a learning rate of AdamW of 0 or more, got -1.",
            Assert.Throws<ArgumentException>(() => new Muon([matrix], adamLearningRate: -1)).Message);
        // One layer alone is the output layer: nothing is left to Muon.
        Assert.False(new Muon([matrix, vector]).GoesByMuon(matrix));
    }
}
