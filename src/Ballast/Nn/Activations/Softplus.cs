using System.Globalization;

namespace Ballast;

/// <summary>ln(1 + exp(beta x)) / beta, or x where beta x > threshold, element by element; any shape. PyTorch:
/// <c>nn.Softplus</c>.</summary>
public sealed class Softplus : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="beta">The steepness of the bend at zero.</param>
    /// <param name="threshold">The beta x above which the function is x.</param>
    /// <exception cref="ArgumentException">A beta that is 0 or not finite.</exception>
    public Softplus(double beta = 1, double threshold = 20)
    {
        Throw.Unless(double.IsFinite(beta) && beta != 0, $"Softplus: expected a finite beta other than 0, got {beta}.");
        (Beta, Threshold) = (beta, threshold);
    }

    /// <summary>The steepness of the bend at zero.</summary>
    public double Beta { get; }

    /// <summary>The beta x above which the function is x.</summary>
    public double Threshold { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Softplus(Beta, Threshold);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"beta={PythonText.Whole(Beta)}, threshold={PythonText.Whole(Threshold)}";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Softplus({Beta}, {Threshold})");
}
