using System.Globalization;

namespace Ballast;

/// <summary>x where x > 0, else alpha (exp(x) - 1), element by element; any shape. Clevert, Unterthiner &amp; Hochreiter 2015. PyTorch:
/// <c>nn.ELU</c>.</summary>
public sealed class ELU : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="alpha">The limit far below zero, with the other sign.</param>
    /// <exception cref="ArgumentException">An alpha that is not finite.</exception>
    public ELU(double alpha = 1)
    {
        Throw.Unless(double.IsFinite(alpha), $"ELU: expected a finite alpha, got {alpha}.");
        Alpha = alpha;
    }

    /// <summary>The limit far below zero, with the other sign.</summary>
    public double Alpha { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Elu(Alpha);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"alpha={PythonText.Of(Alpha)}";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ELU({Alpha})");
}
