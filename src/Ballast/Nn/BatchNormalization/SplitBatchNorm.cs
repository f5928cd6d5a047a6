using System.Globalization;
using Ballast.Kernels;

namespace Ballast;

/// <summary>Batch normalization of data from several sources (clean and adversarial images, real and generated ones): in training
/// the batch is cut into equally many samples of each, and every part has statistics, gamma and beta of its own. The first part
/// is the main one, and evaluation uses it alone. Xie et al. 2020, section 4.2; timm: <c>SplitBatchNorm2d</c>.</summary>
/// <remarks>The state has timm's keys: the main part's are those of a plain batch normalization, the others' lie under
/// <c>aux_bn.0</c>, <c>aux_bn.1</c>, ...</remarks>
public sealed class SplitBatchNorm : BatchNorm
{
    readonly BatchNorm[] parts;
    readonly AffinePair[] pairs;

    /// <summary>Makes the layer, all parts with gamma 1, beta 0, running mean 0 and variance 1.</summary>
    /// <param name="numFeatures">C, the number of channels.</param>
    /// <param name="splits">How many sources there are, 2 or more. It must divide every batch of training.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="momentum">The weight of the newest batch in the running statistics, 0 to 1; null for their plain
    /// average.</param>
    /// <param name="affine">Whether gamma and beta are learned; without, they are 1 and 0.</param>
    /// <param name="trackRunningStats">Whether running statistics are kept; without, evaluation uses the batch's own.</param>
    /// <exception cref="ArgumentException">No channels, fewer than 2 splits, an eps that is negative or not finite, or a momentum
    /// outside 0 to 1.</exception>
    public SplitBatchNorm(
        int numFeatures, int splits = 2, double eps = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true)
        : base(ChannelInput.Any, numFeatures, eps, momentum, affine, trackRunningStats)
    {
        Throw.Unless(splits > 1,
            $"SplitBatchNorm: expected at least 2 splits, got {splits}. One source needs no more than a BatchNorm.");
        parts = new BatchNorm[splits];
        parts[0] = this;
        for (int i = 1; i < splits; i++)
            parts[i] = new AuxiliaryBatchNorm(numFeatures, eps, momentum, affine, trackRunningStats);
        pairs = Array.ConvertAll(parts, static part => new AffinePair(part.Weight, part.Bias));
        Register("aux_bn", new ModuleList(parts.AsSpan(1)));
    }

    /// <summary>How many sources there are.</summary>
    public int Splits => parts.Length;

    /// <summary>The parts behind the main one, which this layer is itself.</summary>
    public IReadOnlyList<BatchNorm> Auxiliary => new ArraySegment<BatchNorm>(parts, 1, parts.Length - 1);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        if (!Training)
            return base.Forward(input: input);
        bool ofBatch = UsesBatchStatistics;
        var layout = Layout(input, ofBatch);
        Check(input.Shape, layout.PerChannel / Splits, ofBatch);
        return VirtualBatches.Forward(this, input, new ChannelChunks(layout, Splits), ofBatch, parts, pairs, MovesStatistics);
    }

    // Refuses a batch that is not made of equally many samples of each source.
    void Check(Shape shape, int values, bool ofBatch)
    {
        if (shape[0] % Splits != 0)
        {
            Throw.Argument(
                $"{this}: {Splits} sources do not divide the batch of {shape[0]} in the input {shape}.",
                RemedyKind.EqualSources,
                "Put equally many samples of each source one behind the other, and drop the last incomplete batch (DataLoader with dropLast: true).");
        }

        Throw.Unless(values > (ofBatch ? 1 : 0),
            $"{this}: expected more than 1 value per channel of each source when training, got input {shape}. "
                + $"One value has no variance. Use a larger batch.");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"SplitBatchNorm({NumFeatures}, {Splits})");

    /// <summary>What another source is normalized with.</summary>
    sealed class AuxiliaryBatchNorm(int numFeatures, double eps, double? momentum, bool affine, bool trackRunningStats)
        : BatchNorm(ChannelInput.Any, numFeatures, eps, momentum, affine, trackRunningStats)
    {
        /// <inheritdoc/>
        private protected override bool KeepsStatistics => false; // what it has, the layer it belongs to brings it
    }
}
