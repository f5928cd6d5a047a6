using System.Globalization;

namespace Ballast;

/// <summary>In training mode, each value is set to 0 with probability p and multiplied by 1 / (1 - p) otherwise, so that its
/// mean stays; in evaluation mode the input passes as it is. Any shape. Srivastava et al. 2014. PyTorch: <c>nn.Dropout</c>,
/// with its draws on a CPU.</summary>
/// <remarks>The draws are those of <c>bernoulli_(1 - p)</c>, in row-major order, two of 32 bits for each value; nothing is
/// drawn in evaluation mode or where p is 0 or 1. A PyTorch that was built with Intel's MKL draws others.</remarks>
public sealed class Dropout : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="p">The probability of a zero, from 0 to 1.</param>
    /// <param name="generator">Where the draws come from; <see cref="Generator.Default"/> when null. Checkpoints keep the
    /// state of either.</param>
    /// <exception cref="ArgumentException">A probability outside 0 to 1.</exception>
    public Dropout(double p = 0.5, Generator? generator = null)
    {
        Throw.Unless(p is >= 0 and <= 1, $"Dropout: expected a probability from 0 to 1, got {p}.");
        P = p;
        if (generator is not null)
            Generator = Register("generator", generator);
    }

    /// <summary>The probability of a zero.</summary>
    public double P { get; }

    /// <summary>Where the draws come from; null for <see cref="Generator.Default"/>.</summary>
    internal Generator? Generator { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => Functional.Dropout(input, P, Training, Generator);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"p={PythonText.Of(P)}, inplace=False";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Dropout({P})");
}
