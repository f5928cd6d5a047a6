using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Adapting by entropy: the loss against its formula, the steps against PyTorch's (adaptation.json), what is put back.
/// </summary>
public class TentTests
{
    static readonly JsonElement Recorded = Golden.Load("adaptation.json");

    static double Entropy(IEnumerable<double> logits)
    {
        double[] x = [.. logits];
        double max = x.Max(), sum = x.Sum(value => Math.Exp(value - max));
        return -x.Sum(value => Math.Exp(value - max) / sum * (value - max - Math.Log(sum)));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(5, 3)]
    [InlineData(7, 10)]
    [InlineData(3, 33)]
    [InlineData(2, 1)]
    public void The_gradients_of_an_entropy(int n, int c)
    {
        foreach (var reduction in Enum.GetValues<Reduction>())
        {
            var x = Draw.Weights([n, c], 3);
            GradientCheck.Run([x], () => new EntropyLoss(reduction).Forward(x), v =>
            {
                double[] rows = [.. v[0].Chunk(c).Select(Entropy)];
                return reduction switch { Reduction.Mean or Reduction.BatchMean => [rows.Average()], Reduction.Sum => [rows.Sum()], _ => rows };
            });
        }
    }

    [Fact]
    public void Large_logits_have_an_entropy_and_a_gradient_too()
    {
        var x = new Parameter(Tensor.From([1e4f, -1e4f, 0, 1e4f, 1e4f, -1e4f, 1e4f, 1e4f - 1, 1e4f - 2], [3, 3]));
        var entropies = new EntropyLoss(Reduction.None).Forward(x);
        Near.Equal([0, Math.Log(2), Entropy([0, -1, -2])], entropies.AsSpan(), 1e-6);
        entropies.Backward(Tensor.Ones([3]));
        Assert.All(x.Grad!.ToArray(), static slope => Assert.True(float.IsFinite(slope)));
        Assert.Equal("EntropyLoss: expected logits [N, C], got [3]. The last layer must give one value for each class.",
            Assert.Throws<ArgumentException>(static () => new EntropyLoss().Forward(Tensor.Zeros([3]))).Message);
    }

    [Fact]
    public void Each_step_is_PyTorchs()
    {
        var network = PreciseStatisticsTests.Network();
        using var tent = new Tent(network, static parameters => new SGD(
            parameters, Recorded.GetProperty("learning_rate").GetSingle(), Recorded.GetProperty("momentum").GetSingle()));
        Assert.Equal(4, tent.Adapted.Count);
        using var batches = PreciseStatisticsTests.Loader().GetEnumerator();
        foreach (var step in Recorded.GetProperty("steps").EnumerateArray())
        {
            Assert.True(batches.MoveNext());
            var logits = tent.Forward(batches.Current.Inputs);
            // The golden's values are float64 ones: some roundings of 6e-8 are ours, which steps of a tenth hand on.
            Near.Equal(step.GetProperty("logits").Floats(), logits.AsSpan(), 5e-6, "logits");
            Assert.Equal(step.GetProperty("entropy").GetDouble(), logits.ToArray().Chunk(3)
                .Average(static row => Entropy(row.Select(static value => (double)value))), 1e-5);
            var adapted = step.GetProperty("adapted").EnumerateArray().ToArray();
            for (int i = 0; i < adapted.Length; i++)
                Near.Equal(adapted[i].Floats(), tent.Adapted[i].AsSpan(), 5e-6, $"parameter {i}");
        }
    }

    [Fact]
    public void The_network_is_handed_back_as_it_was()
    {
        var network = PreciseStatisticsTests.Network();
        ((Linear)network[4]).Weight.Frozen = true;
        ((BatchNorm1d)network[5]).Eval();
        var source = network.StateDict();
        long[] state = Draw.Bits(source);
        var x = Draw.Data([6, 2, 3, 3], 1);
        using (var tent = new Tent(network, steps: 2))
        {
            float[] first = tent.Forward(x).ToArray(), second = tent.Forward(x).ToArray();
            Assert.NotEqual(first, second);
            string[] changed = [.. network.StateDict().Where(entry => entry.Value.Tensor is { ElementType: ElementType.Float32 } tensor
                && !tensor.AsSpan().SequenceEqual(source[entry.Key].Tensor.AsSpan())).Select(static entry => entry.Key)];
            Assert.Equal(["1.weight", "1.bias", "5.weight", "5.bias"], changed);
            tent.Reset();
            Assert.Equal(state, Draw.Bits(network.StateDict()));
            Assert.Equal(first, tent.Forward(x).ToArray());
        }

        Assert.Equal(state, Draw.Bits(network.StateDict()));
        Assert.Equal([true], network.Parameters().Select(static parameter => parameter.Frozen).Where(static frozen => frozen));
        Assert.Equal((true, false), (network.Training, network[5].Training));
        Assert.All(network.Parameters(), static parameter => Assert.Null(parameter.Grad));
        network.Forward(x);
        Assert.NotEqual(state, Draw.Bits(network.StateDict())); // training tracks statistics again
    }

    [Fact]
    public void Episodic_begins_each_batch_from_the_source_and_entropy_goes_down()
    {
        var network = PreciseStatisticsTests.Network();
        var x = Draw.Data([6, 2, 3, 3], 1);
        using (var episodic = new Tent(network, episodic: true))
            Assert.Equal(episodic.Forward(x).ToArray(), episodic.Forward(x).ToArray());
        using var tent = new Tent(network, static parameters => new Adam(parameters, 0.02f));
        var entropy = new EntropyLoss();
        float first = entropy.Forward(tent.Forward(x)).Item(), last = 0;
        for (int i = 0; i < 20; i++)
            last = entropy.Forward(tent.Forward(x)).Item();
        Assert.True(last < 0.8 * first, $"entropy {first} became {last}");
    }

    [Fact]
    public void Dropout_stays_off_and_the_evaluation_goes_over_batches_in_turn()
    {
        var network = new Sequential(PreciseStatisticsTests.Network(), new Dropout(1));
        using var tent = new Tent(network);
        var result = Evaluation.Run(tent.Forward, PreciseStatisticsTests.Loader());
        Assert.Equal(13, result.Count);
        Assert.NotEqual(Math.Log(3), result.Loss, 1e-3);
    }

    [Fact]
    public void What_cannot_be_adapted_is_refused()
    {
        Assert.Equal("Tent: ReLU() has no batch normalization with gamma and beta. There is nothing to adapt.",
            Assert.Throws<ArgumentException>(static () => new Tent(new ReLU())).Message);
        Assert.Throws<ArgumentException>(static () => new Tent(new BatchNorm1d(3, affine: false)));
        Assert.Equal("Tent: expected at least 1 step for each batch, got 0.",
            Assert.Throws<ArgumentException>(static () => new Tent(new BatchNorm1d(3), steps: 0)).Message);
        var tent = new Tent(new BatchNorm1d(3));
        using (Tensor.NoGrad())
        {
            Assert.Equal("Tent.Forward: gradients are off on this thread (Tensor.NoGrad), and adapting needs them.",
                Assert.Throws<InvalidOperationException>(() => tent.Forward(Tensor.Zeros([2, 3]))).Message);
        }

        tent.Dispose();
        tent.Dispose();
        Assert.Equal("Tent.Forward: the network was handed back by Dispose. Make another Tent of it.",
            Assert.Throws<InvalidOperationException>(() => tent.Forward(Tensor.Zeros([2, 3]))).Message);
    }
}
