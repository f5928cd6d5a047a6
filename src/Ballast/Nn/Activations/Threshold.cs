using System.Globalization;

namespace Ballast;

/// <summary>x where x > threshold, else value, element by element; any shape. PyTorch:
/// <c>nn.Threshold</c>.</summary>
public sealed class Threshold : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="threshold">The bound that x has to be above.</param>
    /// <param name="value">What takes the place of values that are not above it.</param>
    public Threshold(double threshold, double value)
    {
        (Bound, Value) = (threshold, value);
    }

    /// <summary>The bound that x has to be above.</summary>
    public double Bound { get; }

    /// <summary>What takes the place of values that are not above it.</summary>
    public double Value { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => input.Threshold(Bound, Value);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"threshold={PythonText.Whole(Bound)}, value={PythonText.Whole(Value)}";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Threshold({Bound}, {Value})");
}
