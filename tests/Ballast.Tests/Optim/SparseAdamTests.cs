namespace Ballast.Tests;

/// <summary>SparseAdam against PyTorch's over a table with sparse gradients, sparse-adam.json, and what it leaves alone.</summary>
public class SparseAdamTests
{
    const int Rows = 9, Width = 3;

    [Fact]
    public void Every_step_is_PyTorchs()
    {
        int met = 0;
        foreach (var recorded in Golden.Load("sparse-adam.json").GetProperty("cases").EnumerateArray())
        {
            var table = Embedding.FromPretrained(Tensor.From(recorded.GetProperty("begun").Floats(), [Rows, Width]), freeze: false, paddingIdx: 2);
            var betas = recorded.GetProperty("betas");
            var optimizer = new SparseAdam(
                table.Parameters(), recorded.GetProperty("lr").GetDouble(), betas[0].GetDouble(), betas[1].GetDouble(),
                recorded.GetProperty("eps").GetDouble());
            foreach (var step in recorded.GetProperty("steps").EnumerateArray())
            {
                optimizer.ZeroGrad();
                var index = Tensor.FromInt64(step.GetProperty("index").Longs(), [4]);
                (table.Forward(index) * Tensor.From(step.GetProperty("factors").Floats(), [4, Width])).Sum().Backward();
                optimizer.Step();
                Near.Equal(step.GetProperty("weight").Floats(), table.Weight.AsSpan(), 1e-6, $"case {met}, table");
            }

            var state = optimizer.StateDict();
            foreach (string name in new[] { "exp_avg", "exp_avg_sq" })
                Near.Equal(recorded.GetProperty(name).Floats(), state[$"0.{name}"].Tensor!.AsSpan(), 1e-6, $"case {met}, {name}");
            met++;
        }

        Assert.Equal(3, met);
    }

    [Fact]
    public void Rows_without_a_gradient_keep_their_bits_where_Adam_moves_them()
    {
        static int[] Rest(Func<Parameter, Optimizer> make)
        {
            var weight = new Parameter(Draw.Data([3, 4], 1));
            var optimizer = make(weight);
            int[] before = [];
            foreach (long row in new long[] { 0, 1 })
            {
                optimizer.ZeroGrad();
                weight.IndexSelect(0, Tensor.FromInt64([row])).Sum().Backward();
                before = Draw.Bits(weight.AsSpan());
                optimizer.Step();
            }

            int[] after = Draw.Bits(weight.AsSpan());
            return [.. Enumerable.Range(0, 12).Where(i => before[i] != after[i]).Select(static i => i / 4).Distinct()];
        }

        Assert.Equal([1], Rest(static weight => new SparseAdam([weight], 0.1)));
        Assert.Equal([0, 1], Rest(static weight => new Adam([weight], 0.1)));
        var up = new Parameter(Tensor.Zeros([2, 2]));
        up.Sum().Backward();
        new SparseAdam([up], 0.1, maximize: true).Step();
        Assert.All(up.AsSpan().ToArray(), static value => Assert.Equal(0.1f, value, 1e-5f));
    }

    [Fact]
    public void A_weight_decay_is_refused()
    {
        var weight = new Parameter(Tensor.Ones([2, 2]));
        var optimizer = new SparseAdam([new ParameterGroup([weight]) { WeightDecay = 0.1f }]);
        weight.Sum().Backward();
        Assert.Contains("there is no weight decay, got 0.1", Assert.Throws<ArgumentException>(optimizer.Step).Message, StringComparison.Ordinal);
    }
}
