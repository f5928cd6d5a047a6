namespace Ballast.Tests.Plain;

/// <summary>Layers of sequences on the default backend against their plain meaning.</summary>
public class PlainSequenceTests : BackendComparison
{
    static Tensor Data(int seed, params int[] sizes) => Tensor.From(Draw.Floats(new Shape(sizes).Length, seed), new Shape(sizes));

    [Fact]
    public void Embeddings()
    {
        var index = Tensor.FromInt64([.. Enumerable.Range(0, 60).Select(static i => i * i % 7L)], [4, 15]);
        foreach (bool scales in new[] { false, true })
        {
            foreach (int? padding in new int?[] { null, 1, -1 })
            {
                Check($"embedding, padding {padding}, scaled {scales}",
                    t => Functional.Embedding(index, t[0], padding, scaleGradByFreq: scales), Data(1, 7, 300));
            }
        }

        foreach (var mode in Enum.GetValues<EmbeddingBagMode>())
            Check($"bag, {mode}", t => Functional.EmbeddingBag(index, t[0], mode: mode, paddingIdx: 1), Data(1, 7, 30));
        Conclude();
    }

    // A layer with first states, and everything that it gives in one tensor.
    static Tensor Joined(RNNBase layer, Tensor x, Tensor? h, Tensor? c)
    {
        Tensor[] results;
        if (layer is LSTM lstm)
        {
            var (y, (lastH, lastC)) = lstm.Forward(x, h is null ? null : (h, c!));
            results = [y, lastH, lastC];
        }
        else
        {
            var (y, last) = layer is GRU gru ? gru.Forward(x, h) : ((RNN)layer).Forward(x, h);
            results = [y, last];
        }

        return Tensor.Concat([.. results.Select(static result => result.Flatten())]);
    }

    [Fact]
    public void Recurrent_layers()
    {
        RNNBase[] layers =
        [
            new RNN(5, 21, generator: new Generator(1)), new RNN(5, 9, nonlinearity: RNNNonlinearity.ReLU, bidirectional: true, generator: new Generator(1)),
            new LSTM(5, 35, generator: new Generator(1)), new LSTM(5, 7, 2, bias: false, batchFirst: true, dropout: 0.3, generator: new Generator(1)),
            new LSTM(1, 1, bidirectional: true, generator: new Generator(1)), new GRU(5, 35, batchFirst: true, generator: new Generator(1)),
            new GRU(5, 16, bidirectional: true, generator: new Generator(1)),
        ];
        foreach (var layer in layers)
        {
            int states = layer.NumLayers * (layer.Bidirectional ? 2 : 1);
            foreach (int batch in new[] { 1, 10, 139 })
            {
                int[] sizes = layer.BatchFirst ? [batch, 3, layer.InputSize] : [3, batch, layer.InputSize];
                Tensor x = Data(1, sizes), h = Data(2, states, batch, layer.HiddenSize), c = Data(3, states, batch, layer.HiddenSize);
                Check($"{layer} on {batch}", t => Joined(layer, t[0], t[1], layer is LSTM ? t[2] : null),
                    [x, h, .. layer is LSTM ? [c] : Array.Empty<Tensor>(), .. layer.Parameters()]);
                Check($"{layer} on {batch} from zeros", t => layer.Forward(t[0]), [x, .. layer.Parameters()]);
            }
        }

        var packed = new LSTM(4, 6, bidirectional: true, generator: new Generator(1));
        Check("packed", t => packed.Forward(Sequences.PackPaddedSequence(t[0], [2, 5, 1, 3, 3, 5, 4, 1, 2, 3], enforceSorted: false)).Output.Data,
            [Data(1, 5, 10, 4), .. packed.Parameters()]);
        long[] lengths = [.. Enumerable.Range(0, 139).Select(static i => 1L + i * i % 4)];
        Check("packed, of many sequences",
            t => packed.Forward(Sequences.PackPaddedSequence(t[0], lengths, enforceSorted: false)).Output.Data,
            [Data(1, 4, 139, 4), .. packed.Parameters()]);
        Check("cells", t => new LSTMCell(4, 6, generator: new Generator(1)).Forward(t[0], null).C, Data(1, 3, 4));
        Conclude();
    }

    [Fact]
    public void Attention()
    {
        foreach (var (queries, keys, depth, values) in new[] { (5, 7, 3, 4), (34, 130, 17, 33), (3, 1, 1, 1) })
        {
            Tensor q = Data(1, 2, queries, depth), k = Data(2, 2, keys, depth), v = Data(3, 2, keys, values), mask = Data(4, queries, keys);
            bool[] seen = [.. Enumerable.Range(0, queries * keys).Select(i => i % keys == 0 || i * i % 5 > 1)];
            string name = $"attention of {q.Shape} to {k.Shape}";
            Check(name, static t => Functional.ScaledDotProductAttention(t[0], t[1], t[2]), q, k, v);
            Check($"{name}, causal", static t => Functional.ScaledDotProductAttention(t[0], t[1], t[2], isCausal: true, scale: 0.3), q, k, v);
            Check($"{name}, masked", t => Functional.ScaledDotProductAttention(t[0], t[1], t[2], Tensor.FromBool(seen, [queries, keys])), q, k, v);
            Check($"{name}, added", t => Functional.ScaledDotProductAttention(t[0], t[1], t[2], mask.Detach()), q, k, v);
        }

        var x = Data(1, 3, 5, 8);
        foreach (bool normFirst in new[] { false, true })
        {
            var layer = new TransformerEncoderLayer(8, 2, 12, 0.2, static x => x.Gelu(), batchFirst: true, normFirst: normFirst, generator: new Generator(1));
            Check($"{layer}", t => layer.Forward(t[0]), [x, .. layer.Parameters()]);
        }

        Conclude();
    }
}
