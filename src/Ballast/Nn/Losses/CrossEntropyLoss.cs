namespace Ballast;

/// <summary>The loss of a classifier: for logits x and the class t of each sample, l = -ln softmax(x)[t]; from [N, C] and int64
/// labels [N] to one value, or to [N] without a reduction. PyTorch: <c>nn.CrossEntropyLoss</c>.</summary>
/// <remarks>
/// With label smoothing e and class weights w, l = (1 - e) w[t] (-ln p[t]) + e / C times the sum over c of w[c] (-ln p[c]), where
/// p = softmax(x): a share e of the target is spread over all classes (Szegedy et al. 2016, section 7). The mean divides by the
/// sum of w[t] over the samples, as
/// PyTorch's does. A batch of samples whose weights are all 0 has the loss 0 and no gradient; PyTorch's is not a number.
/// </remarks>
public sealed class CrossEntropyLoss
{
    readonly Reduction reduction;
    readonly float labelSmoothing;
    readonly float[]? weight;

    /// <summary>Makes the loss.</summary>
    /// <param name="reduction">How the samples' losses are put together.</param>
    /// <param name="labelSmoothing">The share of the target that is spread over all classes, 0 to 1. PyTorch:
    /// <c>label_smoothing</c>.</param>
    /// <param name="weight">How much each class counts, C values of 0 or more that are not all 0; null where all count the
    /// same. PyTorch: <c>weight</c>.</param>
    /// <exception cref="ArgumentException">A label smoothing or weights out of range.</exception>
    public CrossEntropyLoss(
        Reduction reduction = Reduction.Mean, double labelSmoothing = 0, IReadOnlyList<float>? weight = null)
    {
        Throw.Unless(labelSmoothing is >= 0 and <= 1,
            $"CrossEntropyLoss: expected a label smoothing from 0 to 1, got {(float)labelSmoothing}.");
        Throw.Unless(weight is null || (weight.All(static w => float.IsFinite(w) && w >= 0) && weight.Any(static w => w > 0)),
            $"CrossEntropyLoss: expected finite class weights of 0 or more, one of them above 0, got {Throw.List(weight)}.");
        this.reduction = reduction;
        this.labelSmoothing = (float)labelSmoothing;
        this.weight = weight is null ? null : [.. weight];
    }

    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Logits [N, C]: no softmax before.</param>
    /// <param name="target">The class of each row: int64 [N], from 0 to C - 1, as <see cref="Tensor.FromInt64(ReadOnlySpan{int})"/> makes
    /// it.</param>
    /// <exception cref="ArgumentException">Another shape, labels of another type or number, another number of class weights, or a label out
    /// of range.</exception>
    public Tensor Forward(Tensor input, Tensor target)
    {
        Throw.Unless(input.Shape.Rank == 2 && input.Shape[1] > 0,
            $"CrossEntropyLoss: expected logits [N, C], got {input.Shape}. The last layer must give one value for each class.");
        Throw.Unless(input.Shape[0] > 0, $"CrossEntropyLoss: expected at least 1 row of logits, got {input.Shape}. Leave an empty batch out.");
        TypedOperations.RequireLabels("CrossEntropyLoss", input, target);
        Throw.Unless(weight is null || weight.Length == input.Shape[1],
            $"CrossEntropyLoss: expected one class weight for each of the {input.Shape[1]} logits, got {weight?.Length}.");
        var labels = target.AsSpan<long>();
        for (int n = 0; n < labels.Length; n++)
        {
            long label = labels[n];
            Throw.Unless(label >= 0, $"CrossEntropyLoss: expected labels from 0 on, got {label} at [{n}].");
            Throw.Unless(label < input.Shape[1],
                $"CrossEntropyLoss: the label {label} at [{n}] needs at least {label + 1} logits, got {input.Shape[1]}. "
                    + $"The last layer must have one output for each class.");
        }

        return CrossEntropyOperation.Run(input, target, reduction, labelSmoothing, weight);
    }
}
