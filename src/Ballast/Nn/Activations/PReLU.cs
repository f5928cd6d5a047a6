using System.Globalization;

namespace Ballast;

/// <summary>x where x > 0, else a x with a learned slope a, one for all channels or one for each; [N, C, ...], or any shape with one slope. He et
/// al. 2015. PyTorch: <c>nn.PReLU</c>.</summary>
/// <remarks>Weight decay on the slope pulls it towards a ReLU's: put it into a <see cref="ParameterGroup"/> without.</remarks>
public sealed class PReLU : Module
{
    /// <summary>Makes the layer.</summary>
    /// <param name="numParameters">1, or the channels of the input.</param>
    /// <param name="init">Where each slope begins.</param>
    /// <exception cref="ArgumentException">Fewer than one slope.</exception>
    public PReLU(int numParameters = 1, double init = 0.25)
    {
        Throw.Unless(numParameters > 0, $"PReLU: expected at least 1 slope, got {numParameters}.");
        Weight = Register("weight", new Parameter(Tensor.Full([numParameters], init)));
    }

    /// <summary>a: [numParameters].</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Several slopes, and an input that is not [N, C, ...] with as many channels.</exception>
    public override Tensor Forward(Tensor input) => Functional.Prelu(input, Weight);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"num_parameters={Weight.Length}";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"PReLU({Weight.Length})");
}
