using System.Globalization;
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
    readonly RunningMoments? running;

    // keepsDeviations: what is kept is not the running variance but the root of it and eps.
    private protected BatchNorm(
        int numFeatures, double eps, double? momentum, bool affine, bool trackRunningStats, bool keepsDeviations = false)
    {
        string name = GetType().Name;
        Throw.Unless(numFeatures > 0, $"{name}: expected at least 1 feature, got {numFeatures}.");
        Throw.Unless(double.IsFinite(eps) && eps >= 0, $"{name}: expected eps of 0 or more, got {eps}.");
        Throw.Unless(momentum is null or (>= 0 and <= 1),
            $"{name}: expected a momentum from 0 to 1, or null, got {momentum}. It is the weight of the newest batch.");
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
            RunningSpread = RegisterBuffer(keepsDeviations ? "running_std" : "running_var", Tensor.Ones([numFeatures]));
            var moments = running = new RunningMoments(RunningMean, RunningSpread, keepsDeviations ? eps : null);
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
    public virtual Tensor? RunningVar => RunningSpread;

    /// <summary>What is kept of the running variance: [C].</summary>
    private protected Tensor? RunningSpread { get; }

    /// <summary>How many batches the running statistics have seen.</summary>
    public long NumBatchesTracked => running?.Batches ?? 0;

    /// <summary>Whether the running statistics are held fixed and used in training too, until <see cref="Freezing.Unfreeze"/>.
    /// </summary>
    public bool StatisticsFrozen { get; private set; }

    /// <summary>The workers whose samples share their statistics in training; null for the batch alone.</summary>
    public ICommunicator? Communicator { get; internal set; }

    /// <summary>Whether the statistics in use are the batch's.</summary>
    internal bool UsesBatchStatistics => (Training && !StatisticsFrozen) || RunningMean is null || Observer is not null;

    /// <summary>While a network is tried on zeros, no worker waits for the others.</summary>
    internal bool Rehearses { get; set; }

    bool Shares => Training && !StatisticsFrozen && !Rehearses && Observer is null && Communicator is { Size: > 1 };

    /// <summary>How many training batches were kept out of the running statistics, since the layer was made, because their own
    /// were not finite: a single one would stay in them forever.</summary>
    public long UntrackedBatches => running?.Untracked ?? 0;

    /// <summary>Is shown the statistics that an input is about to be normalized with.</summary>
    internal BatchNormObserver? Normalizes { get; set; }

    /// <inheritdoc/>
    bool IRunningStatistics.IsTracking => KeepsStatistics && !StatisticsFrozen;

    /// <summary>Whether the layer has running statistics of its own to gather.</summary>
    private protected virtual bool KeepsStatistics => RunningMean is not null;

    /// <summary>Who takes the statistics of each batch in place of the running ones.</summary>
    private protected IStatisticsObserver? Observer => Observation.Of(this);

    /// <inheritdoc/>
    void IRunningStatistics.SetRunning(ReadOnlySpan<double> mean, ReadOnlySpan<double> variance, long batches) =>
        running!.Write(mean, variance, batches);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another rank or another number of channels, or just one value a channel where the
    /// statistics are the batch's: one value has no variance.</exception>
    public override Tensor Forward(Tensor input)
    {
        bool ofBatch = UsesBatchStatistics;
        var layout = Layout(input.Shape, ofBatch);
        var chunks = new ChannelChunks(MemoryOrder.Of(input, layout).Layout, Chunks(input.Shape));
        Span<double> numbers = stackalloc double[4 * 64];
        double[]? rented = null;
        if (chunks.Channels > 64)
            numbers = rented = System.Buffers.ArrayPool<double>.Shared.Rent(4 * chunks.Channels);
        var statistics = numbers[..(2 * chunks.Channels)];
        scoped Span<double> correction = default;

        double count = chunks.Each.PerChannel;
        bool shares = Shares;
        if (ofBatch)
        {
            NormalizationOperation.Statistics(input, chunks, statistics);
            if (shares)
                count = Join(statistics, count, input.Shape);
            if (Observer is { } observer)
                observer.Observe(Joined(chunks, statistics), layout.PerChannel);
            else if (Training && !StatisticsFrozen && RunningMean is not null && count > 1) // a rehearsal alone may have a single value
            {
                correction = Correct(statistics, numbers.Slice(2 * chunks.Channels, 2 * chunks.Channels));
                Track(chunks, statistics, count);
            }
        }
        else
        {
            CopyRunning(chunks, statistics);
        }

        Normalizes?.Invoke(input, chunks.Whole, Joined(chunks, statistics), ofBatch);
        var output = NormalizationOperation.Run(input, new NormalizationPlan
        {
            Chunks = chunks,
            Statistics = statistics,
            Epsilon = Eps,
            OfBatch = ofBatch,
            Gamma = Weight,
            Beta = Bias,
            Pairs = chunks.Count > 1 ? Pairs : null,
            Correction = correction,
            Communicator = shares ? Communicator : null,
            Count = count,
        });
        if (rented is not null)
            System.Buffers.ArrayPool<double>.Shared.Return(rented);
        return output;
    }

    /// <summary>In how many chunks of samples a batch is normalized now.</summary>
    private protected virtual int Chunks(Shape shape) => 1;

    /// <summary>gamma and beta of each chunk, where they have their own.</summary>
    private protected virtual AffinePair[]? Pairs => null;

    /// <summary>What the layer takes, as an error tells it: <c>[N, 64] or [N, 64, L]</c>.</summary>
    private protected abstract string Expected { get; }

    /// <summary>Whether the layer takes inputs of this rank.</summary>
    private protected abstract bool Takes(int rank);

    /// <summary>What to do about an input of another rank.</summary>
    private protected abstract string Remedy(int rank);

    /// <summary>Where the channels of an input lie, which is refused if the layer cannot take it.</summary>
    private protected ChannelLayout Layout(Shape shape, bool ofBatch)
    {
        bool rightRank = Takes(shape.Rank);
        if (!rightRank || shape[1] != NumFeatures)
        {
            Throw.Argument($"{this}: expected input {Expected}, got {shape}. " +
                (rightRank ? $"The layer before it must produce {NumFeatures} {(shape.Rank > 3 ? "channels" : "features")}."
                    : Remedy(shape.Rank)));
        }

        var layout = AnyRank.Layout(shape);
        if (layout.PerChannel > 1 || !ofBatch || Shares || (Rehearses && Communicator is not null))
            return layout;
        if (Observer is not null)
            RunningMoments.RefuseSingle(this, shape);
        AnyRank.RefuseTooFew(this, shape, layout.PerChannel, Training && !StatisticsFrozen);
        return default;
    }

    bool IFreezable.StatisticsFrozen
    {
        get => StatisticsFrozen;
        set => StatisticsFrozen = value;
    }

    bool IFreezable.HasStatistics => RunningMean is not null;

    FrozenAffine IFreezable.FrozenAffine { get; set; }

    string? IFoldable.Varies => !UsesBatchStatistics ? null
        : RunningMean is null ? "It has no running statistics: it normalizes with those of each batch, in evaluation mode too."
        : "It is in training mode, where it normalizes with the statistics of each batch. Call Eval() on the network first.";

    /// <inheritdoc/>
    bool IFoldable.FitsBehind(Module before) => FitsBehind(before);

    ChannelConstants IFoldable.Constants(int channel) => new(
        RunningMean!.AsSpan()[channel], Math.Sqrt(running!.Variance(channel) + Eps),
        Weight is null ? 1 : Weight.AsSpan()[channel], Bias is null ? 0 : Bias.AsSpan()[channel]);

    /// <summary>Whether the channels of this layer are those of the layer before it.</summary>
    private protected virtual bool FitsBehind(Module before) => before is Linear or Conv2d;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{GetType().Name}({NumFeatures})");
}
