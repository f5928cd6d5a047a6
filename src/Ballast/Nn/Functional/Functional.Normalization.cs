using Ballast.Kernels;

namespace Ballast;

/// <content>Normalizations with weights and running statistics of one's own.</content>
public static partial class Functional
{
    /// <summary>Batch normalization of [N, C, ...]: y = (x - mean) / sqrt(var + eps) weight + bias for each channel. PyTorch:
    /// <c>F.batch_norm</c>.</summary>
    /// <remarks>Several batches may move the same running statistics: where one's own are not finite, they move none, and NaN does not stay in
    /// them as it does in PyTorch's.</remarks>
    /// <param name="input">x: [N, C] or [N, C, ...].</param>
    /// <param name="runningMean">[C], which training moves in place towards the batch's mean and evaluation takes; null to take the batch's
    /// always.</param>
    /// <param name="runningVar">[C], the same of the variance that divides by m - 1.</param>
    /// <param name="weight">gamma: [C], or null for 1.</param>
    /// <param name="bias">beta: [C], or null for 0.</param>
    /// <param name="training">Whether mean and variance are the batch's.</param>
    /// <param name="momentum">The weight of the batch in the running statistics.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <exception cref="ArgumentException">Shapes that do not go together, one running statistic without the other, none in evaluation, or a
    /// single value a channel in training.</exception>
    public static Tensor BatchNorm(
        Tensor input, Tensor? runningMean, Tensor? runningVar, Tensor? weight = null, Tensor? bias = null, bool training = false,
        double momentum = 0.1, double eps = 1e-5)
    {
        int channels = Channels(nameof(BatchNorm), input, weight, bias, eps);
        var running = Running(nameof(BatchNorm), runningMean, runningVar, channels, momentum);
        Throw.Unless(training || running is not null,
            $"BatchNorm: evaluation takes running statistics, got none. Give runningMean and runningVar, or training: true.");
        var layout = ChannelInput.LayoutOf(nameof(BatchNorm), channels, input.Shape);
        Throw.Unless(!training || layout.PerChannel > 1,
            $"BatchNorm: expected more than 1 value per channel when training, got input {input.Shape}. One value has no variance.");
        layout = MemoryOrder.Of(input, layout).Layout;
        var batch = new ChannelChunks(layout, 1);
        using var memory = new BatchMoments(stackalloc double[BatchMoments.Room], channels);
        var statistics = memory.Values;
        if (training)
        {
            NormalizationOperation.Statistics(input, batch, statistics);
            running?.Track(statistics[..channels], statistics[channels..], layout.PerChannel, momentum);
        }
        else
        {
            running!.CopyTo(statistics);
        }

        var (gamma, beta) = Learned(weight, bias);
        var y = NormalizationOperation.Run(input, new NormalizationPlan
        {
            Chunks = batch,
            Statistics = statistics,
            Epsilon = eps,
            OfBatch = training,
            Gamma = gamma,
            Beta = beta,
        });
        return gamma is null && beta is null ? Affine(y, weight, bias, ChannelAxes(input.Shape)) : y;
    }

    /// <summary>Instance normalization of [N, C, ...]: y = (x - mean) / sqrt(var + eps) weight + bias for each channel of each sample.
    /// PyTorch: <c>F.instance_norm</c>.</summary>
    /// <param name="input">x: [N, C, ...].</param>
    /// <param name="runningMean">[C], moved in place towards the mean of the samples' means where these are used, taken where they are not;
    /// or null.</param>
    /// <param name="runningVar">[C], the same of the variances.</param>
    /// <param name="weight">gamma: [C], or null for 1.</param>
    /// <param name="bias">beta: [C], or null for 0.</param>
    /// <param name="useInputStats">Whether mean and variance are those of the samples.</param>
    /// <param name="momentum">The weight of the batch in the running statistics.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <exception cref="ArgumentException">Shapes that do not go together, no running statistics where they are to be used, or a single value
    /// a channel and sample.</exception>
    public static Tensor InstanceNorm(
        Tensor input, Tensor? runningMean = null, Tensor? runningVar = null, Tensor? weight = null, Tensor? bias = null,
        bool useInputStats = true, double momentum = 0.1, double eps = 1e-5)
    {
        if (!useInputStats)
            return BatchNorm(input, runningMean, runningVar, weight, bias, training: false, momentum, eps);
        int channels = Channels(nameof(InstanceNorm), input, weight, bias, eps);
        var running = Running(nameof(InstanceNorm), runningMean, runningVar, channels, momentum);
        var layout = ChannelInput.LayoutOf(nameof(InstanceNorm), channels, input.Shape);
        Throw.Unless(layout.L > 1,
            $"InstanceNorm: expected more than 1 value per channel and sample, got input {input.Shape}. One value has no variance.");
        var (gamma, beta) = Learned(weight, bias);
        var y = NormalizationPasses.Instances(input, gamma, beta, layout, eps, running, momentum);
        return gamma is null && beta is null ? Affine(y, weight, bias, ChannelAxes(input.Shape)) : y;
    }

    /// <summary>Group normalization of [N, C, ...]: y = (x - mean) / sqrt(var + eps) weight + bias, with the mean and the variance of a
    /// sample's C / <paramref name="numGroups"/> neighbouring channels. PyTorch: <c>F.group_norm</c>.</summary>
    /// <param name="input">x: [N, C] or [N, C, ...].</param>
    /// <param name="numGroups">How many groups the channels make.</param>
    /// <param name="weight">gamma: [C], or null for 1.</param>
    /// <param name="bias">beta: [C], or null for 0.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <exception cref="ArgumentException">Shapes that do not go together, channels that the groups do not divide, or a group of one
    /// value.</exception>
    public static Tensor GroupNorm(Tensor input, int numGroups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
    {
        int channels = Channels(nameof(GroupNorm), input, weight, bias, eps);
        Throw.Unless(numGroups > 0 && channels % numGroups == 0,
            $"GroupNorm: expected a number of groups that divides the {channels} channels, got {numGroups}.");
        var layout = ChannelInput.LayoutOf(nameof(GroupNorm), channels, input.Shape);
        Throw.Unless(channels / numGroups * layout.L != 1,
            $"GroupNorm: expected more than 1 value per group, got input {input.Shape}. One value has no variance.");
        var (gamma, beta) = Learned(weight, bias);
        var y = NormalizationPasses.Groups(input, gamma, beta, layout, numGroups, eps);
        return gamma is null && beta is null ? Affine(y, weight, bias, ChannelAxes(input.Shape)) : y;
    }

    /// <summary>Layer normalization over the last axes: y = (x - mean) / sqrt(var + eps) weight + bias. PyTorch: <c>F.layer_norm</c>.</summary>
    /// <param name="input">x: [..., <paramref name="normalizedShape"/>].</param>
    /// <param name="normalizedShape">The sizes of the axes to normalize over.</param>
    /// <param name="weight">gamma, of that shape, or null for 1.</param>
    /// <param name="bias">beta, of that shape, or null for 0.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <exception cref="ArgumentException">Shapes that do not go together.</exception>
    public static Tensor LayerNorm(Tensor input, Shape normalizedShape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
        Rows(nameof(LayerNorm), input, normalizedShape, weight, bias, eps, centered: true);

    /// <summary>Root-mean-square normalization over the last axes: y = x / sqrt(mean(x^2) + eps) weight. PyTorch: <c>F.rms_norm</c>, from 2.4
    /// on.</summary>
    /// <param name="input">x: [..., <paramref name="normalizedShape"/>].</param>
    /// <param name="normalizedShape">The sizes of the axes to normalize over.</param>
    /// <param name="weight">gamma, of that shape, or null for 1.</param>
    /// <param name="eps">Added to the mean of the squares; 2^-23 when null.</param>
    /// <exception cref="ArgumentException">Shapes that do not go together.</exception>
    public static Tensor RmsNorm(Tensor input, Shape normalizedShape, Tensor? weight = null, double? eps = null) =>
        Rows(nameof(RmsNorm), input, normalizedShape, weight, null, eps ?? TrailingAxes.FloatEpsilon, centered: false);

    /// <summary>Local response normalization of [N, C, ...]: y = x / (k + alpha / size sum of x^2)^beta over <paramref name="size"/>
    /// neighbouring channels. PyTorch: <c>F.local_response_norm</c>.</summary>
    /// <param name="input">x: [N, C, ...], three axes or more.</param>
    /// <param name="size">How many channels are looked at: size / 2 before a channel and (size - 1) / 2 after it.</param>
    /// <param name="alpha">The factor of the mean of the squares, 0 or more.</param>
    /// <param name="beta">The exponent.</param>
    /// <param name="k">Added to the mean, above 0.</param>
    /// <exception cref="ArgumentException">Fewer axes, a size below 1, or numbers that let the divisor become 0.</exception>
    public static Tensor LocalResponseNorm(Tensor input, int size, double alpha = 1e-4, double beta = 0.75, double k = 1)
    {
        NormalizationChecks.Response(size, alpha, beta, k);
        Throw.Unless(input.Shape.Rank >= 3,
            $"LocalResponseNorm: expected input [N, C, L], [N, C, H, W] or [N, C, D, H, W], got {input.Shape}. It works across "
                + $"channels at each position: Reshape [N, C] to [N, C, 1].");
        var rule = new ResponseNormalization(size, (float)alpha, (float)beta, (float)k);
        return ResponseNormalizationOperation.Run(input, ChannelInput.LayoutOf(input.Shape), rule);
    }

    static Tensor Rows(string name, Tensor input, Shape normalizedShape, Tensor? weight, Tensor? bias, double eps, bool centered)
    {
        TrailingAxes.Check(name, normalizedShape, eps);
        var layout = TrailingAxes.Layout(name, input.Shape, normalizedShape);
        CheckLearned(name, weight, bias, normalizedShape);
        var (gamma, beta) = Learned(weight, bias);
        var y = RowNormalizationOperation.Run(input, gamma, beta, layout, centered, eps);
        return gamma is null && beta is null ? Affine(y, weight, bias, normalizedShape) : y;
    }

    // C, of [N, C, ...] that weight, bias and eps go with.
    static int Channels(string name, Tensor input, Tensor? weight, Tensor? bias, double eps)
    {
        Throw.Unless(input.Shape.Rank >= 2 && input.Shape[1] > 0, $"{name}: expected input [N, C] or [N, C, ...], got {input.Shape}.");
        NormalizationChecks.Eps(name, eps);
        CheckLearned(name, weight, bias, [input.Shape[1]]);
        return input.Shape[1];
    }

    static void CheckLearned(string name, Tensor? weight, Tensor? bias, Shape shape)
    {
        Throw.Unless(weight is null || weight.Shape == shape, $"{name}: expected a weight {shape}, got {weight?.Shape}.");
        Throw.Unless(bias is null || bias.Shape == shape, $"{name}: expected a bias {shape}, got {bias?.Shape}.");
    }

    static RunningMoments? Running(string name, Tensor? mean, Tensor? variance, int channels, double momentum)
    {
        NormalizationChecks.Momentum(name, momentum);
        if (mean is null && variance is null)
            return null;
        Throw.Unless(mean is not null && variance is not null, $"{name}: expected runningMean and runningVar, or neither. Got one of them.");
        Throw.Unless(mean!.Shape == new Shape(channels) && variance!.Shape == mean.Shape,
            $"{name}: expected runningMean and runningVar [{channels}], got {mean.Shape} and {variance!.Shape}.");
        return new RunningMoments(mean, variance!);
    }

    // Parameters take part in the normalization's own pass; what was computed is multiplied and added after it.
    static (Parameter? Gamma, Parameter? Beta) Learned(Tensor? weight, Tensor? bias) =>
        weight is Parameter gamma && bias is null or Parameter ? (gamma, (Parameter?)bias) : (null, null);

    static Shape ChannelAxes(Shape shape)
    {
        int[] sizes = new int[shape.Rank - 1];
        Array.Fill(sizes, 1);
        sizes[0] = shape[1];
        return new Shape(sizes);
    }

    static Tensor Affine(Tensor y, Tensor? weight, Tensor? bias, Shape shape)
    {
        if (weight is not null)
            y *= weight.Reshape(shape);
        return bias is null ? y : y + bias.Reshape(shape);
    }
}
