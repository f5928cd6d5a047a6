namespace Ballast;

public static partial class Functional
{
    /// <summary>The softmax and the negative log-likelihood in one; see <see cref="CrossEntropyLoss"/>. PyTorch:
    /// <c>F.cross_entropy</c>.</summary>
    /// <param name="input">Logits [N, C], [N, C, d1, ...] or, of one sample, [C]: no softmax before.</param>
    /// <param name="target">The classes, int64 [N], [N, d1, ...] or a single one, each from 0 to C - 1 or
    /// <paramref name="ignoreIndex"/>; or the classes' probabilities, float32 of the input's shape.</param>
    /// <param name="weight">How much each class counts, [C], 0 or more; null where all count the same.</param>
    /// <param name="ignoreIndex">The label of samples that have no loss and do not count in the mean. PyTorch: <c>ignore_index</c>.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <param name="labelSmoothing">The share of the target that is spread over all classes, 0 to 1. PyTorch: <c>label_smoothing</c>.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit, labels of another type, a label out of range, or a setting out of
    /// range.</exception>
    public static Tensor CrossEntropy(
        Tensor input, Tensor target, Tensor? weight = null, long ignoreIndex = -100, Reduction reduction = Reduction.Mean,
        double labelSmoothing = 0)
    {
        const string Name = "CrossEntropyLoss";
        Throw.Unless(labelSmoothing is >= 0 and <= 1, $"{Name}: expected a label smoothing from 0 to 1, got {(float)labelSmoothing}.");
        var weights = LossChecks.ClassWeights(Name, weight);
        LossChecks.CheckLogits(Name, input, weights);
        if (input.Shape.Rank == 1)
        {
            LossChecks.CheckSample(Name, input, target);
            var one = CrossEntropy(
                input.Unsqueeze(0), target.Unsqueeze(0), weight, ignoreIndex, reduction, labelSmoothing);
            return reduction == Reduction.None ? one.Reshape(Shape.Scalar) : one;
        }

        if (target.ElementType.IsFloat() && target.Shape == input.Shape)
        {
            Throw.Unless(ignoreIndex < 0,
                $"{Name}: the target are probabilities, of which none is the class {ignoreIndex} that is to be ignored. Leave ignoreIndex out.");
            return OfShares(input, target, weight, reduction, labelSmoothing);
        }

        LossChecks.CheckLabels(Name, input, target, ignoreIndex);
        if (reduction == Reduction.BatchMean)
            return CrossEntropy(input, target, weight, ignoreIndex, Reduction.Sum, labelSmoothing) / input.Shape[0];
        if (input.Shape.Rank == 2)
            return CrossEntropyOperation.Run(input, target, reduction, (float)labelSmoothing, weights, ignoreIndex);
        int classes = input.Shape[1];
        var losses = CrossEntropyOperation.Run(
            input.MoveAxis(1, input.Shape.Rank - 1).Reshape(-1, classes), target.Reshape(-1), reduction, (float)labelSmoothing, weights,
            ignoreIndex);
        return reduction == Reduction.None ? losses.Reshape(target.Shape) : losses;
    }

    static Tensor OfShares(Tensor input, Tensor target, Tensor? weight, Reduction reduction, double smoothing)
    {
        int classes = input.Shape[1];
        if (smoothing > 0)
            target = target * (1 - smoothing) + smoothing / classes;
        if (weight is not null)
            target *= OfClasses(weight, input.Shape);
        return reduction.Of(-(input.LogSoftmax(1) * target).Sum([1]));
    }

    // [C] as [C, 1, ...], which broadcasts to [N, C, d1, ...].
    static Tensor OfClasses(Tensor weight, Shape shape) => weight.Reshape([weight.Length, .. Enumerable.Repeat(1, shape.Rank - 2)]);

    /// <summary>The negative log-likelihood of logarithms of probabilities; see <see cref="NLLLoss"/>. PyTorch: <c>F.nll_loss</c>.</summary>
    /// <param name="input">Logarithms of probabilities, [N, C], [N, C, d1, ...] or, of one sample, [C].</param>
    /// <param name="target">The classes, int64 [N], [N, d1, ...] or a single one, each from 0 to C - 1 or
    /// <paramref name="ignoreIndex"/>.</param>
    /// <param name="weight">How much each class counts, [C], 0 or more; null where all count the same.</param>
    /// <param name="ignoreIndex">The label of samples that have no loss and do not count in the mean. PyTorch: <c>ignore_index</c>.</param>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit, labels of another type, or a label out of range.</exception>
    public static Tensor NllLoss(
        Tensor input, Tensor target, Tensor? weight = null, long ignoreIndex = -100, Reduction reduction = Reduction.Mean)
    {
        var weights = LossChecks.ClassWeights("NLLLoss", weight);
        LossChecks.CheckLogits("NLLLoss", input, weights);
        if (input.Shape.Rank == 1)
        {
            LossChecks.CheckSample("NLLLoss", input, target);
            var one = NllLoss(input.Unsqueeze(0), target.Unsqueeze(0), weight, ignoreIndex, reduction);
            return reduction == Reduction.None ? one.Reshape(Shape.Scalar) : one;
        }

        LossChecks.CheckLabels("NLLLoss", input, target, ignoreIndex);
        return LikelihoodOperation.Run(input, target, reduction, weights, ignoreIndex);
    }
}
