namespace Ballast;

/// <content>Attention.</content>
public static partial class Functional
{
    /// <summary>softmax(scale Q K^T + mask) V: for each query the values, weighted by how well their keys fit it (Vaswani et al. 2017). PyTorch:
    /// <c>F.scaled_dot_product_attention</c>.</summary>
    /// <remarks>Computed by blocks: the weights [..., T, S] are never in memory, forward or backward, unless there is dropout or the mask
    /// wants a gradient. A query that sees no key gives NaN.</remarks>
    /// <param name="query">[..., T, D].</param>
    /// <param name="key">[..., S, D]; axes in front broadcast.</param>
    /// <param name="value">[..., S, E].</param>
    /// <param name="attnMask">Broadcast to [..., T, S]: bool, true where a query sees a key, or float32, added to the products; null for none.
    /// </param>
    /// <param name="dropoutP">The probability of a zero in the weights.</param>
    /// <param name="isCausal">Whether query i sees keys up to i alone; then there is no mask.</param>
    /// <param name="scale">The factor of the products; 1 / sqrt(D) when null.</param>
    /// <param name="generator">Where dropout's draws come from; <see cref="Generator.Default"/> when null.</param>
    /// <returns>[..., T, E].</returns>
    /// <exception cref="ArgumentException">Shapes that do not go together; a mask of another type, or beside isCausal; a probability outside
    /// 0 to 1.</exception>
    public static Tensor ScaledDotProductAttention(
        Tensor query, Tensor key, Tensor value, Tensor? attnMask = null, double dropoutP = 0, bool isCausal = false, double? scale = null,
        Generator? generator = null)
    {
        const string name = "ScaledDotProductAttention";
        Shape q = query.Shape, k = key.Shape, v = value.Shape;
        Throw.Unless(q.Rank >= 2 && k.Rank >= 2 && v.Rank >= 2 && q[^1] == k[^1] && k[^2] == v[^2] && k[^2] > 0 && q[^1] > 0,
            $"{name}: expected a query [..., T, D], a key [..., S, D] and a value [..., S, E], got {q}, {k} and {v}.");
        Throw.Unless(attnMask is null || !isCausal, $"{name}: expected a mask or isCausal, got both. Put the causal part into the mask.");
        Throw.Unless(dropoutP is >= 0 and <= 1, $"{name}: expected a probability of dropout from 0 to 1, got {dropoutP}.");
        var front = Tensor.Broadcast(name, Tensor.Broadcast(name, Front(q), Front(k)), Front(v));
        var added = attnMask is null ? null : AddedMask(name, attnMask);
        if (added is not null)
            added = added.ExpandTo(Matrices(Tensor.Broadcast(name, front, added.Shape.Rank < 2 ? Shape.Scalar : Front(added.Shape)), q[^2], k[^2]));
        if (added is not null && Front(added.Shape) != front)
            Throw.Argument($"{name}: expected a mask that broadcasts to {Matrices(front, q[^2], k[^2])}, got {attnMask!.Shape}.");
        var (wideQ, wideK, wideV) = (Wide(query, front), Wide(key, front), Wide(value, front));
        double factor = scale ?? 1 / Math.Sqrt(q[^1]);
        if (dropoutP == 0 && added is not { RequiresGrad: true })
            return AttentionOperation.Run(wideQ, wideK, wideV, added, factor, isCausal);
        var causal = isCausal ? AddedMask(name, CausalMask(q[^2], k[^2])) : null;
        var weights = AttentionWeights(wideQ, wideK, added ?? causal, factor);
        return Drop(weights, dropoutP, generator).MatMul(wideV);
    }

    /// <summary>softmax(scale Q K^T + mask): [..., T, S].</summary>
    internal static Tensor AttentionWeights(Tensor query, Tensor key, Tensor? added, double scale)
    {
        var products = (query * (float)scale).MatMul(key.Transpose(-2, -1));
        return (added is null ? products : products + added).Softmax(-1);
    }

    internal static Tensor Drop(Tensor x, double p, Generator? generator) =>
        p == 0 || x.Length == 0 ? x : p == 1 ? x * 0f : DropoutOperation.Run(x, p, generator ?? Generator.Default);

    /// <summary>A mask as it is added: float32 as it is, and of truth values 0 where true and minus infinity where false.</summary>
    internal static Tensor AddedMask(string name, Tensor mask)
    {
        if (mask.ElementType == ElementType.Bool)
            return Tensor.From(Array.ConvertAll(mask.ToArray<bool>(), static seen => seen ? 0 : float.NegativeInfinity), mask.Shape);
        Throw.Unless(mask.ElementType.IsFloat(),
            $"{name}: expected a bool or float32 mask, got {mask.ElementType.Name()} {mask.Shape}. Convert it with To(ElementType.Bool).");
        return mask;
    }

    // True where a key is not after its query.
    static Tensor CausalMask(int queries, int keys)
    {
        bool[] seen = new bool[queries * keys];
        for (int i = 0; i < seen.Length; i++)
            seen[i] = i % keys <= i / keys;
        return Tensor.FromBool(seen, [queries, keys]);
    }

    static Shape Front(Shape shape) => new(shape.ToArray().AsSpan(..^2));

    static Shape Matrices(Shape front, int rows, int columns) => new([.. front.ToArray(), rows, columns]);

    static Tensor Wide(Tensor x, Shape front)
    {
        var shape = Matrices(front, x.Shape[^2], x.Shape[^1]);
        return shape == x.Shape ? x : x.ExpandTo(shape);
    }
}
