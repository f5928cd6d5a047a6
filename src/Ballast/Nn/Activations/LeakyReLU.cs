using System.Globalization;

namespace Ballast;

/// <summary>x where x > 0, else negativeSlope x, element by element; any shape. Maas, Hannun &amp; Ng 2013. PyTorch:
/// <c>nn.LeakyReLU</c>.</summary>
public sealed class LeakyReLU : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="negativeSlope">The slope below zero.</param>
    /// <exception cref="ArgumentException">A slope that is not finite.</exception>
    public LeakyReLU(double negativeSlope = 0.01)
    {
        Throw.Unless(float.IsFinite((float)negativeSlope), $"LeakyReLU: expected a finite slope, got {(float)negativeSlope}.");
        NegativeSlope = negativeSlope;
    }

    /// <summary>The slope below zero.</summary>
    public double NegativeSlope { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.LeakyRelu(NegativeSlope);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"negative_slope={PythonText.Of((float)NegativeSlope)}";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"LeakyReLU({(float)NegativeSlope})");
}
