using System.Globalization;

namespace Ballast;

/// <summary>Attention in several heads: inputs are projected, each head attends with its share of the columns, and the heads' results are
/// projected together (Vaswani et al. 2017). PyTorch: <c>nn.MultiheadAttention</c>, with its keys and initial values.</summary>
/// <remarks>The state has <c>in_proj_weight</c> [3 E, E], or <c>q_proj_weight</c>, <c>k_proj_weight</c> and <c>v_proj_weight</c> where keys or
/// values have other sizes; <c>in_proj_bias</c> [3 E]; <c>bias_k</c> and <c>bias_v</c>; <c>out_proj.weight</c> and <c>out_proj.bias</c>.</remarks>
public sealed partial class MultiheadAttention : Module
{
    readonly Parameter? inWeight, queryWeight, keyWeight, valueWeight, inBias, keyBias, valueBias;
    readonly Linear outProjection;

    /// <summary>Makes the layer and draws its weights.</summary>
    /// <param name="embedDim">E: the size of the queries' last axis, and of the result's.</param>
    /// <param name="numHeads">How many heads there are, which share E evenly.</param>
    /// <param name="dropout">The probability of a zero in the weights of the attention in training.</param>
    /// <param name="bias">Whether projections have biases.</param>
    /// <param name="addBiasKv">Whether a key and a value that are learned stand after those of the input.</param>
    /// <param name="addZeroAttn">Whether a key and a value of zeros stand after all others.</param>
    /// <param name="kdim">The size of the keys' last axis; E when null.</param>
    /// <param name="vdim">The size of the values' last axis; E when null.</param>
    /// <param name="batchFirst">Whether inputs and results are [N, T, ...] instead of [T, N, ...].</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1, heads that do not divide E, or a probability outside 0 to 1.</exception>
    public MultiheadAttention(
        int embedDim, int numHeads, double dropout = 0, bool bias = true, bool addBiasKv = false, bool addZeroAttn = false, int? kdim = null,
        int? vdim = null, bool batchFirst = false, Generator? generator = null)
    {
        Throw.Unless(embedDim > 0 && numHeads > 0 && (kdim ?? 1) > 0 && (vdim ?? 1) > 0,
            $"MultiheadAttention: expected sizes of at least 1, got {embedDim} features in {numHeads} heads, "
                + $"keys of {kdim ?? embedDim}, values of {vdim ?? embedDim}.");
        Throw.Unless(embedDim % numHeads == 0, $"MultiheadAttention: {numHeads} heads do not divide {embedDim} features.");
        Throw.Unless(dropout is >= 0 and <= 1, $"MultiheadAttention: expected a probability of dropout from 0 to 1, got {dropout}.");
        (EmbedDim, NumHeads, Dropout, AddZeroAttn, BatchFirst) = (embedDim, numHeads, dropout, addZeroAttn, batchFirst);
        (KeyDim, ValueDim) = (kdim ?? embedDim, vdim ?? embedDim);
        if (KeyDim == embedDim && ValueDim == embedDim)
        {
            inWeight = Register("in_proj_weight", new Parameter([3 * embedDim, embedDim]));
        }
        else
        {
            queryWeight = Register("q_proj_weight", new Parameter([embedDim, embedDim]));
            keyWeight = Register("k_proj_weight", new Parameter([embedDim, KeyDim]));
            valueWeight = Register("v_proj_weight", new Parameter([embedDim, ValueDim]));
        }

        inBias = bias ? Register("in_proj_bias", new Parameter(Tensor.Zeros([3 * embedDim]))) : null;
        keyBias = addBiasKv ? Register("bias_k", new Parameter([1, 1, embedDim])) : null;
        valueBias = addBiasKv ? Register("bias_v", new Parameter([1, 1, embedDim])) : null;
        outProjection = Register("out_proj", new Linear(embedDim, embedDim, bias, generator) { PrintedAs = "NonDynamicallyQuantizableLinear" });
        outProjection.Bias?.Mutate().Clear();
        foreach (var weight in (ReadOnlySpan<Parameter?>)[inWeight, queryWeight, keyWeight, valueWeight])
            DrawXavier(weight, generator);
        double deviation = Math.Sqrt(2.0 / (2 * embedDim));
        foreach (var added in (ReadOnlySpan<Parameter?>)[keyBias, valueBias])
        {
            if (added is not null)
                (generator ?? Generator.Default).Normal(added.Mutate(), 0, deviation);
        }
    }

    /// <summary>E: the size of the queries' last axis, and of the result's.</summary>
    public int EmbedDim { get; }

    /// <summary>How many heads there are.</summary>
    public int NumHeads { get; }

    /// <summary>The size of the keys' last axis.</summary>
    public int KeyDim { get; }

    /// <summary>The size of the values' last axis.</summary>
    public int ValueDim { get; }

    /// <summary>The probability of a zero in the weights of the attention in training.</summary>
    public double Dropout { get; }

    /// <summary>Whether a key and a value of zeros stand after all others.</summary>
    public bool AddZeroAttn { get; }

    /// <summary>Whether inputs and results are [N, T, ...] instead of [T, N, ...].</summary>
    public bool BatchFirst { get; }

    /// <summary>The attention of a sequence to itself.</summary>
    /// <param name="input">[T, N, E], or [N, T, E] with <see cref="BatchFirst"/>, or [T, E].</param>
    /// <exception cref="ArgumentException">An input of another shape.</exception>
    public override Tensor Forward(Tensor input) => Attend(input, input, input, null, false, null, true).Output;

    /// <summary>The attention of queries to keys, and perhaps its weights.</summary>
    /// <param name="query">[T, N, E], or [N, T, E] with <see cref="BatchFirst"/>, or [T, E].</param>
    /// <param name="key">The keys, [S, N, kdim] likewise.</param>
    /// <param name="value">The values, [S, N, vdim] likewise.</param>
    /// <param name="keyPaddingMask">[N, S], or [S]: bool, true where a key is left out, or float32, added to the products; null for none.</param>
    /// <param name="needWeights">Whether the weights are asked for: they are in memory then.</param>
    /// <param name="attnMask">[T, S] or [N heads, T, S]: bool, true where a query does not see a key, or float32, added to the products; null for
    /// none.</param>
    /// <param name="averageAttnWeights">Whether the weights are the mean over the heads.</param>
    /// <returns>The result in the queries' shape, and the weights [N, T, S], or [N, heads, T, S] without averaging; null where they are not asked
    /// for.</returns>
    /// <exception cref="ArgumentException">Inputs or masks whose shapes do not go together, or a mask of another type.</exception>
    public (Tensor Output, Tensor? Weights) Forward(
        Tensor query, Tensor key, Tensor value, Tensor? keyPaddingMask = null, bool needWeights = true, Tensor? attnMask = null,
        bool averageAttnWeights = true)
    {
        var (y, weights) = Attend(query, key, value, keyPaddingMask, needWeights, attnMask, averageAttnWeights);
        Show([query, key, value], y);
        return (y, weights);
    }

    internal (Tensor Output, Tensor? Weights) Attend(
        Tensor query, Tensor key, Tensor value, Tensor? keyPaddingMask, bool needWeights, Tensor? attnMask, bool averageAttnWeights)
    {
        bool alone = query.Shape.Rank == 2, same = ReferenceEquals(query, key) && ReferenceEquals(key, value);
        int batchAxis = BatchFirst ? 0 : 1;
        CheckInputs(query, key, value);
        if (alone)
        {
            query = query.Unsqueeze(batchAxis);
            (key, value) = same ? (query, query) : (key.Unsqueeze(batchAxis), value.Unsqueeze(batchAxis));
            keyPaddingMask = keyPaddingMask?.Unsqueeze(0);
        }

        int batch = query.Shape[batchAxis], queries = query.Shape[1 - batchAxis], keys = key.Shape[1 - batchAxis];
        var added = JoinMasks(keyPaddingMask, attnMask, batch, queries, keys);
        double dropout = Training ? Dropout : 0;
        if (same && inWeight is not null && keyBias is null && !AddZeroAttn && !needWeights && dropout == 0
            && added is not { RequiresGrad: true } && Backend.Current is null)
        {
            var together = Together(query, batch, queries, added);
            return (alone ? together.Squeeze(batchAxis) : together, null);
        }

        var (q, k, v) = Project(query, key, value, same);
        if (keyBias is not null)
        {
            int[] sizes = BatchFirst ? [batch, 1, EmbedDim] : [1, batch, EmbedDim];
            k = Tensor.Concat([k, keyBias.Expand(sizes)], 1 - batchAxis);
            v = Tensor.Concat([v, valueBias!.Expand(sizes)], 1 - batchAxis);
        }

        (q, k, v) = (Heads(q), Heads(k), Heads(v));
        if (AddZeroAttn)
        {
            var zeros = Tensor.Zeros([batch, NumHeads, 1, EmbedDim / NumHeads]);
            (k, v) = (Tensor.Concat([k, zeros], 2), Tensor.Concat([v, zeros], 2));
        }

        if (added is not null && k.Shape[2] > keys)
            added = added.Pad([0, k.Shape[2] - keys]);
        Tensor? weights = null;
        Tensor y;
        if (needWeights)
        {
            weights = Functional.Drop(
                Functional.AttentionWeights(q, k, added, 1 / Math.Sqrt(EmbedDim / NumHeads)), dropout, null);
            y = weights.MatMul(v);
            weights = averageAttnWeights ? weights.Mean([1]) : weights;
            weights = alone ? weights.Squeeze(0) : weights;
        }
        else
        {
            y = Functional.ScaledDotProductAttention(q, k, v, added, dropout);
        }

        y = Joined(y);
        return (alone ? y.Squeeze(batchAxis) : y, weights);
    }

    // The results of all heads side by side, and their projection.
    Tensor Joined(Tensor y) => outProjection.Forward(y.Permute(BatchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3]).Flatten(2));

    // Queries, keys and values of the same input stay side by side, and so do their gradients.
    Tensor Together(Tensor input, int batch, int steps, Tensor? added)
    {
        var all = LinearOperation.Run(input, inWeight!, inBias, input.Shape.WithLast(3 * EmbedDim));
        return Joined(AttentionOperation.RunTogether(
            all, NumHeads, BatchFirst, added?.ExpandTo([batch, NumHeads, steps, steps]), 1 / Math.Sqrt(EmbedDim / NumHeads)));
    }

    // [N, T, E] or [T, N, E] as [N, heads, T, E / heads]: a view.
    Tensor Heads(Tensor x) => x.Unflatten(2, NumHeads, EmbedDim / NumHeads).Permute(BatchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3]);

    (Tensor Q, Tensor K, Tensor V) Project(Tensor query, Tensor key, Tensor value, bool same)
    {
        if (same && inWeight is not null)
        {
            var all = LinearOperation.Run(query, inWeight, inBias, query.Shape.WithLast(3 * EmbedDim)).Chunk(3, -1);
            return (all[0], all[1], all[2]);
        }

        Tensor? Bias(int part) => inBias?.Narrow(0, part * EmbedDim, EmbedDim);
        Tensor Weight(int part, Parameter? own) => own ?? inWeight!.Narrow(0, part * EmbedDim, EmbedDim);
        static Tensor Product(Tensor x, Tensor w, Tensor? b) => b is null ? x.MatMul(w.Transpose(0, 1)) : x.MatMul(w.Transpose(0, 1)) + b;
        return (Product(query, Weight(0, queryWeight), Bias(0)), Product(key, Weight(1, keyWeight), Bias(1)),
            Product(value, Weight(2, valueWeight), Bias(2)));
    }

    /// <summary>Uniform on +-sqrt(6 / (inputs + outputs)), as PyTorch's <c>xavier_uniform_</c> draws it.</summary>
    internal static void DrawXavier(Parameter? weight, Generator? generator)
    {
        if (weight is null)
            return;
        double deviation = Math.Sqrt(2.0 / (weight.Shape[0] + weight.Shape[1]));
        float bound = (float)(Math.Sqrt(3.0) * deviation);
        (generator ?? Generator.Default).Uniform(weight.Mutate(), -bound, bound);
    }

    /// <inheritdoc/>
    /// <remarks>Those of the projections of queries, keys and values, of the products of queries and keys, and of the weighted sums.</remarks>
    protected internal override long MultiplyAdds(ReadOnlySpan<Shape> inputs, Shape output)
    {
        Shape query = inputs[0], key = inputs.Length > 1 ? inputs[1] : query;
        long queries = query.Length / EmbedDim, keys = key.Length / KeyDim, batch = query.Rank == 2 ? 1 : query[BatchFirst ? 0 : 1];
        long seen = keys / batch + (keyBias is null ? 0 : 1) + (AddZeroAttn ? 1 : 0);
        return EmbedDim * (queries * EmbedDim + keys * (KeyDim + ValueDim) + 2 * queries * seen);
    }

    internal override string Title => string.Create(CultureInfo.InvariantCulture,
        $"MultiheadAttention({EmbedDim}, {NumHeads}{(Dropout > 0 ? $", dropout: {Dropout}" : "")}{(BatchFirst ? ", batchFirst: true" : "")})");
}
