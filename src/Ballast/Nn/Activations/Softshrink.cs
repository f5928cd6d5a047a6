using System.Globalization;

namespace Ballast;

/// <summary>x - lambda where x > lambda, x + lambda where x is below -lambda, else 0, element by element; any shape. PyTorch:
/// <c>nn.Softshrink</c>.</summary>
public sealed class Softshrink : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="lambda">The distance from zero up to which values become 0.</param>
    /// <exception cref="ArgumentException">A lambda below 0.</exception>
    public Softshrink(double lambda = 0.5)
    {
        Throw.Unless(lambda >= 0, $"Softshrink: expected a lambda of 0 or more, got {lambda}.");
        Lambda = lambda;
    }

    /// <summary>The distance from zero up to which values become 0.</summary>
    public double Lambda { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Softshrink(Lambda);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => PythonText.Of(Lambda);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Softshrink({Lambda})");
}
