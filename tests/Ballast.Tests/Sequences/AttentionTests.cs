using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Attention and transformers against PyTorch, attention.json, against plain sums in double, and what they refuse.</summary>
public class AttentionTests
{
    // Softmaxes of sums of a few products, and projections of them: up to a hundred roundings of 6e-8.
    const double Tolerance = 5e-6;

    static string Digest(Module module)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var parameter in module.Parameters())
            sha.AppendData(MemoryMarshal.AsBytes(parameter.AsSpan()));
        return Convert.ToHexStringLower(sha.GetHashAndReset())[..16];
    }

    static Tensor? Read(JsonElement? recorded)
    {
        if (recorded is not { } there)
            return null;
        Shape shape = new(there.GetProperty("shape").Ints());
        float[] values = there.GetProperty("values").Floats();
        return there.GetProperty("bool").GetBoolean() ? Tensor.FromBool(Array.ConvertAll(values, static v => v != 0), shape) : Tensor.From(values, shape);
    }

    [Fact]
    public void Attention_in_heads_is_PyTorchs()
    {
        int met = 0;
        foreach (var recorded in Golden.Load("attention.json").GetProperty("heads").EnumerateArray())
        {
            int seed = recorded.GetProperty("seed").GetInt32();
            string name = $"seed {seed}";
            using var scope = Generator.UseDefault(new Generator(seed));
            var layer = new MultiheadAttention(
                recorded.GetProperty("width").GetInt32(), recorded.GetProperty("heads").GetInt32(), recorded.GetProperty("dropout").GetDouble(),
                recorded.GetProperty("bias").GetBoolean(), recorded.GetProperty("add_bias_kv").GetBoolean(),
                recorded.GetProperty("add_zero_attn").GetBoolean(), recorded.Find("kdim")?.GetInt32(), recorded.Find("vdim")?.GetInt32(),
                recorded.GetProperty("batch_first").GetBoolean());
            Assert.Equal(recorded.GetProperty("keys").Strings(), layer.StateDict().Keys);
            Assert.Equal(recorded.GetProperty("digest").GetString(), Digest(layer));
            foreach (var (parameter, values) in layer.Parameters().Zip(recorded.GetProperty("parameters").EnumerateArray()))
                parameter.CopyFrom(values.Floats());
            Parameter[] inputs = [.. recorded.GetProperty("inputs").EnumerateArray().Select(static input => new Parameter(Read(input)!))];
            Generator.Default.ManualSeed(seed);
            var (y, weights) = layer.Forward(inputs[0], inputs[Math.Min(1, inputs.Length - 1)], inputs[^1], Read(recorded.Find("padding")),
                recorded.GetProperty("need").GetBoolean(), Read(recorded.Find("mask")), recorded.GetProperty("average").GetBoolean());
            Tensor[] results = weights is null ? [y] : [y, weights];
            Tensor? total = null;
            for (int i = 0; i < recorded.GetProperty("results").GetArrayLength(); i++)
            {
                Near.Equal(recorded.GetProperty("results")[i].Floats(), results[i].AsSpan(), Tolerance, $"{name}, result {i}");
                var part = (results[i] * Tensor.From(recorded.GetProperty("cotangents")[i].Floats(), results[i].Shape)).Sum();
                total = total is null ? part : total + part;
            }

            total!.Backward();
            Parameter[] wanted = [.. inputs, .. layer.Parameters()];
            for (int i = 0; i < wanted.Length; i++)
                Near.Equal(recorded.GetProperty("grads")[i].Floats(), wanted[i].Grad!.AsSpan(), Tolerance, $"{name}, gradient {i}");
            met++;
        }

        Assert.Equal(20, met);
    }

    [Fact]
    public void Transformers_are_PyTorchs()
    {
        int met = 0;
        foreach (var recorded in Golden.Load("attention.json").GetProperty("transformers").EnumerateArray())
        {
            int seed = recorded.GetProperty("seed").GetInt32();
            string name = $"seed {seed}";
            using var scope = Generator.UseDefault(new Generator(seed));
            var layer = new Transformer(4, 2, 2, 1, 5, recorded.GetProperty("dropout").GetDouble(),
                recorded.GetProperty("activation").GetString() == "gelu" ? static x => x.Gelu() : null,
                batchFirst: recorded.GetProperty("batch_first").GetBoolean(), normFirst: recorded.GetProperty("norm_first").GetBoolean());
            Assert.Equal(recorded.GetProperty("keys").Strings(), layer.StateDict().Keys);
            Assert.Equal(recorded.GetProperty("digest").GetString(), Digest(layer));
            Parameter src = new(Read(recorded.GetProperty("src"))!), tgt = new(Read(recorded.GetProperty("tgt"))!);
            var padding = Read(recorded.GetProperty("padding"));
            Generator.Default.ManualSeed(seed);
            var y = layer.Forward(src, tgt, tgtMask: Transformer.GenerateSquareSubsequentMask(3), srcKeyPaddingMask: padding,
                memoryKeyPaddingMask: padding);
            Near.Equal(recorded.GetProperty("output").Floats(), y.AsSpan(), Tolerance, name);
            y.Backward(Tensor.From(recorded.GetProperty("cotangent").Floats(), y.Shape));
            Near.Equal(recorded.GetProperty("grads")[0].Floats(), src.Grad!.AsSpan(), Tolerance, $"{name}, source");
            Near.Equal(recorded.GetProperty("grads")[1].Floats(), tgt.Grad!.AsSpan(), Tolerance, $"{name}, target");
            double[] sums = recorded.GetProperty("sums").Doubles();
            int i = 0;
            foreach (var (key, parameter) in layer.NamedParameters())
            {
                double sum = 0, size = 1;
                var gradient = parameter.Grad!.AsSpan();
                for (int k = 0; k < gradient.Length; k++)
                    (sum, size) = (sum + gradient[k] * Math.Cos(k), size + Math.Abs(gradient[k]));
                Assert.True(Math.Abs(sum - sums[i]) <= Tolerance * size, $"{name}, {key}: expected {sums[i]}, got {sum}");
                i++;
            }

            Assert.Equal(sums.Length, i);
            met++;
        }

        Assert.Equal(8, met);
    }

    // softmax(Q K^T / sqrt(D) + mask) V, one query after the other.
    static double[] Plain(double[][] x, int queries, int keys, int depth, int values, Func<int, int, double> mask)
    {
        double[] y = new double[queries * values];
        for (int i = 0; i < queries; i++)
        {
            double[] e = new double[keys];
            for (int j = 0; j < keys; j++)
            {
                for (int d = 0; d < depth; d++)
                    e[j] += x[0][i * depth + d] * x[1][j * depth + d];
                e[j] = Math.Exp(e[j] / Math.Sqrt(depth) + mask(i, j));
            }

            for (int c = 0; c < values; c++)
            {
                for (int j = 0; j < keys; j++)
                    y[i * values + c] += e[j] / e.Sum() * x[2][j * values + c];
            }
        }

        return y;
    }

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(3, 5, 2, 7)]
    [InlineData(33, 17, 5, 3)]
    [InlineData(9, 140, 3, 17)]
    public void Gradients_agree_with_differences(int queries, int keys, int depth, int values)
    {
        Parameter q = Draw.Weights([queries, depth], 1), k = Draw.Weights([keys, depth], 2), v = Draw.Weights([keys, values], 3);
        Parameter[] inputs = queries * keys > 1000 ? [q] : [q, k, v];
        double[] kValues = Array.ConvertAll(k.ToArray(), static f => (double)f), vValues = Array.ConvertAll(v.ToArray(), static f => (double)f);
        double[][] All(double[][] x) => x.Length == 3 ? x : [x[0], kValues, vValues];
        float[] added = Draw.Floats(queries * keys, 4);
        GradientCheck.Run(inputs, () => Functional.ScaledDotProductAttention(q, k, v),
            x => Plain(All(x), queries, keys, depth, values, static (_, _) => 0));
        GradientCheck.Run(inputs, () => Functional.ScaledDotProductAttention(q, k, v, isCausal: true),
            x => Plain(All(x), queries, keys, depth, values, static (i, j) => j <= i ? 0 : double.NegativeInfinity));
        GradientCheck.Run(inputs, () => Functional.ScaledDotProductAttention(q, k, v, Tensor.From(added, [queries, keys])),
            x => Plain(All(x), queries, keys, depth, values, (i, j) => added[i * keys + j]));
    }

    [Fact]
    public void Blocks_give_what_the_whole_matrix_gives()
    {
        foreach (var (queries, keys) in new[] { (300, 270), (40, 129), (257, 400) })
        {
            Parameter q = Draw.Weights([2, 3, queries, 20], 1), k = Draw.Weights([2, 3, keys, 20], 2), v = Draw.Weights([2, 3, keys, 24], 3);
            Parameter mask = new(Tensor.From(Draw.Floats(2 * keys, 5, -9, 9), [2, 1, 1, keys]));
            var cotangent = Draw.Data([2, 3, queries, 24], 6);
            List<float[]> found = [];
            foreach (bool asks in new[] { false, true }) // a mask that learns takes the whole matrix
            {
                mask.Frozen = !asks;
                foreach (var input in new[] { q, k, v })
                    input.ZeroGrad();
                var y = Functional.ScaledDotProductAttention(q, k, v, mask);
                found.Add(y.ToArray());
                y.Backward(cotangent);
                found.AddRange([q.Grad!.ToArray(), k.Grad!.ToArray(), v.Grad!.ToArray()]);
            }

            for (int i = 0; i < 4; i++)
                Near.Equal(found[i + 4], found[i], Tolerance, $"{queries} queries, {keys} keys, {i}");
        }
    }

    [Fact]
    public void Threads_change_no_bit()
    {
        int threads = Compute.Threads;
        List<int[]> bits = [];
        try
        {
            foreach (int count in new[] { 1, 3 })
            {
                Compute.Threads = count;
                var layer = new MultiheadAttention(48, 3, batchFirst: true, generator: new Generator(1));
                var x = new Parameter(Draw.Data([5, 70, 48], 2));
                var y = layer.Forward(x);
                int[] before = Draw.Bits(y.AsSpan());
                (y * y).Sum().Backward();
                bits.Add([.. before, .. Draw.Bits(x.Grad!.AsSpan()), .. layer.Parameters().SelectMany(static w => Draw.Bits(w.Grad!.AsSpan()))]);
            }
        }
        finally
        {
            Compute.Threads = threads;
        }

        Assert.Equal(bits[0], bits[1]);
    }

    // The exponentials of others are zeros: those of what lies above the value that is taken for the largest would be infinite.
    [Fact]
    public void A_key_far_above_all_others_is_the_only_one_seen()
    {
        const int keys = 150;
        for (int key = 0; key < keys; key++)
        {
            var k = Tensor.From([.. Enumerable.Range(0, keys * 4).Select(i => i / 4 == key ? 100f : 0)], [keys, 4]);
            var v = Tensor.Randn([keys, 5]);
            Assert.Equal(v.AsSpan().Slice(key * 5, 5), Functional.ScaledDotProductAttention(Tensor.Ones([1, 4]), k, v).AsSpan());
        }
    }

    static string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Contains("4 heads do not divide 6", Message(() => _ = new MultiheadAttention(6, 4)), StringComparison.Ordinal);
        var layer = new MultiheadAttention(4, 2, batchFirst: true);
        var x = Tensor.Zeros([2, 3, 4]);
        Assert.Contains("expected a query [N, T, 4]", Message(() => layer.Forward(Tensor.Zeros([2, 3, 5]))), StringComparison.Ordinal);
        Assert.Contains("expected a keyPaddingMask [2, 3] (N, S), got [3, 2]",
            Message(() => layer.Forward(x, x, x, Tensor.Zeros([3, 2]))), StringComparison.Ordinal);
        Assert.Contains("expected an attnMask [3, 3] (T, S) or [4, 3, 3]", Message(() => layer.Forward(x, x, x, attnMask: Tensor.Zeros([2, 3]))),
            StringComparison.Ordinal);
        Assert.Contains("a bool or float32 mask, got int64", Message(() => layer.Forward(x, x, x, Tensor.FromInt64([1, 2, 3, 4, 5, 6], [2, 3]))),
            StringComparison.Ordinal);
        Assert.Contains("got both", Message(() => Functional.ScaledDotProductAttention(x, x, x, Tensor.Zeros([3, 3]), isCausal: true)), StringComparison.Ordinal);
        Assert.Contains("got [2, 3, 4], [2, 3, 4] and [2, 2, 4]", Message(() => Functional.ScaledDotProductAttention(x, x, Tensor.Zeros([2, 2, 4]))),
            StringComparison.Ordinal);
        Assert.Contains("a mask that broadcasts to [2, 3, 3]", Message(() => Functional.ScaledDotProductAttention(x, x, x, Tensor.Zeros([5, 2, 3, 3]))),
            StringComparison.Ordinal);
        Assert.Contains("Call Forward(tgt, memory)", Assert.Throws<InvalidOperationException>(
            () => new TransformerDecoderLayer(4, 2, 4).Forward(x)).Message, StringComparison.Ordinal);
        Assert.True(float.IsNaN(Functional.ScaledDotProductAttention(x, x, x, Tensor.FromBool([false, false, false], [3])).AsSpan()[0]));
    }

    [Fact]
    public void Sizes_that_cannot_work_are_all_told() => Assert.Equal(
        "MultiheadAttention: expected sizes of at least 1, got 4 features in 0 heads, keys of 4, values of 3.",
        Assert.Throws<ArgumentException>(static () => new MultiheadAttention(4, 0, vdim: 3)).Message);
}
