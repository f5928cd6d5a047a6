namespace Ballast.Tests.Plain;

/// <summary>Transformers in random networks: single layers, stacks of them, and both stacks together.</summary>
static class TransformerKinds
{
    /// <summary>A transformer over the positions of a value, which reads another one as well where it decodes; null where the shape does not
    /// allow it.</summary>
    public static (Layer Layer, long Products)? Grow(Random random, List<Shape> shapes, int from)
    {
        int other = SequenceKinds.Memory(random, shapes, from);
        var (shape, memory) = (shapes[from], shapes[other]);
        int batch = shape[0], features = shape[1], steps = shape[2] * shape[3], keys = memory[2] * memory[3], inner = random.Next(1, 12);
        bool normFirst = random.Next(2) == 0, decodes = memory[1] == features && random.Next(2) == 0, batchFirst = random.Next(4) > 0;
        if (features < 4)
            return null; // a normalization of fewer values is too near to dividing by zero
        int heads = features % 2 == 0 ? 2 : 1, layers = random.Next(1, 3), kind = random.Next(3);
        double dropout = random.Next(2) == 0 ? 0.1 : 0;
        Func<Tensor, Tensor>? activation = random.Next(2) == 0 ? static x => x.Gelu() : null;
        bool isAdded = random.Next(2) == 0;
        var mask = random.Next(2) == 0 ? SequenceKinds.Mask(random, [steps, steps], isAdded) : null;
        var hidden = random.Next(4) == 0 ? SequenceKinds.Mask(random, [batch, steps], isAdded) : null;
        var ending = random.Next(2) == 0 ? new LayerNorm(features) : null;
        TransformerDecoderLayer Decoder() => new(features, heads, inner, dropout, activation, batchFirst: batchFirst, normFirst: normFirst);
        TransformerEncoderLayer Encoder() => new(features, heads, inner, dropout, activation, batchFirst: batchFirst, normFirst: normFirst);
        Module module = kind switch
        {
            0 => decodes ? Decoder() : Encoder(),
            1 => decodes ? new TransformerDecoder(Decoder(), layers, ending) : new TransformerEncoder(Encoder(), layers, ending),
            _ when decodes => new Transformer(features, heads, 1, 1, inner, dropout, activation, batchFirst: batchFirst, normFirst: normFirst),
            _ => new TransformerEncoder(Encoder(), layers, ending),
        };
        Tensor Ordered(Tensor x) => batchFirst ? SequenceKinds.Steps(x) : SequenceKinds.Steps(x).Transpose(0, 1);
        Tensor Run(Tensor[] x) => module switch
        {
            TransformerDecoderLayer decoder => decoder.Forward(Ordered(x[0]), Ordered(x[1]), mask, null, hidden),
            TransformerDecoder decoder => decoder.Forward(Ordered(x[0]), Ordered(x[1]), mask, null, hidden),
            Transformer both => both.Forward(Ordered(x[1]), Ordered(x[0]), tgtMask: mask, tgtKeyPaddingMask: hidden),
            TransformerEncoder encoder => encoder.Forward(Ordered(x[0]), mask, hidden),
            _ => ((TransformerEncoderLayer)module).Forward(Ordered(x[0]), mask, hidden),
        };
        string name = $"{module.ToString()!.ReplaceLineEndings(" ")}{(mask is null ? "" : ", masked")}{(hidden is null ? "" : ", steps left out")}";
        return (new Layer(name, decodes ? [from, other] : [from], module,
            x => SequenceKinds.Image(batchFirst ? Run(x) : Run(x).Transpose(0, 1), shape)),
            ((long)batch * (steps + keys) * features * (8 * features + 2 * inner) + (long)batch * steps * (steps + keys) * 4 * features)
                * (kind == 0 ? 1 : 2));
    }
}
