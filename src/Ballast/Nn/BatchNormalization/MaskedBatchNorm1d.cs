using System.Globalization;
using Ballast.Kernels;

namespace Ballast;

/// <summary>Batch normalization of padded sequences [N, C, L]: a mask [N, L] is 1 where a position of a sequence is one, and 0 where
/// it is padding. The statistics are over the valid positions only, and the output is 0 at padding, whatever lies there.
/// Keras: <c>BatchNormalization</c> with a <c>mask</c>.</summary>
/// <remarks>m counts the valid positions of all samples: the running variance divides by m - 1. (Keras tracks the biased one, and
/// normalizes the padding too.) Without a mask it is <see cref="BatchNorm1d"/> of [N, C, L]. The mask has no gradient.</remarks>
public sealed class MaskedBatchNorm1d : BatchNorm
{
    /// <summary>Makes the layer: gamma 1, beta 0, running mean 0 and variance 1.</summary>
    /// <param name="numFeatures">C, the number of channels.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="momentum">The weight of the newest batch in the running statistics, 0 to 1; null for their plain
    /// average.</param>
    /// <param name="affine">Whether gamma and beta are learned; without, they are 1 and 0.</param>
    /// <param name="trackRunningStats">Whether running statistics are kept; without, evaluation uses the batch's own.</param>
    /// <exception cref="ArgumentException">No channels, an eps that is negative or not finite, or a momentum outside 0 to 1.
    /// </exception>
    public MaskedBatchNorm1d(
        int numFeatures, double eps = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true)
        : base(ChannelInput.PaddedSequences, numFeatures, eps, momentum, affine, trackRunningStats)
    {
    }

    /// <summary>The output for padded sequences.</summary>
    /// <param name="input">[N, C, L].</param>
    /// <param name="mask">[N, L]: 1 for a valid position, 0 for padding.</param>
    /// <returns>[N, C, L], 0 at padding.</returns>
    /// <exception cref="ArgumentException">Another shape of either, a mask of other values than 0 and 1, or one with fewer than
    /// two valid positions where the statistics are the batch's.</exception>
    public Tensor Forward(Tensor input, Tensor mask)
    {
        bool ofBatch = UsesBatchStatistics;
        var layout = Layout(input, ofBatch: false);
        var valid = Valid(input.Shape, mask, layout, ofBatch);
        int positions = layout.N * layout.L;
        var sequences = input.Permute(0, 2, 1).Reshape(positions, NumFeatures).IndexSelect(0, valid);
        var normalized = Forward(sequences, new ChannelLayout(valid.Length, NumFeatures, 1), ofBatch);
        return Tensor.Zeros([positions, NumFeatures]).IndexAdd(0, valid, normalized)
            .Reshape(layout.N, layout.L, NumFeatures).Permute(0, 2, 1);
    }

    // The positions of the mask that are valid, counted through all samples.
    Tensor Valid(Shape input, Tensor mask, ChannelLayout layout, bool ofBatch)
    {
        Throw.Unless(mask.Shape == new Shape(layout.N, layout.L),
            $"{this}: expected a mask [{layout.N}, {layout.L}] for the input {input}, got {mask.Shape}. It has "
                + $"a value for each position, shared by all channels.");
        var valid = new List<long>();
        var values = mask.AsSpan();
        for (int i = 0; i < values.Length; i++)
        {
            Throw.Unless(values[i] is 0 or 1, $"{this}: a mask is 1 where a position is valid and 0 where it is padding, got {values[i]}.");
            if (values[i] == 1)
                valid.Add(i);
        }

        int count = valid.Count;

        Throw.Unless(count > 0 || !ofBatch, $"{this}: the mask {mask.Shape} has no valid position. Leave such a batch out.");
        Throw.Unless(count > 1 || !ofBatch,
            $"{this}: expected more than 1 valid position in the mask {mask.Shape} when training, got 1. One "
                + $"value has no variance. Use a larger batch, or call Eval() first.");
        return Tensor.FromInt64(valid.ToArray(), [count]);
    }

    /// <inheritdoc/>
    private protected override bool FitsBehind(Module before) => false;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"MaskedBatchNorm1d({NumFeatures})");
}
