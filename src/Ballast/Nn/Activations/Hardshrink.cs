using System.Globalization;

namespace Ballast;

/// <summary>x where |x| > lambda, else 0, element by element; any shape. PyTorch:
/// <c>nn.Hardshrink</c>.</summary>
public sealed class Hardshrink : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="lambda">The distance from zero up to which values become 0.</param>
    /// <exception cref="ArgumentException">A lambda below 0.</exception>
    public Hardshrink(double lambda = 0.5)
    {
        Throw.Unless(lambda >= 0, $"Hardshrink: expected a lambda of 0 or more, got {lambda}.");
        Lambda = lambda;
    }

    /// <summary>The distance from zero up to which values become 0.</summary>
    public double Lambda { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Hardshrink(Lambda);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => PythonText.Of(Lambda);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Hardshrink({Lambda})");
}
