using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>The binary cross entropy of logits: with q = 1 / (1 + exp(-x)), l = -v (w t ln q + (1 - t) ln(1 - q)), element by element;
/// the mean over all elements, their sum, or as they are. PyTorch: <c>nn.BCEWithLogitsLoss</c>.</summary>
public class BCEWithLogitsLoss
{
    readonly Reduction reduction;
    readonly Tensor? posWeight, weight;

    /// <summary>Makes the loss.</summary>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <param name="posWeight">w, how much a positive target counts: a value for each place of the last axis; null for 1.
    /// Above 1 it raises recall, below 1 precision. PyTorch: <c>pos_weight</c>.</param>
    /// <param name="weight">v, of a shape that broadcasts to the input's; null for 1. PyTorch: <c>weight</c>.</param>
    /// <exception cref="ArgumentException">A positive weight that is negative or not finite.</exception>
    [OverloadResolutionPriority(1)]
    public BCEWithLogitsLoss(Reduction reduction = Reduction.Mean, IReadOnlyList<float>? posWeight = null, Tensor? weight = null)
        : this(posWeight is null ? null : Tensor.From([.. posWeight], [posWeight.Count]), reduction, weight)
    {
    }

    /// <summary>Makes the loss with positive weights in numbers of type double.</summary>
    /// <param name="posWeight">w, how much a positive target counts: a value for each place of the last axis.</param>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <param name="weight">v, of a shape that broadcasts to the input's; null for 1.</param>
    /// <exception cref="ArgumentException">A positive weight that is negative or not finite.</exception>
    public BCEWithLogitsLoss(IReadOnlyList<double> posWeight, Reduction reduction = Reduction.Mean, Tensor? weight = null)
        : this(Tensor.From([.. posWeight], [posWeight.Count]), reduction, weight)
    {
    }

    /// <summary>Makes the loss with positive weights of any shape that broadcasts: [C, 1, 1] for the channels of an image.</summary>
    /// <param name="posWeight">w, how much a positive target counts; null for 1.</param>
    /// <param name="reduction">How the elements' losses are put together.</param>
    /// <param name="weight">v, of a shape that broadcasts to the input's; null for 1.</param>
    /// <exception cref="ArgumentException">A positive weight that is negative or not finite.</exception>
    public BCEWithLogitsLoss(Tensor? posWeight, Reduction reduction = Reduction.Mean, Tensor? weight = null)
    {
        float[]? values = posWeight?.ToArray();
        Throw.Unless(values is null || Array.TrueForAll(values, static w => float.IsFinite(w) && w >= 0),
            $"BCEWithLogitsLoss: expected finite positive weights of 0 or more, got {Throw.List(values)}.");
        (this.reduction, this.posWeight, this.weight) = (reduction, posWeight, weight);
    }

    /// <summary>The loss of a batch.</summary>
    /// <param name="input">Logits of any shape: no sigmoid before.</param>
    /// <param name="target">Targets, 0 to 1, of the same shape.</param>
    /// <exception cref="ArgumentException">Another shape or type, no values, or weights that do not broadcast.</exception>
    public Tensor Forward(Tensor input, Tensor target) =>
        Functional.BinaryCrossEntropyWithLogits(input, target, weight, reduction, posWeight);
}
