namespace Ballast.Lab;

/// <summary>A layer that stands in the place of a normalization and takes no statistics: gamma f(alpha x + s) + beta, each value by
/// itself, with gamma and beta for each channel.</summary>
/// <remarks>State: <c>alpha</c>, and <c>shift</c> where there is s, of one value each; <c>weight</c> and <c>bias</c>, [C].</remarks>
public abstract class PointwiseNorm : Module
{
    readonly Parameter alpha, weight, bias;
    readonly Parameter? shift;
    readonly int channels;

    private protected PointwiseNorm(int channels, double initialAlpha, bool hasShift)
    {
        if (channels < 1)
            throw new ArgumentException($"{GetType().Name}: expected 1 channel or more, got {channels}.");
        if (!(initialAlpha > 0 && double.IsFinite(initialAlpha)))
            throw new ArgumentException($"{GetType().Name}: expected an initial alpha above 0, got {initialAlpha}.");
        this.channels = channels;
        alpha = Register("alpha", Filled(1, (float)initialAlpha));
        shift = hasShift ? Register("shift", Filled(1, 0)) : null;
        weight = Register("weight", Filled(channels, 1));
        bias = Register("bias", Filled(channels, 0));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        if (input.Shape.Rank < 2 || input.Shape[1] != channels)
            throw new ArgumentException($"{this}: expected input [N, {channels}, ...], got {input.Shape}.");
        int[] sizes = [channels, .. Enumerable.Repeat(1, input.Shape.Rank - 2)];
        var scaled = input * alpha;
        var squashed = Squash(shift is null ? scaled : scaled + shift);
        return squashed * weight.Reshape(new Shape(sizes)) + bias.Reshape(new Shape(sizes));
    }

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({channels})";

    private protected abstract Tensor Squash(Tensor x);

    static Parameter Filled(int length, float value) => new(Tensor.From([.. Enumerable.Repeat(value, length)], [length]));
}

/// <summary>Dynamic tanh: gamma tanh(alpha x) + beta. Zhu et al. 2025, "Transformers without normalization" (DyT).</summary>
public sealed class DynamicTanh : PointwiseNorm
{
    /// <summary>Makes the layer: gamma 1, beta 0.</summary>
    /// <param name="channels">C, the number of channels: the second axis of the input.</param>
    /// <param name="alpha">What alpha begins with: the paper's 0.5.</param>
    /// <exception cref="ArgumentException">No channels, or an alpha that is not above 0.</exception>
    public DynamicTanh(int channels, double alpha = 0.5) : base(channels, alpha, false)
    {
    }

    private protected override Tensor Squash(Tensor x) => x.Tanh();
}

/// <summary>Dynamic erf: gamma erf(alpha x + s) + beta, with s of one value. Chen et al. 2025, "Stronger normalization-free
/// transformers" (Derf).</summary>
public sealed class DynamicErf : PointwiseNorm
{
    /// <summary>Makes the layer: gamma 1, beta 0, s 0.</summary>
    /// <param name="channels">C, the number of channels: the second axis of the input.</param>
    /// <param name="alpha">What alpha begins with: the paper's 0.5.</param>
    /// <exception cref="ArgumentException">No channels, or an alpha that is not above 0.</exception>
    public DynamicErf(int channels, double alpha = 0.5) : base(channels, alpha, true)
    {
    }

    private protected override Tensor Squash(Tensor x) => x.Erf();
}
