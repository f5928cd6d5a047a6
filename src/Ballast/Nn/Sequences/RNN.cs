using Ballast.Kernels;

namespace Ballast;

/// <summary>Recurrent layers h' = f(W x + b + U h + c) with f the hyperbolic tangent or the ReLU (Elman 1990). PyTorch: <c>nn.RNN</c>.</summary>
public sealed class RNN : RNNBase
{
    /// <summary>Makes the layers and draws their weights.</summary>
    /// <param name="inputSize">The size of the input's last axis.</param>
    /// <param name="hiddenSize">H: how many units a layer has in each direction.</param>
    /// <param name="numLayers">How many layers there are, each of which reads the one before.</param>
    /// <param name="nonlinearity">The function of the cell.</param>
    /// <param name="bias">Whether the products have biases.</param>
    /// <param name="batchFirst">Whether inputs and outputs are [N, T, ...] instead of [T, N, ...]; states are [layers, N, H] in any case.</param>
    /// <param name="dropout">The probability of a zero in what one layer gives the next in training; with one layer
    /// there is no next one, and nothing is left out.</param>
    /// <param name="bidirectional">Whether each layer also goes through the steps backwards.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1, or a probability outside 0 to 1.</exception>
    public RNN(
        int inputSize, int hiddenSize, int numLayers = 1, RNNNonlinearity nonlinearity = RNNNonlinearity.Tanh, bool bias = true,
        bool batchFirst = false, double dropout = 0, bool bidirectional = false, Generator? generator = null)
        : base(1, inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, generator) =>
        Nonlinearity = nonlinearity;

    /// <summary>The function of the cell.</summary>
    public RNNNonlinearity Nonlinearity { get; }

    /// <summary>The hidden states of all steps and the last ones.</summary>
    /// <param name="input">[T, N, I], or [N, T, I] with <see cref="RNNBase.BatchFirst"/>, or [T, I].</param>
    /// <param name="first">The first states, [layers directions, N, H], or [layers directions, H] of a single sequence; null for zeros.</param>
    /// <returns>[T, N, directions H], as the input has its axes, and the last states in the shape of the first.</returns>
    /// <exception cref="ArgumentException">An input or first states of another shape.</exception>
    public (Tensor Output, Tensor Last) Forward(Tensor input, Tensor? first)
    {
        var (y, last) = Run(input, [first, null]);
        Show(first is null ? [input] : [input, first], y, last[0]);
        return (y, last[0]);
    }

    /// <summary>The hidden states of packed sequences and the last ones, in the order in which they were packed.</summary>
    /// <param name="input">Sequences of several lengths.</param>
    /// <param name="first">The first states, [layers directions, N, H]; null for zeros.</param>
    /// <exception cref="ArgumentException">An input of other features, or first states of another shape.</exception>
    public (PackedSequence Output, Tensor Last) Forward(PackedSequence input, Tensor? first = null)
    {
        var (y, last) = Run(input, [first, null]);
        return (y, last[0]);
    }

    private protected override Tensor[] Apply(Tensor x, RecurrentWeights w, Tensor? first, Tensor? firstCell, RecurrentLayout layout) =>
        Step(Nonlinearity, x, w, first, layout);

    internal static Tensor[] Step(RNNNonlinearity nonlinearity, Tensor x, RecurrentWeights w, Tensor? first, RecurrentLayout layout) =>
        nonlinearity == RNNNonlinearity.Tanh
            ? RecurrentOperation<RnnGates<TanhActivation>>.Run("rnn_tanh", x, w, first, null, layout)
            : RecurrentOperation<RnnGates<ReluActivation>>.Run("rnn_relu", x, w, first, null, layout);
}
