using Ballast.Kernels;

namespace Ballast;

/// <summary>One step of an <see cref="LSTM"/>. PyTorch: <c>nn.LSTMCell</c>.</summary>
public sealed class LSTMCell : RNNCellBase
{
    /// <summary>Makes the cell and draws its weights.</summary>
    /// <param name="inputSize">The size of the input's last axis.</param>
    /// <param name="hiddenSize">H: how many units there are.</param>
    /// <param name="bias">Whether the products have biases.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public LSTMCell(int inputSize, int hiddenSize, bool bias = true, Generator? generator = null)
        : base(4, inputSize, hiddenSize, bias, generator)
    {
    }

    /// <summary>The states of units and cells after a step.</summary>
    /// <param name="input">[N, I] or [I].</param>
    /// <param name="before">The states h and c before, each [N, H] or [H]; null for zeros.</param>
    /// <exception cref="ArgumentException">An input or states of another shape.</exception>
    public (Tensor H, Tensor C) Forward(Tensor input, (Tensor H, Tensor C)? before)
    {
        var after = Step(input, [before?.H, before?.C]);
        Show(before is { } states ? [input, states.H, states.C] : [input], after[0], after[1]);
        return (after[0], after[1]);
    }

    private protected override Tensor[] Apply(Tensor x, RecurrentWeights w, Tensor? before, Tensor? cellBefore, RecurrentLayout layout) =>
        RecurrentOperation<LstmGates>.Run("lstm", x, w, before, cellBefore, layout);
}
