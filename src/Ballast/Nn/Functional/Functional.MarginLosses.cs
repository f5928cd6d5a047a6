namespace Ballast;

public static partial class Functional
{
    /// <summary>The value where the target is 1, what it lacks to the margin where it is -1; see <see cref="Ballast.HingeEmbeddingLoss"/>.
    /// PyTorch: <c>F.hinge_embedding_loss</c>.</summary>
    /// <param name="input">Values, mostly distances, of any shape.</param>
    /// <param name="target">1 or -1, float32 of the same shape.</param>
    /// <param name="margin">The distance from which on two that differ cost nothing.</param>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <exception cref="ArgumentException">Another shape or type, no values, or a margin that is not finite.</exception>
    public static Tensor HingeEmbeddingLoss(Tensor input, Tensor target, double margin = 1, Reduction reduction = Reduction.Mean)
    {
        LossChecks.Finite("HingeEmbeddingLoss", "a margin", margin);
        LossChecks.Check("HingeEmbeddingLoss", input, target);
        var apart = (margin - input).Clamp(min: 0).MaskedFill(target.EqualTo(1), 0);
        return reduction.Of(apart + input.MaskedFill(target.EqualTo(-1), 0));
    }

    /// <summary>What two values lack to be in order; see <see cref="Ballast.MarginRankingLoss"/>. PyTorch:
    /// <c>F.margin_ranking_loss</c>.</summary>
    /// <param name="input1">The first values, of any shape.</param>
    /// <param name="input2">The second values, of the same shape.</param>
    /// <param name="target">1 where the first should be larger, -1 where the second should: float32 of the same shape.</param>
    /// <param name="margin">By how much.</param>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <exception cref="ArgumentException">Another shape or type, no values, or a margin that is not finite.</exception>
    public static Tensor MarginRankingLoss(
        Tensor input1, Tensor input2, Tensor target, double margin = 0, Reduction reduction = Reduction.Mean)
    {
        LossChecks.Finite("MarginRankingLoss", "a margin", margin);
        LossChecks.Check("MarginRankingLoss", input1, input2);
        LossChecks.Check("MarginRankingLoss", input1, target);
        return reduction.Of((target * (input2 - input1) + margin).Clamp(min: 0));
    }

    /// <summary>ln(1 + exp(-t x)); see <see cref="Ballast.SoftMarginLoss"/>. PyTorch: <c>F.soft_margin_loss</c>.</summary>
    /// <param name="input">Values of any shape.</param>
    /// <param name="target">1 or -1, float32 of the same shape.</param>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <exception cref="ArgumentException">Another shape or type, or no values.</exception>
    public static Tensor SoftMarginLoss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
    {
        LossChecks.Check("SoftMarginLoss", input, target);
        return reduction.Of(-(target * input).LogSigmoid());
    }

    /// <summary>The hinge loss of a classifier; see <see cref="Ballast.MultiMarginLoss"/>. PyTorch: <c>F.multi_margin_loss</c>.</summary>
    /// <param name="input">Scores [N, C] or, of one sample, [C].</param>
    /// <param name="target">The classes, int64 [N], or a single one.</param>
    /// <param name="p">The power of the terms, 1 or 2.</param>
    /// <param name="margin">By how much the score of the class should be above the others.</param>
    /// <param name="weight">How much each class counts, [C]; null where all count the same.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit, labels of another type, a label out of range, or a setting out of
    /// range.</exception>
    public static Tensor MultiMarginLoss(
        Tensor input, Tensor target, int p = 1, double margin = 1, Tensor? weight = null, Reduction reduction = Reduction.Mean)
    {
        const string Name = "MultiMarginLoss";
        Throw.Unless(p is 1 or 2, $"{Name}: expected a power of 1 or 2, got {p}.");
        LossChecks.Finite(Name, "a margin", margin);
        LossChecks.CheckLogits(Name, input, LossChecks.ClassWeights(Name, weight));
        if (input.Shape.Rank == 1)
        {
            LossChecks.CheckSample(Name, input, target);
            var one = MultiMarginLoss(input.Unsqueeze(0), target.Unsqueeze(0), p, margin, weight, reduction);
            return reduction == Reduction.None ? one.Reshape(Shape.Scalar) : one;
        }

        Throw.Unless(input.Shape.Rank == 2, $"{Name}: expected scores [N, C] or [C], got {input.Shape}.");
        LossChecks.CheckLabels(Name, input, target, ignore: -1);
        int classes = input.Shape[1];
        var own = target.Unsqueeze(1);
        var terms = (input - input.Gather(1, own) + margin).Relu();
        terms = (p == 1 ? terms : terms.Square()).MaskedFill(target.OneHot(classes).To(ElementType.Bool), 0);
        var losses = terms.Sum([1]) / classes;
        return reduction.Of(weight is null ? losses : losses * weight.Index(0, target));
    }

    /// <summary>The hinge loss of several classes for each sample; see <see cref="MultiLabelMarginLoss"/>. PyTorch:
    /// <c>F.multilabel_margin_loss</c>.</summary>
    /// <param name="input">Scores [N, C] or, of one sample, [C].</param>
    /// <param name="target">The classes of each sample, int64 of the same shape: as many as there are, then -1.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <exception cref="ArgumentException">Another shape or type, or a class out of range.</exception>
    public static Tensor MultilabelMarginLoss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
    {
        const string Name = "MultiLabelMarginLoss";
        TypedOperations.RequireIndex(Name, target, "classes");
        Throw.Unless(input.Shape.Rank is 1 or 2 && target.Shape == input.Shape && input.Length > 0,
            $"{Name}: expected scores [N, C] or [C] and classes of the same shape, got {input.Shape} and {target.Shape}.");
        if (input.Shape.Rank == 1)
        {
            var one = MultilabelMarginLoss(input.Unsqueeze(0), target.Unsqueeze(0), reduction);
            return reduction == Reduction.None ? one.Reshape(Shape.Scalar) : one;
        }

        int classes = input.Shape[1];
        var (owns, others) = LossChecks.Memberships(Name, target);
        // 1 - (x[own] - x[other]), each pair once for each time that the class is named.
        var terms = (input.Unsqueeze(1) - input.Unsqueeze(2) + 1).Relu() * owns.Unsqueeze(2) * others.Unsqueeze(1);
        return reduction.Of(terms.Sum([1, 2]) / classes);
    }

    /// <summary>A binary cross entropy for each class; see <see cref="MultiLabelSoftMarginLoss"/>. PyTorch:
    /// <c>F.multilabel_soft_margin_loss</c>.</summary>
    /// <param name="input">Logits [N, C], of one sample [C], or with more axes before C.</param>
    /// <param name="target">0 or 1 for each class, float32 of the same shape.</param>
    /// <param name="weight">How much each class counts, [C]; null where all count the same.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <exception cref="ArgumentException">Another shape or type, or no values.</exception>
    public static Tensor MultilabelSoftMarginLoss(
        Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
    {
        Throw.Unless(input.Shape.Rank > 0, $"MultiLabelSoftMarginLoss: expected logits [N, C] or [C], got {input.Shape}.");
        LossChecks.Check("MultiLabelSoftMarginLoss", input, target);
        LossChecks.CheckWeight("MultiLabelSoftMarginLoss", "weights", input, weight);
        return reduction.Of(BinaryCrossEntropyWithLogits(input, target, weight, Reduction.None).Mean([-1]));
    }
}
