using System.Globalization;

namespace Ballast;

/// <summary>x where x > 0, else alpha (exp(x / alpha) - 1), element by element; any shape. Barron 2017. PyTorch:
/// <c>nn.CELU</c>.</summary>
public sealed class CELU : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="alpha">The limit far below zero, with the other sign.</param>
    /// <exception cref="ArgumentException">An alpha that is 0 or not finite.</exception>
    public CELU(double alpha = 1)
    {
        Throw.Unless(double.IsFinite(alpha) && alpha != 0, $"CELU: expected a finite alpha other than 0, got {alpha}.");
        Alpha = alpha;
    }

    /// <summary>The limit far below zero, with the other sign.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Celu(Alpha);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"alpha={PythonText.Of(Alpha)}";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"CELU({Alpha})");
}
