using System.Text.Json;
using F = Ballast.Functional;

namespace Ballast.Tests;

/// <summary>Every loss against PyTorch's, with its gradients: loss-family.json. And what losses refuse.</summary>
public class LossFamilyTests
{
    // Exponentials, logarithms and norms of a few units of 6e-8 each, sums of some dozen of them.
    const double Tolerance = 3e-6;

    static Tensor Read(JsonElement recorded) => Tensor.From(recorded.GetProperty("values").Floats(), new Shape(recorded.GetProperty("shape").Ints()));

    static Tensor ReadWhole(JsonElement recorded) =>
        Tensor.FromInt64(recorded.GetProperty("values").Longs(), new Shape(recorded.GetProperty("shape").Ints()));

    static Tensor Run(JsonElement recorded, Tensor[] x, Tensor[] t)
    {
        var options = recorded.GetProperty("options");
        double Number(string name, double otherwise) => options.Find(name)?.GetDouble() ?? otherwise;
        bool Flag(string name) => options.Find(name)?.GetBoolean() ?? false;
        Tensor? Weight(string name) => options.Find(name)?.Floats() is { } values ? Tensor.From(values, [values.Length]) : null;
        var reduction = options.Find("reduction")?.GetString() is { } text ? Enum.Parse<Reduction>(text, ignoreCase: true) : Reduction.Mean;
        double margin = Number("margin", 1), eps = Number("eps", 1e-6);
        long ignore = (long)Number("ignore_index", -100);
        return recorded.GetProperty("loss").GetString() switch
        {
            "l1_loss" => F.L1Loss(x[0], x[1], reduction),
            "mse_loss" => F.MseLoss(x[0], x[1], reduction),
            "smooth_l1_loss" => F.SmoothL1Loss(x[0], x[1], reduction, Number("beta", 1)),
            "huber_loss" => F.HuberLoss(x[0], x[1], reduction, Number("delta", 1)),
            "kl_div" => F.KlDiv(x[0], x[1], reduction, Flag("log_target")),
            "binary_cross_entropy" => F.BinaryCrossEntropy(x[0], x[1], Weight("weight"), reduction),
            "binary_cross_entropy_with_logits" =>
                F.BinaryCrossEntropyWithLogits(x[0], x[1], Weight("weight"), reduction, Weight("pos_weight")),
            "poisson_nll_loss" => F.PoissonNllLoss(x[0], x[1], Flag("log_input"), Flag("full"), eps, reduction),
            "gaussian_nll_loss" => F.GaussianNllLoss(x[0], x[1], x[2], Flag("full"), eps, reduction),
            "hinge_embedding_loss" => F.HingeEmbeddingLoss(x[0], x[1], margin, reduction),
            "margin_ranking_loss" => F.MarginRankingLoss(x[0], x[1], x[2], margin, reduction),
            "soft_margin_loss" => F.SoftMarginLoss(x[0], x[1], reduction),
            "multi_margin_loss" => F.MultiMarginLoss(x[0], t[0], (int)Number("p", 1), margin, Weight("weight"), reduction),
            "multilabel_margin_loss" => F.MultilabelMarginLoss(x[0], t[0], reduction),
            "multilabel_soft_margin_loss" => F.MultilabelSoftMarginLoss(x[0], x[1], Weight("weight"), reduction),
            "triplet_margin_loss" => F.TripletMarginLoss(x[0], x[1], x[2], margin, Number("p", 2), 1e-6, Flag("swap"), reduction),
            "triplet_margin_with_distance_loss" => F.TripletMarginWithDistanceLoss(x[0], x[1], x[2], null, margin, Flag("swap"), reduction),
            "cosine_embedding_loss" => F.CosineEmbeddingLoss(x[0], x[1], x[2], Number("margin", 0), reduction),
            "nll_loss" => F.NllLoss(x[0], t[0], Weight("weight"), ignore, reduction),
            "cross_entropy" => F.CrossEntropy(
                x[0], t.Length > 0 ? t[0] : x[1], Weight("weight"), ignore, reduction, Number("label_smoothing", 0)),
            "ctc_loss" => F.CtcLoss(x[0], t[0], t[1], t[2], (int)Number("blank", 0), reduction, Flag("zero_infinity")),
            "pairwise_distance" => F.PairwiseDistance(x[0], x[1], Number("p", 2), eps, Flag("keepdim")),
            "cosine_similarity" => F.CosineSimilarity(x[0], x[1], (int)Number("dim", 1), eps),
            var other => throw new InvalidOperationException(other),
        };
    }

    [Fact]
    public void They_are_PyTorchs()
    {
        int met = 0;
        foreach (var recorded in Golden.Load("loss-family.json").GetProperty("cases").EnumerateArray())
        {
            string name = $"{met++}: {recorded.GetProperty("loss")} {recorded.GetProperty("options")}";
            var grads = recorded.GetProperty("grads");
            Tensor[] inputs = [.. recorded.GetProperty("inputs").EnumerateArray().Select(Read)];
            for (int i = 0; i < grads.GetArrayLength(); i++)
                inputs[i].RequiresGrad = true;
            var loss = Run(recorded, inputs, [.. recorded.GetProperty("others").EnumerateArray().Select(ReadWhole)]);
            Assert.Equal(recorded.GetProperty("shape").Ints(), loss.Shape.ToArray());
            Near.Equal(recorded.GetProperty("output").Floats(), loss.AsSpan(), Tolerance, name);
            loss.Backward(Tensor.From(recorded.GetProperty("cotangent").Floats(), loss.Shape));
            for (int i = 0; i < grads.GetArrayLength(); i++)
                Near.Equal(grads[i].Floats(), inputs[i].Grad!.AsSpan(), Tolerance, $"{name}, gradient {i}");
        }

        Assert.Equal(187, met);
    }

    [Fact]
    public void A_class_computes_what_the_function_computes()
    {
        Tensor x = Draw.Data([3, 4], 1), y = Draw.Data([3, 4], 2), z = Draw.Data([3, 4], 3), one = Tensor.Ones([3, 4]), classes = Tensor.FromInt64(1, 3, 0);
        float[] w = [1, 2, 3, 4];
        var weight = Tensor.From(w, [4]);
        (Tensor, Tensor)[] pairs =
        [
            (new L1Loss(Reduction.Sum).Forward(x, y), F.L1Loss(x, y, Reduction.Sum)),
            (new SmoothL1Loss(beta: 0.3).Forward(x, y), F.SmoothL1Loss(x, y, beta: 0.3)),
            (new HuberLoss(delta: 0.3).Forward(x, y), F.HuberLoss(x, y, delta: 0.3)),
            (new KLDivLoss(Reduction.BatchMean, logTarget: true).Forward(x, y), F.KlDiv(x, y, Reduction.BatchMean, logTarget: true)),
            (new PoissonNLLLoss(logInput: false, full: true, eps: 0.1).Forward(x.Abs(), one), F.PoissonNllLoss(x.Abs(), one, false, true, 0.1)),
            (new GaussianNLLLoss(full: true, eps: 0.1).Forward(x, y, z.Abs()), F.GaussianNllLoss(x, y, z.Abs(), true, 0.1)),
            (new HingeEmbeddingLoss(2).Forward(x, -one), F.HingeEmbeddingLoss(x, -one, 2)),
            (new MarginRankingLoss(2).Forward(x, y, one), F.MarginRankingLoss(x, y, one, 2)),
            (new SoftMarginLoss(Reduction.Sum).Forward(x, one), F.SoftMarginLoss(x, one, Reduction.Sum)),
            (new MultiMarginLoss(2, 0.4, w).Forward(x, classes), F.MultiMarginLoss(x, classes, 2, 0.4, weight)),
            (new MultiLabelSoftMarginLoss(w).Forward(x, one), F.MultilabelSoftMarginLoss(x, one, weight)),
            (new TripletMarginLoss(0.5, 1, 1e-3, true).Forward(x, y, z), F.TripletMarginLoss(x, y, z, 0.5, 1, 1e-3, true)),
            (new TripletMarginWithDistanceLoss(static (a, b) => (a - b).Square().Sum([-1]), 0.5, true).Forward(x, y, z),
                F.TripletMarginWithDistanceLoss(x, y, z, static (a, b) => (a - b).Square().Sum([-1]), 0.5, true)),
            (new CosineEmbeddingLoss(0.2).Forward(x, y, Tensor.From([1, -1, -1], [3])), F.CosineEmbeddingLoss(x, y, Tensor.From([1, -1, -1], [3]), 0.2)),
            (new NLLLoss(w, 3).Forward(x, classes), F.NllLoss(x, classes, weight, 3)),
            (new CrossEntropyLoss(labelSmoothing: 0.1, weight: w, ignoreIndex: 3).Forward(x, classes), F.CrossEntropy(x, classes, weight, 3, labelSmoothing: 0.1)),
            (new BCEWithLogitsLoss(posWeight: w, weight: y.Abs()).Forward(x, one), F.BinaryCrossEntropyWithLogits(x, one, y.Abs(), posWeight: weight)),
        ];
        foreach (var (loss, function) in pairs)
            Assert.Equal(function.Item(), loss.Item());
        Assert.Equal(pairs.Length, pairs.Select(static pair => pair.Item1.Item()).Distinct().Count());
    }

    [Fact]
    public void A_sequence_too_short_for_its_labels_costs_infinity_or_nothing()
    {
        var x = Draw.Weights([2, 1, 3], 1);
        var labels = Tensor.FromInt64([1, 1], [1, 2]);
        Tensor steps = Tensor.FromInt64(2), counts = Tensor.FromInt64(2);
        Assert.Equal(float.PositiveInfinity, F.CtcLoss(x, labels, steps, counts).Item());
        var none = F.CtcLoss(x, labels, steps, counts, zeroInfinity: true);
        none.Backward();
        Assert.Equal(0, none.Item());
        Assert.All(x.Grad!.ToArray(), static value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_batch_of_ignored_labels_teaches_nothing()
    {
        var x = Draw.Weights([2, 3], 1);
        foreach (var loss in new[] { F.CrossEntropy(x, Tensor.FromInt64(-100, -100)), F.NllLoss(x, Tensor.FromInt64(7, 7), ignoreIndex: 7) })
        {
            loss.Backward();
            Assert.Equal(0, loss.Item());
            Assert.All(x.Grad!.ToArray(), static value => Assert.Equal(0, value));
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Tensor x = Tensor.Zeros([2, 3]), classes = Tensor.FromInt64(0, 1);
        Refused("SmoothL1Loss: expected a beta of 0 or more, got -1.", () => new SmoothL1Loss(beta: -1));
        Refused("HuberLoss: expected a delta above 0, got 0.", () => new HuberLoss(delta: 0));
        Refused("GaussianNLLLoss: expected variances [2, 3] or [2, 1], got [3].", () => new GaussianNLLLoss().Forward(x, x, Tensor.Ones([3])));
        Refused("GaussianNLLLoss: expected variances of 0 or more, got -1. Put a Softplus behind the network.",
            () => new GaussianNLLLoss().Forward(x, x, Tensor.Full([2, 3], -1)));
        Refused("MultiMarginLoss: expected a power of 1 or 2, got 3.", () => new MultiMarginLoss(3));
        Refused("MultiMarginLoss: the label 3 at [1] needs at least 4 logits, got 3. The last layer must have one output for each class.",
            () => new MultiMarginLoss().Forward(x, Tensor.FromInt64(0, 3)));
        Refused("MultiLabelMarginLoss: expected classes from 0 to 2, and -1 behind the last one, got 5 at [1, 0].",
            () => new MultiLabelMarginLoss().Forward(x, Tensor.FromInt64([0, -1, 0, 5, -1, 0], [2, 3])));
        Refused("TripletMarginLoss: expected three tensors of vectors of one shape, got [2, 3], [2, 3] and [2, 2].",
            () => new TripletMarginLoss().Forward(x, x, Tensor.Zeros([2, 2])));
        // torch 1.13.1: F.triplet_margin_loss([[0., 0]], [[0, 1.]], [[0.5, 0]], margin=0)
        Assert.Equal(0.5f, new TripletMarginLoss(0).Forward(Tensor.Zeros([1, 2]), Tensor.From([0, 1], [1, 2]), Tensor.From([0.5f, 0], [1, 2])).Item(), 1e-6f);
        Refused("TripletMarginLoss: expected a margin of 0 or more, got -1.", () => new TripletMarginLoss(-1));
        Refused("TripletMarginWithDistanceLoss: expected a margin of 0 or more, got NaN.", () => new TripletMarginWithDistanceLoss(margin: double.NaN));
        Refused("CosineEmbeddingLoss: expected a margin from -1 to 1, as cosines are, got 3. 0 to 0.5 is usual.", () => new CosineEmbeddingLoss(3));
        Refused("CosineEmbeddingLoss: expected a margin from -1 to 1, as cosines are, got NaN. 0 to 0.5 is usual.",
            () => F.CosineEmbeddingLoss(x, x, Tensor.From([1, -1], [2]), double.NaN));
        Refused("CosineEmbeddingLoss: expected two tensors [N, D] and targets [N], or [D] and one target, got [2, 3], [2, 3] and [3].",
            () => new CosineEmbeddingLoss().Forward(x, x, Tensor.Ones([3])));
        Refused("CrossEntropyLoss: expected int64 labels [2, 5], one for each position of the logits [2, 3, 5], or float32 shares [2, 3, 5], got int64 [2].",
            () => new CrossEntropyLoss().Forward(Tensor.Zeros([2, 3, 5]), classes));
        Refused("CrossEntropyLoss: expected labels from 0 on, got -1 at [1, 0].",
            () => new CrossEntropyLoss().Forward(Tensor.Zeros([2, 3, 1]), Tensor.FromInt64([0, -1], [2, 1])));
        Refused("CrossEntropyLoss: the target are probabilities, of which none is the class 2 that is to be ignored. Leave ignoreIndex out.",
            () => new CrossEntropyLoss(ignoreIndex: 2).Forward(x, x));
        Refused("CTCLoss: expected input lengths from 0 to 2, got 3 at [0].",
            () => new CTCLoss().Forward(Tensor.Zeros([2, 1, 3]), Tensor.FromInt64(1), Tensor.FromInt64(3), Tensor.FromInt64(1)));
        Refused("CTCLoss: expected input lengths from 0 to 4, got 5 at [1].",
            () => new CTCLoss().Forward(Tensor.Zeros([4, 3, 3]), Tensor.FromInt64(1, 2, 1), Tensor.FromInt64(4, 5, 6), Tensor.FromInt64(1, 1, 1)));
        Refused("CTCLoss: expected target lengths from 0 to 2, got -1 at [0].",
            () => new CTCLoss().Forward(Tensor.Zeros([4, 1, 3]), Tensor.FromInt64([1, 2], [1, 2]), Tensor.FromInt64(4), Tensor.FromInt64(-1)));
        Refused("CTCLoss: expected labels [1, S], or all 2 one behind the other, got [3].",
            () => new CTCLoss().Forward(Tensor.Zeros([3, 1, 3]), Tensor.FromInt64(1, 2, 1), Tensor.FromInt64(3), Tensor.FromInt64(2)));

        static void Refused(string message, Func<object> action) => Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
    }
}
