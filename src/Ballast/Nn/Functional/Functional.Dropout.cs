namespace Ballast;

/// <content>Dropout and its kin.</content>
public static partial class Functional
{
    const double SeluLimit = 1.7580993408473766;

    /// <summary>Each value 0 with probability p, and times 1 / (1 - p) otherwise. PyTorch: <c>F.dropout</c>, with its draws.</summary>
    /// <param name="input">Any shape.</param>
    /// <param name="p">The probability of a zero, from 0 to 1.</param>
    /// <param name="training">Whether anything is dropped.</param>
    /// <param name="generator">Where the draws come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A probability outside 0 to 1.</exception>
    public static Tensor Dropout(Tensor input, double p = 0.5, bool training = true, Generator? generator = null)
    {
        CheckProbability(nameof(Dropout), p);
        if (!training || p == 0 || input.Length == 0)
            return input;
        return p == 1 ? input * 0f : DropoutOperation.Run(input, p, generator ?? Generator.Default);
    }

    /// <summary>Each channel of sequences [N, C, L], or [C, L], 0 as a whole with probability p, and times 1 / (1 - p) otherwise. PyTorch:
    /// <c>F.dropout1d</c>, with its draws.</summary>
    /// <inheritdoc cref="Dropout"/>
    public static Tensor Dropout1d(Tensor input, double p = 0.5, bool training = true, Generator? generator = null) =>
        DropChannels(nameof(Dropout1d), input, p, training, generator, unbatched: 2, rank: 3);

    /// <summary>Each channel of images [N, C, H, W], or of [N, C, L], 0 as a whole with probability p, and times 1 / (1 - p) otherwise.
    /// PyTorch: <c>F.dropout2d</c>, with its draws.</summary>
    /// <inheritdoc cref="Dropout"/>
    public static Tensor Dropout2d(Tensor input, double p = 0.5, bool training = true, Generator? generator = null) =>
        DropChannels(nameof(Dropout2d), input, p, training, generator, unbatched: 0, rank: input.Shape.Rank == 3 ? 3 : 4);

    /// <summary>Each channel of volumes [N, C, D, H, W], or [C, D, H, W], 0 as a whole with probability p, and times 1 / (1 - p) otherwise.
    /// PyTorch: <c>F.dropout3d</c>, with its draws.</summary>
    /// <inheritdoc cref="Dropout"/>
    public static Tensor Dropout3d(Tensor input, double p = 0.5, bool training = true, Generator? generator = null) =>
        DropChannels(nameof(Dropout3d), input, p, training, generator, unbatched: 4, rank: 5);

    /// <summary>Dropout that keeps mean 0 and variance 1 behind a SELU: what is dropped becomes the SELU's limit, and all of it is scaled and
    /// shifted. Klambauer et al. 2017. PyTorch: <c>F.alpha_dropout</c>, with its draws.</summary>
    /// <inheritdoc cref="Dropout"/>
    public static Tensor AlphaDropout(Tensor input, double p = 0.5, bool training = false, Generator? generator = null) =>
        DropToLimit(nameof(AlphaDropout), input, input.Shape, p, training, generator);

    /// <summary>The same of whole channels of [N, C, ...]. PyTorch: <c>F.feature_alpha_dropout</c>, with its draws.</summary>
    /// <inheritdoc cref="Dropout"/>
    public static Tensor FeatureAlphaDropout(Tensor input, double p = 0.5, bool training = false, Generator? generator = null)
    {
        Throw.Unless(input.Shape.Rank >= 2, $"FeatureAlphaDropout: expected input [N, C, ...], got {input.Shape}.");
        return DropToLimit(nameof(FeatureAlphaDropout), input, Leading(input.Shape, 2), p, training, generator);
    }

    /// <summary>Samples, or the whole batch, 0 with probability p, and times 1 / (1 - p) otherwise: what a residual block adds to its input.
    /// Huang et al. 2016. torchvision: <c>ops.stochastic_depth</c>, with its draws.</summary>
    /// <param name="input">[N, ...].</param>
    /// <param name="p">The probability of a zero, from 0 to 1.</param>
    /// <param name="mode">Whether each sample is drawn, or the batch as one.</param>
    /// <param name="training">Whether anything is dropped.</param>
    /// <param name="generator">Where the draws come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A probability outside 0 to 1, or a single value.</exception>
    public static Tensor StochasticDepth(
        Tensor input, double p, StochasticDepthMode mode = StochasticDepthMode.Row, bool training = true, Generator? generator = null)
    {
        CheckProbability(nameof(StochasticDepth), p);
        Throw.Unless(input.Shape.Rank > 0, $"StochasticDepth: expected a batch [N, ...], got a single value.");
        if (!training || p == 0)
            return input;
        return input * Drawn(Leading(input.Shape, mode == StochasticDepthMode.Row ? 1 : 0), 1 - p, p == 1 ? 1 : 1 / (float)(1 - p), generator);
    }

    static void CheckProbability(string name, double p) => Throw.Unless(p is >= 0 and <= 1, $"{name}: expected a probability from 0 to 1, got {p}.");

    static Tensor DropChannels(string name, Tensor input, double p, bool training, Generator? generator, int unbatched, int rank)
    {
        CheckProbability(name, p);
        int given = input.Shape.Rank;
        Throw.Unless(given == rank || given == unbatched,
            $"{name}: expected input [N, C, ...] of {rank} axes{(unbatched > 0 ? $", or [C, ...] of {unbatched}" : "")}, got {input.Shape}.");
        if (!training || p == 0 || input.Length == 0)
            return input;
        return p == 1 ? input * 0f : input * Drawn(Leading(input.Shape, given == rank ? 2 : 1), 1 - p, 1 / (float)(1 - p), generator);
    }

    static Tensor DropToLimit(string name, Tensor input, Shape drawn, double p, bool training, Generator? generator)
    {
        CheckProbability(name, p);
        if (!training || p == 0 || input.Length == 0)
            return input;
        if (p == 1)
            return input * 0f;
        double a = 1 / Math.Sqrt((SeluLimit * SeluLimit * p + 1) * (1 - p));
        var kept = Drawn(drawn, 1 - p, 1, generator);
        return input * (kept * a) + ((kept - 1) * (SeluLimit * a) + SeluLimit * a * p);
    }

    // The first axes of a shape, and 1 on the others.
    static Shape Leading(Shape shape, int axes)
    {
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        shape.CopyTo(sizes);
        sizes[axes..].Fill(1);
        return new Shape(sizes[..shape.Rank]);
    }

    // A value with a probability, 0 otherwise.
    static Tensor Drawn(Shape shape, double p, float value, Generator? generator)
    {
        float[] values = new float[shape.Length];
        (generator ?? Generator.Default).Bernoulli(values, p, value);
        return Tensor.From(values, shape);
    }
}
