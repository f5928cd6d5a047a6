namespace Ballast;

/// <summary>How unsure predictions are: with p = softmax(x), the entropy H = -sum over c of p[c] ln p[c] of each row, from 0 for a
/// certain class to ln C; from [N, C] to one value, or to [N] without a reduction. No label is read: <see cref="Tent"/>
/// minimizes it. Wang et al. 2021, section 3.1.</summary>
/// <param name="reduction">How the rows' entropies are put together.</param>
public sealed class EntropyLoss(Reduction reduction = Reduction.Mean)
{
    /// <summary>The entropy of a batch.</summary>
    /// <param name="input">Logits [N, C]: no softmax before.</param>
    /// <exception cref="ArgumentException">Another shape, or no rows.</exception>
    public Tensor Forward(Tensor input)
    {
        Throw.Unless(input.Shape.Rank == 2 && input.Shape[0] > 0 && input.Shape[1] > 0,
            $"EntropyLoss: expected logits [N, C], got {input.Shape}. The last layer must give one value for each class.");
        return EntropyOperation.Run(input, reduction);
    }
}
