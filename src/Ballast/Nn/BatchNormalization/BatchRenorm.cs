using Ballast.Kernels;

namespace Ballast;

/// <summary>Batch renormalization: in training a batch is normalized with its own statistics and then corrected towards the running
/// ones, y = ((x - mean) / sigma r + d) gamma + beta, with sigma = sqrt(var + eps), r = sigma / running sigma between 1 / rmax and
/// rmax, and d = (mean - running mean) / running sigma between -dmax and dmax. r and d are constants for the gradient. What training
/// computes so comes close to what evaluation will, also where batches are small or their samples alike. Ioffe 2017, algorithm 1;
/// Keras: <c>renorm=True</c>.</summary>
/// <remarks>
/// <para>Evaluation: y = (x - running mean) / running sigma gamma + beta. Training moves both towards each batch's, after r and d were
/// taken: running = (1 - momentum) running + momentum batch. As in the paper it is sigma that is averaged, eps and all, and not
/// an unbiased variance; the state calls it <c>running_std</c>.</para>
/// <para>rmax and dmax follow a <see cref="RenormSchedule"/> over the steps that <c>num_batches_tracked</c> counts, so that a state
/// has the schedule's position in it. Among several workers (<see cref="SyncBatchNorm.Convert"/>) r and d are those of all
/// workers' samples.</para>
/// <para>Statistics that are measured (<see cref="PreciseStatistics"/>, <see cref="AdaptiveBatchNorm"/>) are unbiased variances, of which
/// the running sigma becomes sqrt(var + eps). While they are, and under <see cref="Tent"/>, a batch is normalized with its own
/// statistics and not corrected.</para>
/// </remarks>
public sealed class BatchRenorm : BatchNorm
{
    /// <summary>Makes the layer: gamma 1, beta 0, running mean 0 and sigma 1. The defaults are the paper's.</summary>
    /// <param name="numFeatures">C, the number of channels.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="momentum">The weight of the newest batch in the running statistics, 0 to 1. (Keras' renorm_momentum is the
    /// other part, 0.99.)</param>
    /// <param name="affine">Whether gamma and beta are learned; without, they are 1 and 0.</param>
    /// <param name="schedule">rmax and dmax over the steps; null for the paper's.</param>
    /// <exception cref="ArgumentException">No channels, an eps that is negative or not finite, a momentum outside 0 to 1, or a
    /// schedule that goes backwards.</exception>
    public BatchRenorm(
        int numFeatures, double eps = 1e-3, double momentum = 0.01, bool affine = true, RenormSchedule? schedule = null)
        : base(ChannelInput.Any, numFeatures, eps, momentum, affine, trackRunningStats: true, keepsDeviations: true)
    {
        Schedule = schedule ?? new RenormSchedule();
        Schedule.Check();
    }

    /// <summary>rmax and dmax over the steps.</summary>
    public RenormSchedule Schedule { get; }

    /// <summary>The running sigma, sqrt(var + eps), which training changes in place: [C].</summary>
    public Tensor RunningStd => RunningScale!;

    /// <summary>The running sigma's variance, sigma^2 - eps: [C], computed each time. Writing to it changes nothing. Rounding may leave
    /// that of a constant channel a little below 0.</summary>
    public override Tensor RunningVar
    {
        get
        {
            var variances = Tensor.Zeros([NumFeatures]);
            var to = variances.Mutate();
            for (int c = 0; c < NumFeatures; c++)
                to[c] = (float)RunningVariance(c);
            return variances;
        }
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        if (!MovesStatistics || Observation.Of(this) is not null)
            return base.Forward(input: input);
        var layout = Layout(input, ofBatch: true);
        using var statistics = new BatchMoments(stackalloc double[BatchMoments.Room], NumFeatures);
        double count = Measure(input, layout, statistics.Values);
        var plan = Plan(new ChannelChunks(layout, 1), statistics.Values, ofBatch: true);
        if (SharesStatistics)
            plan = plan with { Communicator = Communicator, Count = count };
        if (count <= 1) // in a rehearsal alone
            return Normalize(input, plan);
        using var correction = new BatchMoments(stackalloc double[BatchMoments.Room], NumFeatures);
        var (rMax, dMax) = Schedule.At(NumBatchesTracked);
        ChannelTables.Corrections(statistics.Values, Eps, RunningMean!.AsSpan(), RunningStd.AsSpan(), rMax, dMax, correction.Values);
        Track(statistics.Values, count);
        return Normalize(input, plan with { Correction = correction.Values });
    }
}
