namespace Ballast.Tests.Plain;

/// <summary>Losses on the default backend against their plain meaning, with gradients to their targets too.</summary>
public class PlainLossTests : BackendComparison
{
    static Tensor Data(int seed, params int[] sizes) => Tensor.From(Draw.Floats(new Shape(sizes).Length, seed), new Shape(sizes));

    static Tensor Shares(int seed, params int[] sizes) => Tensor.From(Draw.Floats(new Shape(sizes).Length, seed, 0.05f, 0.95f), new Shape(sizes));

    static Tensor Labels(int count, int classes, Shape shape, long ignored = -100) =>
        Tensor.FromInt64([.. Enumerable.Range(0, count).Select(i => i % 5 == 3 ? ignored : i * 7L % classes)], shape);

    void Each(Action<Reduction> check)
    {
        foreach (var reduction in Enum.GetValues<Reduction>())
            check(reduction);
        Conclude();
    }

    [Fact]
    public void Cross_entropies()
    {
        float[] weights = Draw.Floats(10, 3, 0.2f, 2);
        var all = Tensor.FromInt64([.. Enumerable.Range(0, 13).Select(static i => i * 7L % 10)], [13]);
        var some = Labels(13, 10, [13]);
        Each(reduction =>
        {
            Check($"cross entropy, {reduction}", t => new CrossEntropyLoss(reduction).Forward(t[0], all), Data(1, 13, 10));
            Check($"ignoring, {reduction}", t => new CrossEntropyLoss(reduction).Forward(t[0], some), Data(1, 13, 10));
            Check($"smoothed, {reduction}", t => new CrossEntropyLoss(reduction, 0.1).Forward(t[0], some), Data(1, 13, 10));
            Check($"weighted, {reduction}", t => new CrossEntropyLoss(reduction, 0.1, weights, 3).Forward(t[0], Labels(13, 10, [13], 3)), Data(1, 13, 10));
            Check($"of images, {reduction}",
                t => new CrossEntropyLoss(reduction, 0.1, weights).Forward(t[0], Labels(60, 10, [3, 4, 5])), Data(1, 3, 10, 4, 5));
            Check($"shares, {reduction}",
                t => new CrossEntropyLoss(reduction, 0.2, weights).Forward(t[0], t[1]), Data(1, 3, 10, 4), Shares(2, 3, 10, 4));
            Check($"likelihood, {reduction}", t => new NLLLoss(weights, reduction: reduction).Forward(t[0], some), Data(1, 13, 10));
            Check($"likelihood of images, {reduction}",
                t => new NLLLoss(weights, reduction: reduction).Forward(t[0], Labels(60, 10, [3, 4, 5])), Data(1, 3, 10, 4, 5));
            Check($"entropy, {reduction}", t => new EntropyLoss(reduction).Forward(t[0]), Data(1, 13, 10));
        });
    }

    [Fact]
    public void Losses_of_elements()
    {
        float[] weights = Draw.Floats(10, 3, 0.2f, 2);
        var weight = Shares(9, 13, 1);
        Each(reduction =>
        {
            void Pair(string name, Func<Tensor, Tensor, Tensor> loss, Tensor x, Tensor target) =>
                Check($"{name}, {reduction}", t => loss(t[0], t[1]), x, target);
            Pair("squared error", new MSELoss(reduction).Forward, Data(1, 13, 10), Data(2, 13, 10));
            Pair("long squared error", new MSELoss(reduction).Forward, Data(1, 130, 600), Data(2, 130, 600));
            Pair("absolute error", new L1Loss(reduction).Forward, Data(1, 13, 10), Data(2, 13, 10));
            Pair("smooth error", new SmoothL1Loss(reduction, 0.7).Forward, Data(1, 13, 10), Data(2, 13, 10));
            Pair("sharp error", new SmoothL1Loss(reduction, 0).Forward, Data(1, 13, 10), Data(2, 13, 10));
            Pair("huber", new HuberLoss(reduction, 0.7).Forward, Data(1, 13, 10), Data(2, 13, 10));
            Pair("binary cross entropy", new BCELoss(reduction).Forward, Shares(1, 13, 10), Shares(2, 13, 10));
            Pair("with logits", new BCEWithLogitsLoss(reduction).Forward, Data(1, 13, 10), Shares(2, 13, 10));
            Pair("weighted with logits", new BCEWithLogitsLoss(reduction, weights, weight).Forward, Data(1, 13, 10), Shares(2, 13, 10));
            Pair("weighted by a column", new BCEWithLogitsLoss(weight, reduction).Forward, Data(1, 13, 10), Shares(2, 13, 10));
            Pair("divergence", new KLDivLoss(reduction).Forward, Data(1, 13, 10), Shares(2, 13, 10));
            Pair("logarithmic divergence", new KLDivLoss(reduction, true).Forward, Data(1, 13, 10), Data(2, 13, 10));
        });
    }

    [Fact]
    public void Losses_of_sequences()
    {
        var labels = Tensor.FromInt64([1, 2, 1, 1, 3, 0], [3, 2]);
        var (steps, counts) = (Tensor.FromInt64(5, 4, 3), Tensor.FromInt64(2, 2, 1));
        Each(reduction => Check(
            $"alignments, {reduction}", t => new CTCLoss(0, reduction).Forward(t[0].LogSoftmax(2), labels, steps, counts), Data(1, 5, 3, 4)));
    }
}
