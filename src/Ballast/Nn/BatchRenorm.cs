using System.Globalization;
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
/// has the schedule's position in it. It takes [N, C], [N, C, L], [N, C, H, W] and [N, C, D, H, W].</para>
/// </remarks>
public sealed class BatchRenorm : Module, IFreezable, IFoldable
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
    {
        Throw.Unless(numFeatures > 0, $"BatchRenorm: expected at least 1 feature, got {numFeatures}.");
        Throw.Unless(double.IsFinite(eps) && eps >= 0, $"BatchRenorm: expected eps of 0 or more, got {eps}.");
        Throw.Unless(momentum is >= 0 and <= 1,
            $"BatchRenorm: expected a momentum from 0 to 1, got {momentum}. It is the weight of the newest batch.");
        Schedule = schedule ?? new RenormSchedule();
        Schedule.Check();
        NumFeatures = numFeatures;
        Eps = eps;
        Momentum = momentum;
        if (affine)
        {
            Weight = Register("weight", new Parameter(Tensor.Ones([numFeatures])));
            Bias = Register("bias", new Parameter(Tensor.Zeros([numFeatures])));
        }

        RunningMean = RegisterBuffer("running_mean", Tensor.Zeros([numFeatures]));
        RunningStd = RegisterBuffer("running_std", Tensor.Ones([numFeatures]));
        RegisterCounter("num_batches_tracked", () => NumBatchesTracked, value => NumBatchesTracked = value);
    }

    /// <summary>C, the number of channels.</summary>
    public int NumFeatures { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>The weight of the newest batch in the running statistics.</summary>
    public double Momentum { get; }

    /// <summary>rmax and dmax over the steps.</summary>
    public RenormSchedule Schedule { get; }

    /// <summary>gamma: [C], or null without affine parameters.</summary>
    public Parameter? Weight { get; }

    /// <summary>beta: [C], or null without affine parameters.</summary>
    public Parameter? Bias { get; }

    /// <summary>The running mean: [C].</summary>
    public Tensor RunningMean { get; }

    /// <summary>The running sigma, sqrt(var + eps): [C].</summary>
    public Tensor RunningStd { get; }

    /// <summary>How many batches the running statistics have seen: the step of the schedule.</summary>
    public long NumBatchesTracked { get; private set; }

    /// <summary>How many training batches were kept out of the running statistics, since the layer was made, because their own
    /// were not finite: a single one would stay in them forever.</summary>
    public long UntrackedBatches { get; private set; }

    /// <summary>Whether the running statistics are held fixed and used in training too, until <see cref="Freezing.Unfreeze"/>.
    /// </summary>
    public bool StatisticsFrozen { get; private set; }

    bool OfBatch => Training && !StatisticsFrozen;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another rank or another number of channels, or just one value a channel in training: one
    /// value has no variance.</exception>
    public override Tensor Forward(Tensor input)
    {
        bool ofBatch = OfBatch;
        var layout = MemoryOrder.Of(input, AnyRank.Layout(this, NumFeatures, input.Shape, Training, ofBatch)).Layout;
        var chunks = new ChannelChunks(layout, 1);
        double[]? rented = null;
        Span<double> numbers = NumFeatures <= 64 ? stackalloc double[4 * 64]
            : rented = System.Buffers.ArrayPool<double>.Shared.Rent(4 * NumFeatures);
        var statistics = numbers[..(2 * NumFeatures)];
        var correction = numbers.Slice(2 * NumFeatures, 2 * NumFeatures);
        if (ofBatch)
        {
            NormalizationOperation.Statistics(input, chunks, statistics);
            Correct(statistics, correction);
        }
        else
        {
            for (int c = 0; c < NumFeatures; c++)
            {
                double deviation = RunningStd.AsSpan()[c];
                statistics[c] = RunningMean.AsSpan()[c];
                statistics[NumFeatures + c] = deviation * deviation;
            }
        }

        var output = NormalizationOperation.Run(input, new NormalizationPlan
        {
            Chunks = chunks,
            Statistics = statistics,
            Epsilon = ofBatch ? Eps : 0, // the running sigma has it
            OfBatch = ofBatch,
            Gamma = Weight,
            Beta = Bias,
            Correction = ofBatch ? correction : default,
        });
        if (rented is not null)
            System.Buffers.ArrayPool<double>.Shared.Return(rented);
        return output;
    }

    // r and d, [2, C]; then the running statistics move on.
    void Correct(ReadOnlySpan<double> statistics, Span<double> correction)
    {
        var (rMax, dMax) = Schedule.At(NumBatchesTracked);
        bool tracks = BatchNorm.AreFinite(statistics, 1);
        NumBatchesTracked += tracks ? 1 : 0;
        UntrackedBatches += tracks ? 0 : 1;
        var means = RunningMean.Mutate();
        var deviations = RunningStd.Mutate();
        for (int c = 0; c < NumFeatures; c++)
        {
            double mean = statistics[c], deviation = Math.Sqrt(statistics[NumFeatures + c] + Eps);
            correction[c] = Math.Clamp(deviation / deviations[c], 1 / rMax, rMax);
            correction[NumFeatures + c] = Math.Clamp((mean - means[c]) / deviations[c], -dMax, dMax);
            if (!tracks)
                continue;
            means[c] = (float)((1 - Momentum) * means[c] + Momentum * mean);
            deviations[c] = (float)((1 - Momentum) * deviations[c] + Momentum * deviation);
        }
    }

    bool IFreezable.HasStatistics => true;

    bool IFreezable.StatisticsFrozen
    {
        get => StatisticsFrozen;
        set => StatisticsFrozen = value;
    }

    FrozenAffine IFreezable.FrozenAffine { get; set; }

    string? IFoldable.Varies => OfBatch
        ? "It is in training mode, where it normalizes with the statistics of each batch. Call Eval() on the network first." : null;

    bool IFoldable.FitsBehind(Module before) => before is Linear or Conv2d;

    ChannelConstants IFoldable.Constants(int channel) => new(
        RunningMean.AsSpan()[channel], RunningStd.AsSpan()[channel], Weight is null ? 1 : Weight.AsSpan()[channel],
        Bias is null ? 0 : Bias.AsSpan()[channel]);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"BatchRenorm({NumFeatures})");
}
