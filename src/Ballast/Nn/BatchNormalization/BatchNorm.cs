using Ballast.Kernels;

namespace Ballast;

/// <summary>Batch normalization: each channel of [N, C, ...] is brought to mean 0 and variance 1 over everything but C, then
/// scaled and shifted by what it learns: y = (x - mean) / sqrt(var + eps) gamma + beta. Ioffe &amp; Szegedy 2015.
/// <see cref="BatchNorm1d"/>, <see cref="BatchNorm2d"/> and <see cref="BatchNorm3d"/> differ in the inputs they take.</summary>
/// <remarks>
/// In training mode, and where no statistics are tracked, mean and var are those of the batch (var divides by the m values of
/// a channel). In evaluation mode they are the running ones, which training moves towards each batch's:
/// running = (1 - momentum) running + momentum batch, with the variance that divides by m - 1. Momentum null averages over
/// all batches. (Keras and ONNX call 1 - momentum the momentum.) A batch in which the mean or the variance of a channel is not
/// finite moves none of them and is not counted; PyTorch's running statistics stay NaN after one.
/// </remarks>
public abstract partial class BatchNorm : Module, IFreezable, IFoldable, IRunningStatistics
{
    readonly ChannelInput takes;
    readonly RunningMoments? running;

    // keepsDeviations: what is kept is not the running variance but the root of it and eps.
    private protected BatchNorm(
        ChannelInput takes, int numFeatures, double eps, double? momentum, bool affine, bool trackRunningStats, bool keepsDeviations = false)
    {
        string name = GetType().Name;
        NormalizationChecks.Features(name, numFeatures);
        NormalizationChecks.Eps(name, eps);
        NormalizationChecks.Momentum(name, momentum, ", or null");
        this.takes = takes;
        NumFeatures = numFeatures;
        Eps = eps;
        Momentum = momentum;
        if (affine)
        {
            Weight = Register("weight", new Parameter(Tensor.Ones([numFeatures])));
            Bias = Register("bias", new Parameter(Tensor.Zeros([numFeatures])));
        }

        if (trackRunningStats)
        {
            RunningMean = RegisterBuffer("running_mean", Tensor.Zeros([numFeatures]));
            RunningScale = RegisterBuffer(keepsDeviations ? "running_std" : "running_var", Tensor.Ones([numFeatures]));
            var moments = running = new RunningMoments(RunningMean, RunningScale, keepsDeviations ? eps : null);
            RegisterCounter("num_batches_tracked", () => moments.Batches, value => moments.Batches = value);
        }
    }

    /// <summary>C, the number of channels.</summary>
    public int NumFeatures { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>The weight of the newest batch in the running statistics; null for their plain average.</summary>
    public double? Momentum { get; }

    /// <summary>gamma: [C], or null without affine parameters.</summary>
    public Parameter? Weight { get; }

    /// <summary>beta: [C], or null without affine parameters.</summary>
    public Parameter? Bias { get; }

    /// <summary>The running mean [C], which training changes in place; null where none is tracked.</summary>
    public Tensor? RunningMean { get; }

    /// <summary>The running unbiased variance [C], which training changes in place; null where none is tracked.</summary>
    public virtual Tensor? RunningVar => RunningScale;

    /// <summary>What is kept of the running variance: [C].</summary>
    private protected Tensor? RunningScale { get; }

    /// <summary>How many batches the running statistics have seen.</summary>
    public long NumBatchesTracked => running?.Batches ?? 0;

    /// <summary>Whether the running statistics are held fixed and used in training too, until <see cref="Freezing.Unfreeze"/>.
    /// </summary>
    public bool StatisticsFrozen { get; private set; }

    /// <summary>Whether the statistics in use are the batch's.</summary>
    internal bool UsesBatchStatistics => (Training && !StatisticsFrozen) || RunningMean is null || Observation.Of(this) is not null;

    /// <summary>How many training batches were kept out of the running statistics, since the layer was made, because their own
    /// were not finite: a single one would stay in them forever.</summary>
    public long UntrackedBatches => running?.Untracked ?? 0;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another rank or another number of channels, or just one value a channel where the
    /// statistics are the batch's: one value has no variance.</exception>
    public override Tensor Forward(Tensor input)
    {
        if (SharesStatistics)
            return ForwardAmongWorkers(input);
        bool ofBatch = UsesBatchStatistics;
        return Forward(input, Layout(input, ofBatch), ofBatch);
    }

    /// <summary>Plain batch normalization of channels that lie as <paramref name="layout"/> says.</summary>
    private protected Tensor Forward(Tensor input, ChannelLayout layout, bool ofBatch)
    {
        var batch = new ChannelChunks(layout, 1);
        using var statistics = new BatchMoments(stackalloc double[BatchMoments.Room], NumFeatures);
        if (ofBatch)
        {
            NormalizationOperation.Statistics(input, batch, statistics.Values);
            Take(statistics.Values, layout.PerChannel);
        }
        else
        {
            running!.CopyTo(statistics.Values);
        }

        return Normalize(input, Plan(batch, statistics.Values, ofBatch));
    }

    /// <summary>Shows the statistics of a batch to who gathers them, or takes them into the running ones.</summary>
    /// <param name="statistics">Mean and biased variance: [2, C].</param>
    /// <param name="count">How many values of a channel they are of.</param>
    private protected void Take(ReadOnlySpan<double> statistics, int count)
    {
        if (Observation.Of(this) is { } observer)
            observer.Observe(statistics, count);
        else if (MovesStatistics && count > 1) // a rehearsal alone may have a single value
            Track(statistics, count);
    }

    /// <summary>Whether running statistics move with this batch, unless someone gathers them.</summary>
    private protected bool MovesStatistics => Training && !StatisticsFrozen && RunningMean is not null;

    /// <summary>Takes the mean and biased variance of <paramref name="count"/> values, [2, C], into the running ones; the running
    /// variance is unbiased.</summary>
    internal void Track(ReadOnlySpan<double> statistics, double count) =>
        running!.Track(statistics[..NumFeatures], statistics.Slice(NumFeatures, NumFeatures), count, Momentum);

    /// <summary>The normalization with statistics, eps, gamma and beta.</summary>
    internal NormalizationPlan Plan(ChannelChunks chunks, ReadOnlySpan<double> statistics, bool ofBatch) => new()
    {
        Chunks = chunks,
        Statistics = statistics,
        Epsilon = Eps,
        OfBatch = ofBatch,
        Gamma = Weight,
        Beta = Bias,
    };

    /// <summary>y = (x - mean) / sqrt(var + eps) gamma + beta, shown to a <see cref="Probe"/> first.</summary>
    internal Tensor Normalize(Tensor input, in NormalizationPlan plan)
    {
        Normalizes?.Invoke(input, plan.Chunks.Whole, VirtualBatches.Joined(plan.Chunks, plan.Statistics), plan.OfBatch);
        return NormalizationOperation.Run(input, plan);
    }

    /// <summary>Where the channels of an input lie, which is refused if the layer cannot take it.</summary>
    private protected ChannelLayout Layout(Tensor input, bool ofBatch)
    {
        var layout = takes.Layout(this, NumFeatures, input.Shape);
        if (layout.PerChannel <= 1 && ofBatch && !MayHaveSingleValues)
            RefuseTooFew(input.Shape, layout.PerChannel);
        return MemoryOrder.Of(input, layout).Layout;
    }
}
