namespace Ballast;

/// <summary>One step of an <see cref="RNN"/>. PyTorch: <c>nn.RNNCell</c>.</summary>
public sealed class RNNCell : RNNCellBase
{
    /// <summary>Makes the cell and draws its weights.</summary>
    /// <param name="inputSize">The size of the input's last axis.</param>
    /// <param name="hiddenSize">H: how many units there are.</param>
    /// <param name="bias">Whether the products have biases.</param>
    /// <param name="nonlinearity">The function of the cell.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public RNNCell(
        int inputSize, int hiddenSize, bool bias = true, RNNNonlinearity nonlinearity = RNNNonlinearity.Tanh, Generator? generator = null)
        : base(1, inputSize, hiddenSize, bias, generator) =>
        Nonlinearity = nonlinearity;

    /// <summary>The function of the cell.</summary>
    public RNNNonlinearity Nonlinearity { get; }

    /// <summary>The hidden state after a step.</summary>
    /// <param name="input">[N, I] or [I].</param>
    /// <param name="before">The hidden state before, [N, H] or [H]; null for zeros.</param>
    /// <exception cref="ArgumentException">An input or a state of another shape.</exception>
    public Tensor Forward(Tensor input, Tensor? before)
    {
        var after = Step(input, [before, null])[0];
        Show(before is null ? [input] : [input, before], after);
        return after;
    }

    private protected override Tensor[] Apply(Tensor x, RecurrentWeights w, Tensor? before, Tensor? cellBefore, RecurrentLayout layout) =>
        RNN.Step(Nonlinearity, x, w, before, layout);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr =>
        base.ExtraRepr + (Nonlinearity == RNNNonlinearity.Tanh ? "" : $", nonlinearity={PythonText.Of(Nonlinearity)}");
}
