using System.Globalization;

namespace Ballast;

/// <summary>x where x > 0, else a x, element by element; any shape. In training mode a is drawn for each such value, uniform on
/// [lower, upper); in evaluation mode it is their mean. Xu et al. 2015. PyTorch: <c>nn.RReLU</c>, with its draws.</summary>
public sealed class RReLU : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="lower">The smallest slope.</param>
    /// <param name="upper">The end of the slopes.</param>
    /// <param name="generator">Where the draws come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">Slopes that are not finite, or lower is above upper.</exception>
    public RReLU(double lower = 1 / 8.0, double upper = 1 / 3.0, Generator? generator = null)
    {
        Throw.Unless(lower <= upper && double.IsFinite(upper - lower),
            $"RReLU: expected finite slopes, the lower one first, got {lower} and {upper}.");
        (Lower, Upper) = (lower, upper);
        if (generator is not null)
            Generator = Register("generator", generator);
    }

    /// <summary>The smallest slope.</summary>
    public double Lower { get; }

    /// <summary>The end of the slopes.</summary>
    public double Upper { get; }

    Generator? Generator { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => Functional.Rrelu(input, Lower, Upper, Training, Generator);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"lower={PythonText.Of(Lower)}, upper={PythonText.Of(Upper)}";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"RReLU({Lower:G6}, {Upper:G6})");
}
