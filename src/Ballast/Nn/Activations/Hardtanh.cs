using System.Globalization;

namespace Ballast;

/// <summary>min(max(x, minValue), maxValue), element by element; any shape. PyTorch:
/// <c>nn.Hardtanh</c>.</summary>
public sealed class Hardtanh : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="minValue">The smallest value.</param>
    /// <param name="maxValue">The largest value.</param>
    /// <exception cref="ArgumentException">minValue is not below maxValue.</exception>
    public Hardtanh(double minValue = -1, double maxValue = 1)
    {
        Throw.Unless(minValue < maxValue, $"Hardtanh: expected a smallest value below the largest, got {minValue} and {maxValue}.");
        (MinValue, MaxValue) = (minValue, maxValue);
    }

    /// <summary>The smallest value.</summary>
    public double MinValue { get; }

    /// <summary>The largest value.</summary>
    public double MaxValue { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Hardtanh(MinValue, MaxValue);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"min_val={PythonText.Of(MinValue)}, max_val={PythonText.Of(MaxValue)}";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Hardtanh({MinValue}, {MaxValue})");
}
