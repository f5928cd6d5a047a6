namespace Ballast;

/// <summary>Dynamic error function, which takes the place of a layer normalization without measuring anything: gamma erf(alpha x + s) + beta,
/// with one alpha and one s, and a gamma and a beta for each position of the last axes or of the channels. Chen et al. 2025, "Stronger
/// normalization-free transformers"; keys <c>alpha</c>, <c>shift</c>, <c>weight</c>, <c>bias</c>.</summary>
public sealed class Derf : PointwiseNormalization
{
    /// <summary>Makes the layer: gamma 1, beta 0.</summary>
    /// <param name="normalizedShape">The sizes of the last axes, or the number of channels of [N, C, ...].</param>
    /// <param name="channelsLast">Whether it goes along the last axes, as in a transformer; else along the axis C of [N, C, ...].</param>
    /// <param name="alphaInitValue">Where alpha begins.</param>
    /// <param name="shiftInitValue">Where s begins.</param>
    /// <exception cref="ArgumentException">No sizes, one of 0, several with <paramref name="channelsLast"/> false, or a number that is not
    /// finite.</exception>
    public Derf(Shape normalizedShape, bool channelsLast = true, double alphaInitValue = 0.5, double shiftInitValue = 0)
        : base(normalizedShape, channelsLast, alphaInitValue, shiftInitValue)
    {
    }

    /// <summary>s: [1].</summary>
    public new Parameter Shift => base.Shift!;

    /// <inheritdoc/>
    private protected override Tensor Bend(Tensor x) => x.Erf();
}
