namespace Ballast;

/// <summary>Encoder layers one after the other. PyTorch: <c>nn.TransformerEncoder</c>, with its keys, <c>layers.0.self_attn...</c>.</summary>
/// <remarks>Padded places are computed as PyTorch computes them in training; its fast path of evaluation gives zeros there.</remarks>
public sealed class TransformerEncoder : Module
{
    readonly TransformerEncoderLayer[] layers;
    readonly LayerNorm? norm;

    /// <summary>Makes the layers.</summary>
    /// <param name="encoderLayer">What each layer is a copy of, weights included.</param>
    /// <param name="numLayers">How many layers there are.</param>
    /// <param name="norm">The normalization of the result; null for none.</param>
    /// <exception cref="ArgumentException">No layer.</exception>
    public TransformerEncoder(TransformerEncoderLayer encoderLayer, int numLayers, LayerNorm? norm = null)
    {
        Throw.Unless(numLayers > 0, $"TransformerEncoder: expected at least one layer, got {numLayers}.");
        layers = [.. Enumerable.Range(0, numLayers).Select(_ => encoderLayer.Copy())];
        Register("layers", new ModuleList(layers));
        this.norm = norm is null ? null : Register("norm", norm);
    }

    /// <summary>The layers without masks.</summary>
    /// <param name="input">[T, N, E], or [N, T, E] where the layer is batchFirst, or [T, E].</param>
    /// <exception cref="ArgumentException">An input of another shape.</exception>
    public override Tensor Forward(Tensor input) => Forward(input, null);

    /// <summary>The layers with masks.</summary>
    /// <param name="src">[T, N, E], or [N, T, E] where the layer is batchFirst, or [T, E].</param>
    /// <param name="mask">[T, T] or [N heads, T, T]: true where a place does not see another one, or what is added; null for none.</param>
    /// <param name="srcKeyPaddingMask">[N, T]: true where a place is left out, or what is added; null for none.</param>
    /// <exception cref="ArgumentException">An input or a mask of another shape.</exception>
    public Tensor Forward(Tensor src, Tensor? mask, Tensor? srcKeyPaddingMask = null)
    {
        foreach (var layer in layers)
            src = layer.Forward(src, mask, srcKeyPaddingMask);
        return norm is null ? src : norm.Forward(src);
    }
}
