using System.Globalization;

namespace Ballast;

/// <summary>One step of a recurrent layer: what <see cref="RNNCell"/>, <see cref="LSTMCell"/> and <see cref="GRUCell"/> have in common. PyTorch:
/// <c>nn.RNNCellBase</c>, with its keys (<c>weight_ih</c>, <c>weight_hh</c>, <c>bias_ih</c>, <c>bias_hh</c>) and initial values.</summary>
public abstract class RNNCellBase : Module
{
    readonly RecurrentWeights weights;

    private protected RNNCellBase(int gates, int inputSize, int hiddenSize, bool bias, Generator? generator)
    {
        Throw.Unless(inputSize > 0 && hiddenSize > 0,
            $"{GetType().Name}: expected sizes of at least 1, got {inputSize} inputs and {hiddenSize} hidden units.");
        (InputSize, HiddenSize, Bias) = (inputSize, hiddenSize, bias);
        weights = new(
            Register("weight_ih", new Parameter([gates * hiddenSize, inputSize])),
            Register("weight_hh", new Parameter([gates * hiddenSize, hiddenSize])),
            bias ? Register("bias_ih", new Parameter([gates * hiddenSize])) : null,
            bias ? Register("bias_hh", new Parameter([gates * hiddenSize])) : null);
        RNNBase.DrawWeights(this, hiddenSize, generator);
    }

    /// <summary>The size of the input's last axis.</summary>
    public int InputSize { get; }

    /// <summary>H: how many units there are.</summary>
    public int HiddenSize { get; }

    /// <summary>Whether the products have biases.</summary>
    public bool Bias { get; }

    /// <summary>The hidden state after one step from zeros.</summary>
    /// <param name="input">[N, I] or [I].</param>
    /// <exception cref="ArgumentException">An input of another shape.</exception>
    public override Tensor Forward(Tensor input) => Step(input, [null, null])[0];

    private protected abstract Tensor[] Apply(Tensor x, RecurrentWeights w, Tensor? before, Tensor? cellBefore, RecurrentLayout layout);

    /// <summary>The states after a step.</summary>
    private protected Tensor[] Step(Tensor input, Tensor?[] before)
    {
        var shape = input.Shape;
        Throw.Unless(shape.Rank is 1 or 2 && shape[^1] == InputSize && shape.Length > 0,
            $"{this}: expected input [N, {InputSize}] or [{InputSize}], got {shape}.");
        bool alone = shape.Rank == 1;
        var expected = shape.WithLast(HiddenSize);
        for (int i = 0; i < before.Length; i++)
        {
            Throw.Unless(before[i] is not { } state || state.Shape == expected, $"{this}: expected a state {expected}, got {before[i]?.Shape}.");
            before[i] = alone ? before[i]?.Unsqueeze(0) : before[i];
        }

        var x = alone ? input.Unsqueeze(0) : input;
        var after = Apply(x, weights, before[0], before[1], RecurrentLayout.Of(1, x.Shape[0], batchFirst: false))[1..];
        return alone ? Array.ConvertAll(after, static state => state.Squeeze(0)) : after;
    }

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"{InputSize}, {HiddenSize}{(Bias ? "" : ", bias=False")}";

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(ReadOnlySpan<Shape> inputs, Shape output) =>
        (long)inputs[0].Length / InputSize * (weights.Input.Length + weights.Hidden.Length);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{GetType().Name}({InputSize}, {HiddenSize}{(Bias ? "" : ", bias: false")})");
}
