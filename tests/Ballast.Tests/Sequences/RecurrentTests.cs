using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Recurrent layers and cells against PyTorch, recurrent.json, and what they refuse.</summary>
public class RecurrentTests
{
    // A few steps of sums of up to 18 products and functions, each rounded at 6e-8.
    const double Tolerance = 3e-6;

    static string Digest(Module module)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var parameter in module.Parameters())
            sha.AppendData(MemoryMarshal.AsBytes(parameter.AsSpan()));
        return Convert.ToHexStringLower(sha.GetHashAndReset())[..16];
    }

    static Parameter[]? States(JsonElement recorded, Shape shape, Shape? ofHidden = null) => recorded.Find("first") is { } first
        ? [.. first.EnumerateArray().Select((values, i) => new Parameter(Tensor.From(values.Floats(), i == 0 ? ofHidden ?? shape : shape)))] : null;

    // Results and gradients of the input, the weights and the first states.
    static void Compare(string name, JsonElement recorded, Tensor[] results, Parameter x, Module layer, Parameter[]? first)
    {
        Tensor? total = null;
        int i = 0;
        foreach (var expected in recorded.GetProperty("results").EnumerateArray())
        {
            Near.Equal(expected.Floats(), results[i].AsSpan(), Tolerance, $"{name}, result {i}");
            var part = (results[i] * Tensor.From(recorded.GetProperty("cotangents")[i].Floats(), results[i].Shape)).Sum();
            total = total is null ? part : total + part;
            i++;
        }

        Assert.Equal(results.Length, i);
        total!.Backward();
        Parameter[] wanted = [x, .. layer.Parameters(), .. first ?? []];
        Assert.Equal(wanted.Length, recorded.GetProperty("grads").GetArrayLength());
        for (i = 0; i < wanted.Length; i++)
            Near.Equal(recorded.GetProperty("grads")[i].Floats(), wanted[i].Grad!.AsSpan(), Tolerance, $"{name}, gradient {i}");
    }

    [Fact]
    public void Layers_are_PyTorchs()
    {
        int met = 0;
        var all = Golden.Load("recurrent.json");
        foreach (var recorded in all.GetProperty("cases").EnumerateArray().Concat(all.GetProperty("projected").EnumerateArray()))
        {
            int seed = recorded.GetProperty("seed").GetInt32(), inputs = recorded.GetProperty("inputs").GetInt32();
            int hidden = recorded.GetProperty("hidden").GetInt32(), layers = recorded.GetProperty("num_layers").GetInt32();
            bool bias = recorded.GetProperty("bias").GetBoolean(), batchFirst = recorded.GetProperty("batch_first").GetBoolean();
            bool both = recorded.GetProperty("bidirectional").GetBoolean();
            double dropout = recorded.GetProperty("dropout").GetDouble();
            int projSize = recorded.Find("proj_size")?.GetInt32() ?? 0;
            using var scope = Generator.UseDefault(new Generator(seed));
            RNNBase layer = recorded.GetProperty("kind").GetString() switch
            {
                "RNN" => new RNN(inputs, hidden, layers, recorded.GetProperty("relu").GetBoolean() ? RNNNonlinearity.ReLU : RNNNonlinearity.Tanh,
                    bias, batchFirst, dropout, both),
                "LSTM" => new LSTM(inputs, hidden, layers, bias, batchFirst, dropout, both, projSize: projSize),
                _ => new GRU(inputs, hidden, layers, bias, batchFirst, dropout, both),
            };
            string name = $"seed {seed}, {layer}";
            Assert.Equal(recorded.GetProperty("digest").GetString(), Digest(layer));
            Assert.Equal(recorded.GetProperty("keys").Strings(), layer.StateDict().Keys);
            Shape shape = new(recorded.GetProperty("shape").Ints());
            var x = new Parameter(Tensor.From(recorded.GetProperty("x").Floats(), shape));
            int states = layers * (both ? 2 : 1), batch = shape.Rank == 2 ? 0 : shape[batchFirst ? 0 : 1];
            Shape OfState(int size) => batch == 0 ? new Shape(states, size) : new Shape(states, batch, size);
            var first = States(recorded, OfState(hidden), OfState(projSize > 0 ? projSize : hidden));
            Generator.Default.ManualSeed(seed);
            Compare(name, recorded, Run(layer, x, first, recorded.Find("lengths")?.Longs(), recorded.GetProperty("sorted").GetBoolean()), x, layer, first);
            met++;
        }

        Assert.Equal(44, met);
    }

    static Tensor[] Run(RNNBase layer, Tensor x, Parameter[]? first, long[]? lengths, bool sorted)
    {
        var packed = lengths is null ? null : Sequences.PackPaddedSequence(x, lengths, layer.BatchFirst, sorted);
        (Tensor, Tensor)? both = first is null ? null : (first[0], first[^1]);
        Tensor[] Padded(PackedSequence y, params Tensor[] last)
        {
            var (padded, back) = Sequences.PadPackedSequence(y, layer.BatchFirst, 0.5);
            Assert.Equal(lengths, back);
            return [padded, .. last];
        }

        switch (layer)
        {
            case LSTM lstm when packed is null:
                var (y, (h, c)) = lstm.Forward(x, both);
                return [y, h, c];
            case LSTM lstm:
                var (yOfPacked, (hOfPacked, cOfPacked)) = lstm.Forward(packed!, both);
                return Padded(yOfPacked, hOfPacked, cOfPacked);
            default:
                if (packed is null)
                {
                    var (output, last) = layer is GRU gru ? gru.Forward(x, first?[0]) : ((RNN)layer).Forward(x, first?[0]);
                    return [output, last];
                }

                var (outputOfPacked, lastOfPacked) =
                    layer is GRU gruOfPacked ? gruOfPacked.Forward(packed, first?[0]) : ((RNN)layer).Forward(packed, first?[0]);
                return Padded(outputOfPacked, lastOfPacked);
        }
    }

    [Fact]
    public void Cells_are_PyTorchs()
    {
        int met = 0;
        foreach (var recorded in Golden.Load("recurrent.json").GetProperty("cells").EnumerateArray())
        {
            Generator generator = new(recorded.GetProperty("seed").GetInt32());
            bool bias = recorded.GetProperty("bias").GetBoolean();
            RNNCellBase layer = recorded.GetProperty("kind").GetString() switch
            {
                "RNNCell" => new RNNCell(3, 5, bias, recorded.GetProperty("relu").GetBoolean() ? RNNNonlinearity.ReLU : RNNNonlinearity.Tanh, generator),
                "LSTMCell" => new LSTMCell(3, 5, bias, generator),
                _ => new GRUCell(3, 5, bias, generator),
            };
            Assert.Equal(recorded.GetProperty("digest").GetString(), Digest(layer));
            Assert.Equal(recorded.GetProperty("keys").Strings(), layer.StateDict().Keys);
            Shape shape = new(recorded.GetProperty("shape").Ints());
            var x = new Parameter(Tensor.From(recorded.GetProperty("x").Floats(), shape));
            var first = States(recorded, shape.WithLast(5));
            Tensor[] results;
            if (layer is LSTMCell lstm)
            {
                var (h, c) = lstm.Forward(x, first is null ? null : (first[0], first[1]));
                results = [h, c];
            }
            else
            {
                results = [layer is GRUCell gru ? gru.Forward(x, first?[0]) : ((RNNCell)layer).Forward(x, first?[0])];
            }

            Compare($"{layer} {met}", recorded, results, x, layer, first);
            met++;
        }

        Assert.Equal(9, met);
    }

    static string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var lstm = new LSTM(3, 4, 2, batchFirst: true, bidirectional: true);
        Assert.Equal("LSTM(3, 4, numLayers: 2, batchFirst: true, bidirectional: true)", lstm.ToString());
        Assert.Contains("expected input [N, T, 3] or [T, 3], got [2, 5, 4]", Message(() => lstm.Forward(Tensor.Zeros([2, 5, 4]))), StringComparison.Ordinal);
        Assert.Contains("at least one step", Message(() => lstm.Forward(Tensor.Zeros([2, 0, 3]))), StringComparison.Ordinal);
        var state = Tensor.Zeros([2, 2, 4]);
        Assert.Contains("expected a first state [4, 2, 4]", Message(() => lstm.Forward(Tensor.Zeros([2, 5, 3]), (state, state))), StringComparison.Ordinal);
        Assert.Contains("a probability of dropout from 0 to 1, got 2", Message(() => _ = new GRU(3, 4, dropout: 2)), StringComparison.Ordinal);
        Assert.Contains("a projection to fewer values than the 4 hidden units, or 0 for none, got 4", Message(() => _ = new LSTM(3, 4, projSize: 4)),
            StringComparison.Ordinal);
        Assert.Equal("LSTM(3, 4, projSize: 2)", new LSTM(3, 4, projSize: 2).ToString());
        Assert.Contains("at least 1", Message(() => _ = new RNN(3, 0)), StringComparison.Ordinal);
        Assert.Contains("expected a state [2, 4], got [2, 3]", Message(() => _ = new GRUCell(3, 4).Forward(Tensor.Zeros([2, 3]), Tensor.Zeros([2, 3]))),
            StringComparison.Ordinal);

        var x = Tensor.Zeros([5, 2, 3]);
        Assert.Contains("for each of the 2 sequences", Message(() => Sequences.PackPaddedSequence(x, [1])), StringComparison.Ordinal);
        Assert.Contains("length 6 at [1]", Message(() => Sequences.PackPaddedSequence(x, [5, 6])), StringComparison.Ordinal);
        Assert.Contains("enforceSorted: false", Message(() => Sequences.PackPaddedSequence(x, [1, 5])), StringComparison.Ordinal);
        var packed = Sequences.PackSequence([Tensor.Ones([2, 3]), Tensor.Ones([4, 3])], enforceSorted: false);
        Assert.Equal([2, 2, 1, 1], packed.BatchSizes.ToArray<long>());
        Assert.Contains("at least 4", Message(() => Sequences.PadPackedSequence(packed, totalLength: 3)), StringComparison.Ordinal);
        Assert.Equal([6, 2, 3], Sequences.PadPackedSequence(packed, totalLength: 6).Padded.Shape.ToArray());
        Assert.Contains("expected packed sequences of 2 features", Message(() => _ = new GRU(2, 4).Forward(packed)), StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_change_no_bit()
    {
        int threads = Compute.Threads;
        try
        {
            // Weights that stay in a core's cache, stretch by stretch, and such that are shared out step by step.
            foreach (var (units, batch, steps) in new[] { (70, 19, 30), (300, 9, 4) })
            {
                List<int[]> bits = [];
                foreach (int count in new[] { 1, 3 })
                {
                    Compute.Threads = count;
                    var layer = new LSTM(40, units, generator: new Generator(1));
                    var x = new Parameter(Draw.Data([steps, batch, 40], 2));
                    var y = layer.Forward(x);
                    int[] before = Draw.Bits(y.AsSpan());
                    (y * y).Sum().Backward();
                    bits.Add([.. before, .. Draw.Bits(x.Grad!.AsSpan()), .. layer.Parameters().SelectMany(static w => Draw.Bits(w.Grad!.AsSpan()))]);
                }

                Assert.Equal(bits[0], bits[1]);
            }
        }
        finally
        {
            Compute.Threads = threads;
        }
    }
}
