namespace Ballast;

/// <summary>The loss of a classifier: for logits x and the class t of each sample, -ln softmax(x)[t]; from [N, C] and N labels
/// to one value, or to [N] without a reduction. PyTorch: <c>nn.CrossEntropyLoss</c>.</summary>
/// <param name="reduction">How the samples' losses are put together.</param>
public sealed class CrossEntropyLoss(Reduction reduction = Reduction.Mean)
{
    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Logits [N, C]: no softmax before.</param>
    /// <param name="target">N classes, each from 0 to C - 1.</param>
    /// <exception cref="ArgumentException">Another shape, another number of labels, or a label out of range.</exception>
    public Tensor Forward(Tensor input, Labels target)
    {
        Throw.Unless(input.Shape.Rank == 2 && input.Shape[1] > 0,
            $"CrossEntropyLoss: expected logits [N, C], got {input.Shape}. The last layer must give one value for each class.");
        Throw.Unless(input.Shape[0] == target.Count && target.Count > 0,
            $"CrossEntropyLoss: expected as many labels as rows of logits, got {target.Count} labels for {input.Shape}.");
        int highest = 0, lowest = 0;
        foreach (int label in target.AsSpan())
        {
            highest = Math.Max(highest, label);
            lowest = Math.Min(lowest, label);
        }

        Throw.Unless(lowest >= 0, $"CrossEntropyLoss: expected labels from 0 on, got {lowest}.");
        Throw.Unless(highest < input.Shape[1],
            $"CrossEntropyLoss: the label {highest} needs at least {highest + 1} logits, got {input.Shape[1]}. The last layer must have one output for each class.");
        return CrossEntropyOperation.Run(input, target, reduction);
    }
}
