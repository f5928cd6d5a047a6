using Ballast.Kernels;

namespace Ballast;

/// <summary>Long short-term memory with forget gates (Hochreiter and Schmidhuber 1997): with i, f and o the sigmoids and g the hyperbolic
/// tangent of W x + b + U h + c, the cell c' = f c + i g and h' = o tanh c'. PyTorch: <c>nn.LSTM</c>; gates in its order, i, f, g, o.</summary>
/// <remarks>With a projection R to P values (Sak et al. 2014) the hidden state is R h'. The next step's product U R h' is computed as one with the
/// matrix U R, so that such a layer takes the time of one without, and R h' for all steps at once.</remarks>
public sealed class LSTM : RNNBase
{
    /// <summary>Makes the layers and draws their weights.</summary>
    /// <param name="inputSize">The size of the input's last axis.</param>
    /// <param name="hiddenSize">H: how many units a layer has in each direction.</param>
    /// <param name="numLayers">How many layers there are, each of which reads the one before.</param>
    /// <param name="bias">Whether the products have biases.</param>
    /// <param name="batchFirst">Whether inputs and outputs are [N, T, ...] instead of [T, N, ...]; states are [layers, N, H] in any case.</param>
    /// <param name="dropout">The probability of a zero in what one layer gives the next in training; with one layer
    /// there is no next one, and nothing is left out.</param>
    /// <param name="bidirectional">Whether each layer also goes through the steps backwards.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="projSize">P: how many values hidden states are projected to, fewer than H; 0 for no projection.</param>
    /// <exception cref="ArgumentException">A size below 1, a projection to H values or more, or a probability outside 0 to 1.</exception>
    public LSTM(
        int inputSize, int hiddenSize, int numLayers = 1, bool bias = true, bool batchFirst = false,
        double dropout = 0, bool bidirectional = false, Generator? generator = null, int projSize = 0)
        : base(4, inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, generator, projSize) => ProjSize = projSize;

    /// <summary>P: how many values hidden states are projected to; 0 for no projection.</summary>
    public int ProjSize { get; }

    /// <summary>The hidden states of all steps, and the last states of units and cells.</summary>
    /// <param name="input">[T, N, I], or [N, T, I] with <see cref="RNNBase.BatchFirst"/>, or [T, I].</param>
    /// <param name="first">The first states h and c, each [layers directions, N, H], or [layers directions, H] of a single sequence, h with P
    /// values in place of H where there is a projection; null for zeros.</param>
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

    private protected override Tensor[] Apply(Tensor x, RecurrentWeights w, Tensor? first, Tensor? firstCell, RecurrentLayout layout)
    {
        if (w.Projection is not { } projection)
            return RecurrentOperation<LstmGates>.Run("lstm", x, w, first, firstCell, layout);
        var input = w.Input;
        if (first is not null)
        {
            // Each sequence's first step has U h as the product of inputs that are zeros in its other steps.
            int rows = x.Length / x.Shape[^1];
            var begun = Tensor.Zeros([rows, ProjSize]).IndexAdd(0, Tensor.FromInt64(layout.FirstRows()), first);
            (x, input) = (Tensor.Concat([x, begun.Reshape(x.Shape.WithLast(ProjSize))], -1), Tensor.Concat([input, w.Hidden], 1));
        }

        var whole = w with { Input = input, Hidden = w.Hidden.MatMul(projection) };
        var results = RecurrentOperation<LstmGates>.Run("lstm", x, whole, null, firstCell, layout);
        return [Functional.Linear(results[0], projection), Functional.Linear(results[1], projection), results[2]];
    }
}
