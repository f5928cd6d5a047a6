using System.Globalization;
using Ballast.Kernels;

namespace Ballast;

/// <summary>Instance normalization: each channel of each sample of [N, C, ...] is brought to mean 0 and variance 1 over its
/// own positions: y = (x - mean) / sqrt(var + eps) gamma + beta, where var divides by the number of positions. Ulyanov,
/// Vedaldi &amp; Lempitsky 2016. <see cref="InstanceNorm1d"/>, <see cref="InstanceNorm2d"/> and <see cref="InstanceNorm3d"/>
/// differ in the inputs they take.</summary>
/// <remarks>
/// As in PyTorch, gamma and beta are there only with affine: true. Unless statistics are tracked, training and evaluation are
/// the same. Tracked ones move in training towards the averages over the batch of the samples' means and unbiased variances,
/// running = (1 - momentum) running + momentum average, and evaluation normalizes with them.
/// </remarks>
public abstract class InstanceNorm : Module
{
    readonly RunningMoments? running;

    private protected InstanceNorm(int numFeatures, double eps, double momentum, bool affine, bool trackRunningStats)
    {
        string name = GetType().Name;
        NormalizationChecks.Features(name, numFeatures);
        NormalizationChecks.Eps(name, eps);
        NormalizationChecks.Momentum(name, momentum);
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
            RunningVar = RegisterBuffer("running_var", Tensor.Ones([numFeatures]));
            running = new RunningMoments(RunningMean, RunningVar);
            long batches = 0; // PyTorch has the key in its state and never counts
            RegisterCounter("num_batches_tracked", () => batches, value => batches = value);
        }
    }

    /// <summary>C, the number of channels.</summary>
    public int NumFeatures { get; }

    /// <summary>Added to the variance.</summary>
    public double Eps { get; }

    /// <summary>The weight of the newest batch in the running statistics.</summary>
    public double Momentum { get; }

    /// <summary>gamma: [C], or null without affine parameters.</summary>
    public Parameter? Weight { get; }

    /// <summary>beta: [C], or null without affine parameters.</summary>
    public Parameter? Bias { get; }

    /// <summary>The running mean [C], which training changes in place; null where none is tracked.</summary>
    public Tensor? RunningMean { get; }

    /// <summary>The running unbiased variance [C], which training changes in place; null where none is tracked.</summary>
    public Tensor? RunningVar { get; }

    /// <summary>How many training batches were kept out of the running statistics, since the layer was made, because their own
    /// were not finite: a single one would stay in them forever.</summary>
    public long UntrackedBatches => running?.Untracked ?? 0;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another rank or another number of channels, or just one value a channel where the
    /// statistics are the sample's: one value has no variance.</exception>
    public override Tensor Forward(Tensor input) => input.Shape.Rank == Rank - 1 && input.Shape[0] == NumFeatures
        ? Normalize(input.Unsqueeze(0)).Squeeze(0) : Normalize(input);

    Tensor Normalize(Tensor input)
    {
        bool ofSample = Training || RunningMean is null;
        var layout = Layout(input.Shape, ofSample);
        return ofSample ? NormalizationPasses.Instances(input, Weight, Bias, layout, Eps, running, Momentum) : WithRunning(input, layout);
    }

    // As a batch normalization does.
    Tensor WithRunning(Tensor input, ChannelLayout layout)
    {
        using var memory = new BatchMoments(stackalloc double[BatchMoments.Room], NumFeatures);
        running!.CopyTo(memory.Values);
        return NormalizationOperation.Run(input, new NormalizationPlan
        {
            Chunks = new ChannelChunks(MemoryOrder.Of(input, layout).Layout, 1),
            Statistics = memory.Values,
            Epsilon = Eps,
            Gamma = Weight,
            Beta = Bias,
        });
    }

    /// <summary>The axes behind the channels, as an error tells them: <c>H, W</c>.</summary>
    private protected abstract string Axes { get; }

    // Of a batch.
    int Rank => 2 + Axes.Split(", ").Length;

    ChannelLayout Layout(Shape shape, bool ofSample)
    {
        if (shape.Rank != Rank || shape[1] != NumFeatures)
        {
            Throw.Argument($"{this}: expected input [N, {NumFeatures}, {Axes}] or [{NumFeatures}, {Axes}], got {shape}. " +
                (shape.Rank == Rank || shape.Rank == Rank - 1 ? $"The layer before it must produce {NumFeatures} channels."
                    : "There are InstanceNorm1d for [N, C, L], InstanceNorm2d for [N, C, H, W] and InstanceNorm3d for [N, C, D, H, W]."));
        }

        var layout = ChannelInput.LayoutOf(shape);
        if (layout.L <= 1 && ofSample)
        {
            Throw.Argument(
                $"{this}: expected more than 1 value per channel and sample{(RunningMean is null ? "" : " when training")}, "
                    + $"got input {shape}. One value has no variance.",
                RemedyKind.LargerInputs,
                $"Use larger inputs or less pooling before it{(RunningMean is null ? "" : ", or call Eval() first")}.");
        }

        return layout;
    }

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => PythonText.Norm(NumFeatures, Eps, Momentum, Weight is not null, RunningMean is not null);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{GetType().Name}({NumFeatures})");
}
