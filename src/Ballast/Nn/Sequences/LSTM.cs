using Ballast.Kernels;

namespace Ballast;

/// <summary>Long short-term memory with forget gates (Hochreiter and Schmidhuber 1997): with i, f and o the sigmoids and g the hyperbolic
/// tangent of W x + b + U h + c, the cell c' = f c + i g and h' = o tanh c'. PyTorch: <c>nn.LSTM</c>; gates in its order, i, f, g, o.</summary>
public sealed class LSTM : RNNBase
{
    /// <summary>Makes the layers and draws their weights.</summary>
    /// <param name="inputSize">The size of the input's last axis.</param>
    /// <param name="hiddenSize">H: how many units a layer has in each direction.</param>
    /// <param name="numLayers">How many layers there are, each of which reads the one before.</param>
    /// <param name="bias">Whether the products have biases.</param>
    /// <param name="batchFirst">Whether inputs and outputs are [N, T, ...] instead of [T, N, ...]; states are [layers, N, H] in any case.</param>
    /// <param name="dropout">The probability of a zero in what one layer gives the next in training.</param>
    /// <param name="bidirectional">Whether each layer also goes through the steps backwards.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1, or a probability outside 0 to 1.</exception>
    public LSTM(
        int inputSize, int hiddenSize, int numLayers = 1, bool bias = true, bool batchFirst = false,
        double dropout = 0, bool bidirectional = false, Generator? generator = null)
        : base(4, inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, generator)
    {
    }

    /// <summary>The hidden states of all steps, and the last states of units and cells.</summary>
    /// <param name="input">[T, N, I], or [N, T, I] with <see cref="RNNBase.BatchFirst"/>, or [T, I].</param>
    /// <param name="first">The first states h and c, each [layers directions, N, H], or [layers directions, H] of a single sequence; null for
    /// zeros.</param>
    /// <returns>[T, N, directions H], as the input has its axes, and the last states in the shape of the first.</returns>
    /// <exception cref="ArgumentException">An input or first states of another shape.</exception>
    public (Tensor Output, (Tensor H, Tensor C) Last) Forward(Tensor input, (Tensor H, Tensor C)? first)
    {
        var (y, last) = Run(input, [first?.H, first?.C]);
        Show(first is { } states ? [input, states.H, states.C] : [input], y, last[0], last[1]);
        return (y, (last[0], last[1]));
    }

    /// <summary>The hidden states of packed sequences and the last states, in the order in which they were packed.</summary>
    /// <param name="input">Sequences of several lengths.</param>
    /// <param name="first">The first states h and c, each [layers directions, N, H]; null for zeros.</param>
    /// <exception cref="ArgumentException">An input of other features, or first states of another shape.</exception>
    public (PackedSequence Output, (Tensor H, Tensor C) Last) Forward(PackedSequence input, (Tensor H, Tensor C)? first = null)
    {
        var (y, last) = Run(input, [first?.H, first?.C]);
        return (y, (last[0], last[1]));
    }

    private protected override Tensor[] Apply(Tensor x, RecurrentWeights w, Tensor? first, Tensor? firstCell, RecurrentLayout layout) =>
        RecurrentOperation<LstmGates>.Run("lstm", x, w, first, firstCell, layout);
}
