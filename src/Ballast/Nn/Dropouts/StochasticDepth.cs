using System.Globalization;

namespace Ballast;

/// <summary>In training mode, each sample of [N, ...], or the whole batch, is 0 with probability p and times 1 / (1 - p) otherwise: behind the last
/// layer of a residual block, before the addition, it leaves blocks out. In evaluation mode the input passes as it is. Huang et al. 2016.
/// torchvision: <c>ops.StochasticDepth</c>, with its draws on a CPU.</summary>
public sealed class StochasticDepth : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="p">The probability of being left out, from 0 to 1.</param>
    /// <param name="mode">Whether each sample is drawn, or the batch as one.</param>
    /// <param name="generator">Where the draws come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A probability outside 0 to 1.</exception>
    public StochasticDepth(double p, StochasticDepthMode mode = StochasticDepthMode.Row, Generator? generator = null)
    {
        Throw.Unless(p is >= 0 and <= 1, $"StochasticDepth: expected a probability from 0 to 1, got {p}.");
        (P, Mode) = (p, mode);
        if (generator is not null)
            Generator = Register("generator", generator);
    }

    /// <summary>The probability of being left out.</summary>
    public double P { get; }

    /// <summary>Whether each sample is drawn, or the batch as one.</summary>
    public StochasticDepthMode Mode { get; }

    Generator? Generator { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => Functional.StochasticDepth(input, P, Mode, Training, Generator);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"p={PythonText.Of(P)}, mode={PythonText.Of(Mode)}";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"StochasticDepth({P}, {Mode})");
}
