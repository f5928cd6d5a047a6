using System.Globalization;

namespace Ballast;

/// <summary>In training mode, each value becomes the limit of a SELU with probability p, and all are scaled and shifted so that mean 0 and
/// variance 1 stay; any shape. It goes behind <see cref="SELU"/>. Klambauer et al. 2017. In evaluation mode the input passes as it is. PyTorch:
/// <c>nn.AlphaDropout</c>, with its draws on a CPU.</summary>
public sealed class AlphaDropout : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="p">The probability of being dropped, from 0 to 1.</param>
    /// <param name="generator">Where the draws come from; <see cref="Generator.Default"/> when null. Checkpoints keep the state of
    /// either.</param>
    /// <exception cref="ArgumentException">A probability outside 0 to 1.</exception>
    public AlphaDropout(double p = 0.5, Generator? generator = null)
    {
        Throw.Unless(p is >= 0 and <= 1, $"AlphaDropout: expected a probability from 0 to 1, got {p}.");
        P = p;
        if (generator is not null)
            Generator = Register("generator", generator);
    }

    /// <summary>The probability of being dropped.</summary>
    public double P { get; }

    Generator? Generator { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another number of axes.</exception>
    public override Tensor Forward(Tensor input) => Functional.AlphaDropout(input, P, Training, Generator);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"p={PythonText.Of(P)}, inplace=False";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"AlphaDropout({P})");
}
