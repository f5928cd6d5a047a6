using System.Globalization;
using Ballast.Kernels;

namespace Ballast;

/// <summary>Ghost batch normalization: in training the batch is cut into virtual batches, in their order, and each is normalized
/// with statistics of its own, so that a large batch trains with the noise of small ones. Hoffer, Hubara &amp; Soudry 2017,
/// algorithm 1; Keras: <c>virtual_batch_size</c>.</summary>
/// <remarks>
/// <para>The running statistics take in one virtual batch after another, as the authors' program does by running them so:
/// running = (1 - momentum) running + momentum virtual for each, with the variance that divides by m - 1.
/// <see cref="BatchNorm.NumBatchesTracked"/> counts virtual batches. (As printed, the exponents of the algorithm's last lines give
/// weights whose sum is not 1.)</para>
/// <para>Evaluation knows no virtual batches: it normalizes any number of samples with the running statistics, or, where none are
/// tracked, with those of the whole batch.</para>
/// </remarks>
public sealed class GhostBatchNorm : BatchNorm
{
    readonly BatchNorm[] owners;

    /// <summary>Makes the layer: gamma 1, beta 0, running mean 0 and variance 1.</summary>
    /// <param name="numFeatures">C, the number of channels.</param>
    /// <param name="virtualBatchSize">How many samples share statistics. It must divide every batch of training.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="momentum">The weight of the newest virtual batch in the running statistics, 0 to 1; null for their plain
    /// average.</param>
    /// <param name="affine">Whether gamma and beta are learned; without, they are 1 and 0.</param>
    /// <param name="trackRunningStats">Whether running statistics are kept; without, evaluation uses the batch's own.</param>
    /// <exception cref="ArgumentException">No channels, a virtual batch of no samples, an eps that is negative or not finite, or a
    /// momentum outside 0 to 1.</exception>
    public GhostBatchNorm(
        int numFeatures, int virtualBatchSize, double eps = 1e-5, double? momentum = 0.1, bool affine = true,
        bool trackRunningStats = true)
        : base(ChannelInput.Any, numFeatures, eps, momentum, affine, trackRunningStats)
    {
        Throw.Unless(virtualBatchSize > 0, $"GhostBatchNorm: expected a virtual batch of at least 1 sample, got {virtualBatchSize}.");
        VirtualBatchSize = virtualBatchSize;
        owners = [this];
    }

    /// <summary>How many samples share statistics in training.</summary>
    public int VirtualBatchSize { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        if (!Training || StatisticsFrozen)
            return base.Forward(input: input);
        var chunks = new ChannelChunks(Layout(input, ofBatch: true), Count(input.Shape));
        return VirtualBatches.Forward(this, input, chunks, ofBatch: true, owners, null, MovesStatistics);
    }

    // How many virtual batches a batch has.
    int Count(Shape shape)
    {
        int samples = shape[0];
        if (samples % VirtualBatchSize != 0)
        {
            Throw.Argument(
                $"{this}: virtual batches of {VirtualBatchSize} do not divide the batch of {samples} in the input {shape}.",
                RemedyKind.VirtualBatches,
                $"Use a batch size that is a multiple of {VirtualBatchSize} and drop the last incomplete batch "
                    + $"(DataLoader with dropLast: true), or a virtual batch that divides both.");
        }

        int chunks = samples / VirtualBatchSize;
        int values = ChannelInput.LayoutOf(shape).PerChannel / chunks;
        Throw.Unless(values > 1,
            $"{this}: expected more than 1 value per channel in a virtual batch, got input {shape}. One value "
                + $"has no variance. Use a larger virtual batch.");
        return chunks;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"GhostBatchNorm({NumFeatures}, {VirtualBatchSize})");
}
