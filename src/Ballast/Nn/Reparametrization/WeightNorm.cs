namespace Ballast;

/// <summary>A layer whose weight is learned as its length and its direction: w = g v / |v|, for each output. Salimans &amp; Kingma 2016.
/// PyTorch: <c>torch.nn.utils.weight_norm(layer)</c>, with its state: <c>bias</c>, <c>weight_g</c>, <c>weight_v</c>.</summary>
public sealed class WeightNorm : Module
{
    readonly IReweighted inner;
    readonly int[] axes;

    /// <summary>Takes the place of a layer: g and v begin with the lengths and the values of its weight, so that the first output is the
    /// layer's.</summary>
    /// <param name="layer"><see cref="Linear"/>, <see cref="Bilinear"/>, <see cref="Embedding"/>, or a convolution.</param>
    /// <param name="axis">The axis of the weight with a length for each position; null for one length in all.</param>
    /// <exception cref="ArgumentException">Another layer, or no such axis.</exception>
    public WeightNorm(Module layer, int? axis = 0)
    {
        inner = IReweighted.Of("WeightNorm", layer);
        Layer = layer;
        var weight = inner.Weight;
        int rank = weight.Shape.Rank;
        int? kept = axis is { } named ? weight.Axis("WeightNorm", named) : null;
        axes = [.. Enumerable.Range(0, rank).Where(i => i != kept)];
        if (inner.Bias is { } bias)
            Bias = Register("bias", bias);
        using var off = Tensor.NoGrad();
        Length = Register("weight_g", new Parameter(weight.Norm(2, axes, keepAxes: kept is not null)));
        Direction = Register("weight_v", weight);
    }

    /// <summary>The layer whose weight it is.</summary>
    public Module Layer { get; }

    /// <summary>g: the weight's shape with 1 on all axes but one, or a single value.</summary>
    public Parameter Length { get; }

    /// <summary>v: the weight's shape.</summary>
    public Parameter Direction { get; }

    /// <summary>b of the layer, or null.</summary>
    public Parameter? Bias { get; }

    /// <summary>w = g v / |v|.</summary>
    public Tensor Weight() => Direction * (Length / Direction.Norm(2, axes, keepAxes: Length.Shape.Rank > 0));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">What the layer refuses.</exception>
    public override Tensor Forward(Tensor input) => inner.Forward(input, Weight());

    /// <summary>The output for two inputs, of a <see cref="Bilinear"/>.</summary>
    /// <exception cref="InvalidOperationException">The layer has one input.</exception>
    /// <exception cref="ArgumentException">What the layer refuses.</exception>
    public Tensor Forward(Tensor first, Tensor second)
    {
        var output = IReweighted.Forward(this, inner, first, second, Weight());
        Show([first, second], output);
        return output;
    }

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(ReadOnlySpan<Shape> inputs, Shape output) =>
        Layer.MultiplyAdds(inputs, output);

    // As PyTorch, where the layer stays what it is.
    internal override string Line() => Layer.Line();

    /// <inheritdoc/>
    public override string ToString() => $"WeightNorm({Layer})";
}
