namespace Ballast;

/// <summary>Decoder layers one after the other. PyTorch: <c>nn.TransformerDecoder</c>, with its keys, <c>layers.0.self_attn...</c>.</summary>
public sealed class TransformerDecoder : Module
{
    readonly TransformerDecoderLayer[] layers;
    readonly LayerNorm? norm;

    /// <summary>Makes the layers.</summary>
    /// <param name="decoderLayer">What each layer is a copy of, weights included.</param>
    /// <param name="numLayers">How many layers there are.</param>
    /// <param name="norm">The normalization of the result; null for none.</param>
    /// <exception cref="ArgumentException">No layer.</exception>
    public TransformerDecoder(TransformerDecoderLayer decoderLayer, int numLayers, LayerNorm? norm = null)
    {
        Throw.Unless(numLayers > 0, $"TransformerDecoder: expected at least one layer, got {numLayers}.");
        layers = [.. Enumerable.Range(0, numLayers).Select(_ => decoderLayer.Copy())];
        Register("layers", new ModuleList(layers));
        this.norm = norm is null ? null : Register("norm", norm);
    }

    /// <summary>Refused: a decoder also reads an encoder's results.</summary>
    /// <exception cref="InvalidOperationException">Always.</exception>
    public override Tensor Forward(Tensor input) => layers[0].Forward(input);

    /// <summary>The layers.</summary>
    /// <inheritdoc cref="TransformerDecoderLayer.Forward(Tensor, Tensor, Tensor, Tensor, Tensor, Tensor)"/>
    public Tensor Forward(
        Tensor tgt, Tensor memory, Tensor? tgtMask = null, Tensor? memoryMask = null, Tensor? tgtKeyPaddingMask = null,
        Tensor? memoryKeyPaddingMask = null)
    {
        foreach (var layer in layers)
            tgt = layer.Forward(tgt, memory, tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask);
        return norm is null ? tgt : norm.Forward(tgt);
    }
}
