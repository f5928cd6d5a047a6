using Ballast.Kernels;

namespace Ballast;

/// <summary>The binary cross entropy of logits: with p = 1 / (1 + exp(-x)), l = -(w t ln p + (1 - t) ln(1 - p)), element by element;
/// the mean over all elements, their sum, or as they are. PyTorch: <c>nn.BCEWithLogitsLoss</c>.</summary>
public class BCEWithLogitsLoss
{
    readonly Reduction reduction;
    readonly float[]? posWeight;

    /// <summary>Makes the loss.</summary>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <param name="posWeight">w, how much a positive target counts: a value for each place of the last axis; null for 1.
    /// Above 1 it raises recall, below 1 precision. PyTorch: <c>pos_weight</c>.</param>
    /// <exception cref="ArgumentException">A weight that is negative or not finite.</exception>
    public BCEWithLogitsLoss(Reduction reduction = Reduction.Mean, IReadOnlyList<float>? posWeight = null)
    {
        Throw.Unless(posWeight is null || posWeight.All(static w => float.IsFinite(w) && w >= 0),
            $"BCEWithLogitsLoss: expected finite positive weights of 0 or more, got {Throw.List(posWeight)}.");
        this.reduction = reduction;
        this.posWeight = posWeight is null ? null : [.. posWeight];
    }

    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Logits of any shape: no sigmoid before.</param>
    /// <param name="target">Targets, 0 to 1, of the same shape.</param>
    /// <exception cref="ArgumentException">Another shape or number of weights, or a target with parameters behind it.
    /// </exception>
    public Tensor Forward(Tensor input, Tensor target)
    {
        PointwiseLoss.Check("BCEWithLogitsLoss", input, target);
        Throw.Unless(posWeight is null || (input.Shape.Rank > 0 && input.Shape[^1] == posWeight.Length),
            $"BCEWithLogitsLoss: expected a weight for each place of the last axis of {input.Shape}, got {posWeight?.Length}.");
        return PointwiseLossOperation<LogisticCrossEntropy>.Run(input, target, posWeight, reduction);
    }
}
