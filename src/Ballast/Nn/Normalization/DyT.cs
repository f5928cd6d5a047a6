namespace Ballast;

/// <summary>Dynamic tanh, which takes the place of a layer normalization without measuring anything: gamma tanh(alpha x) + beta, with one
/// alpha, and a gamma and a beta for each position of the last axes or of the channels. Zhu et al. 2025, "Transformers without
/// normalization"; the authors' <c>DynamicTanh</c>, with its keys.</summary>
public sealed class DyT : PointwiseNormalization
{
    /// <summary>Makes the layer: gamma 1, beta 0.</summary>
    /// <param name="normalizedShape">The sizes of the last axes, or the number of channels of [N, C, ...].</param>
    /// <param name="channelsLast">Whether it goes along the last axes, as in a transformer; else along the axis C of [N, C, ...].</param>
    /// <param name="alphaInitValue">Where alpha begins.</param>
    /// <exception cref="ArgumentException">No sizes, one of 0, several with <paramref name="channelsLast"/> false, or a number that is not
    /// finite.</exception>
    public DyT(Shape normalizedShape, bool channelsLast = true, double alphaInitValue = 0.5)
        : base(normalizedShape, channelsLast, alphaInitValue, shiftInitValue: null)
    {
    }

    /// <inheritdoc/>
    private protected override Tensor Bend(Tensor x) => x.Tanh();
}
