using System.Globalization;

namespace Ballast;

/// <summary>Recurrent layers one above the other, each in one direction or in both: what <see cref="RNN"/>, <see cref="LSTM"/> and
/// <see cref="GRU"/> have in common. PyTorch: <c>nn.RNNBase</c>, with its keys and initial values.</summary>
/// <remarks>Of each layer and direction the state has <c>weight_ih_l0</c> [gates H, I], <c>weight_hh_l0</c> [gates H, H],
/// <c>bias_ih_l0</c> and <c>bias_hh_l0</c> [gates H], with <c>_reverse</c> behind them for the way back; all are drawn uniformly on
/// +-1 / sqrt(H). A layer and direction is one operation over all steps. An LSTM whose hidden states are projected to P values has
/// <c>weight_hr_l0</c> [P, H] too, and <c>weight_hh_l0</c> is [gates H, P].</remarks>
public abstract class RNNBase : Module
{
    readonly RecurrentWeights[] weights;

    private protected RNNBase(
        int gates, int inputSize, int hiddenSize, int numLayers, bool bias, bool batchFirst, double dropout, bool bidirectional,
        Generator? generator, int projSize = 0)
    {
        string name = GetType().Name;
        Throw.Unless(inputSize > 0 && hiddenSize > 0 && numLayers > 0,
            $"{name}: expected sizes of at least 1, got {inputSize} inputs, {hiddenSize} hidden units and {numLayers} layers.");
        Throw.Unless(dropout is >= 0 and <= 1, $"{name}: expected a probability of dropout from 0 to 1, got {dropout}.");
        Throw.Unless(projSize >= 0 && projSize < hiddenSize,
            $"{name}: expected a projection to fewer values than the {hiddenSize} hidden units, or 0 for none, got {projSize}.");
        (InputSize, HiddenSize, NumLayers, Bias) = (inputSize, hiddenSize, numLayers, bias);
        OutputSize = projSize > 0 ? projSize : hiddenSize;
        (BatchFirst, Dropout, Bidirectional) = (batchFirst, dropout, bidirectional);
        weights = new RecurrentWeights[numLayers * Directions];
        for (int i = 0; i < weights.Length; i++)
        {
            int layer = i / Directions, inputs = layer == 0 ? inputSize : OutputSize * Directions;
            string suffix = string.Create(CultureInfo.InvariantCulture, $"_l{layer}{(i % Directions == 1 ? "_reverse" : "")}");
            weights[i] = new(
                Register($"weight_ih{suffix}", new Parameter([gates * hiddenSize, inputs])),
                Register($"weight_hh{suffix}", new Parameter([gates * hiddenSize, OutputSize])),
                bias ? Register($"bias_ih{suffix}", new Parameter([gates * hiddenSize])) : null,
                bias ? Register($"bias_hh{suffix}", new Parameter([gates * hiddenSize])) : null,
                projSize > 0 ? Register($"weight_hr{suffix}", new Parameter([projSize, hiddenSize])) : null);
        }

        DrawWeights(this, hiddenSize, generator);
    }

    /// <summary>The size of the input's last axis.</summary>
    public int InputSize { get; }

    /// <summary>H: how many units a layer has in each direction.</summary>
    public int HiddenSize { get; }

    /// <summary>How many layers there are.</summary>
    public int NumLayers { get; }

    /// <summary>Whether the products have biases.</summary>
    public bool Bias { get; }

    /// <summary>Whether inputs and outputs are [N, T, ...] instead of [T, N, ...].</summary>
    public bool BatchFirst { get; }

    /// <summary>The probability of a zero in what one layer gives the next in training.</summary>
    public double Dropout { get; }

    /// <summary>Whether each layer also goes through the steps backwards.</summary>
    public bool Bidirectional { get; }

    // The length of a hidden state that a layer gives: of an LSTM it may be less than its units.
    private protected int OutputSize { get; }

    private protected int Directions => Bidirectional ? 2 : 1;

    /// <summary>The hidden states of all steps, from states of zeros.</summary>
    /// <param name="input">[T, N, I], or [N, T, I] with <see cref="BatchFirst"/>, or [T, I].</param>
    /// <returns>The last layer's, with H values, or 2 H of both directions, in place of the I.</returns>
    /// <exception cref="ArgumentException">An input of another shape, or without steps.</exception>
    public override Tensor Forward(Tensor input) => Run(input, [null, null]).Output;

    /// <summary>One layer in one direction: the hidden states, and the last states.</summary>
    private protected abstract Tensor[] Apply(Tensor x, RecurrentWeights w, Tensor? first, Tensor? firstCell, RecurrentLayout layout);

    /// <summary>All layers on a tensor, from first states [layers directions, N, H] or zeros.</summary>
    private protected (Tensor Output, Tensor[] Last) Run(Tensor input, Tensor?[] first)
    {
        var shape = input.Shape;
        string steps = BatchFirst ? "[N, T, " : "[T, N, ";
        Throw.Unless(shape.Rank is 2 or 3 && shape[^1] == InputSize,
            $"{this}: expected input {steps}{InputSize}] or [T, {InputSize}], got {shape}. The layer before it must produce {InputSize} features.");
        bool alone = shape.Rank == 2;
        int batchAxis = BatchFirst ? 0 : 1;
        var x = alone ? input.Unsqueeze(batchAxis) : input;
        int batch = x.Shape[batchAxis], length = x.Shape[1 - batchAxis];
        Throw.Unless(length > 0 && batch > 0, $"{this}: expected at least one step of one sequence, got {shape}.");
        for (int i = 0; i < first.Length; i++)
        {
            int size = i == 0 ? OutputSize : HiddenSize;
            CheckState(first[i], alone ? new Shape(weights.Length, size) : new Shape(weights.Length, batch, size));
            first[i] = alone ? first[i]?.Unsqueeze(1) : first[i];
        }

        var (y, last) = Run(x, first, RecurrentLayout.Of(length, batch, BatchFirst), BatchFirst);
        return alone ? (y.Squeeze(batchAxis), Array.ConvertAll(last, static state => state.Squeeze(1))) : (y, last);
    }

    /// <summary>All layers on packed sequences.</summary>
    private protected (PackedSequence Output, Tensor[] Last) Run(PackedSequence input, Tensor?[] first)
    {
        var data = input.Data;
        Throw.Unless(data.Shape.Rank == 2 && data.Shape[1] == InputSize,
            $"{this}: expected packed sequences of {InputSize} features, got data {data.Shape}.");
        var layout = RecurrentLayout.Packed(input.BatchSizes.AsSpan<long>());
        for (int i = 0; i < first.Length; i++)
        {
            CheckState(first[i], new Shape(weights.Length, layout.Batch, i == 0 ? OutputSize : HiddenSize));
            first[i] = input.SortedIndices is { } sorted ? first[i]?.IndexSelect(1, sorted) : first[i];
        }

        var (y, last) = Run(data, first, layout, batchFirst: false);
        if (input.UnsortedIndices is { } unsorted)
            last = Array.ConvertAll(last, state => state.IndexSelect(1, unsorted));
        return (input.With(y), last);
    }

    (Tensor Output, Tensor[] Last) Run(Tensor x, Tensor?[] first, RecurrentLayout layout, bool batchFirst)
    {
        List<Tensor>[] last = [[], []];
        var back = layout with { Reverse = true };
        for (int layer = 0; layer < NumLayers; layer++)
        {
            var outputs = new Tensor[Directions];
            for (int direction = 0; direction < Directions; direction++)
            {
                int i = layer * Directions + direction;
                var results = Apply(x, weights[i], first[0]?.Select(0, i), first[1]?.Select(0, i), direction == 0 ? layout : back);
                outputs[direction] = results[0];
                for (int state = 1; state < results.Length; state++)
                    last[state - 1].Add(results[state]);
            }

            x = outputs.Length == 1 ? outputs[0] : Tensor.Concat(outputs, -1);
            if (Training && Dropout > 0 && layer < NumLayers - 1)
                x = Drop(x, batchFirst);
        }

        return (x, [.. last.Where(static states => states.Count > 0).Select(static states => Tensor.Stack([.. states]))]);
    }

    // PyTorch draws step by step, whichever axis comes first.
    Tensor Drop(Tensor x, bool batchFirst)
    {
        if (Dropout == 1)
            return x * 0f;
        var turned = batchFirst ? x.Transpose(0, 1) : x;
        turned = DropoutOperation.Run(turned, Dropout, Generator.Default);
        return batchFirst ? turned.Transpose(0, 1) : turned;
    }

    void CheckState(Tensor? state, Shape expected) => Throw.Unless(state is null || state.Shape == expected,
        $"{this}: expected a first state {expected} ({NumLayers} layers in {Directions} directions, sequences, units), got {state?.Shape}.");

    /// <summary>All parameters uniform on +-1 / sqrt(H), as PyTorch draws them.</summary>
    internal static void DrawWeights(Module module, int hiddenSize, Generator? generator)
    {
        float bound = (float)(1 / Math.Sqrt(hiddenSize));
        foreach (var parameter in module.Parameters())
            (generator ?? Generator.Default).Uniform(parameter.Mutate(), -bound, bound);
    }

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"{InputSize}, {HiddenSize}"
        + (OutputSize == HiddenSize ? "" : $", proj_size={OutputSize}") + (NumLayers == 1 ? "" : $", num_layers={NumLayers}")
        + (Bias ? "" : ", bias=False") + (BatchFirst ? ", batch_first=True" : "") + (Dropout == 0 ? "" : $", dropout={PythonText.Of(Dropout)}")
        + (Bidirectional ? ", bidirectional=True" : "");

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(ReadOnlySpan<Shape> inputs, Shape output) =>
        (long)inputs[0].Length / InputSize * weights.Sum(static w => (long)w.Input.Length + w.Hidden.Length + (w.Projection?.Length ?? 0));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{GetType().Name}({InputSize}, {HiddenSize}{(NumLayers > 1 ? $", numLayers: {NumLayers}" : "")}{(Bias ? "" : ", bias: false")}"
            + $"{(BatchFirst ? ", batchFirst: true" : "")}{(Dropout > 0 ? $", dropout: {Dropout}" : "")}"
            + $"{(Bidirectional ? ", bidirectional: true" : "")}{(OutputSize == HiddenSize ? "" : $", projSize: {OutputSize}")})");
}
