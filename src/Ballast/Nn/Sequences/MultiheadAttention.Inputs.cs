namespace Ballast;

/// <content>What inputs and masks have to be.</content>
public sealed partial class MultiheadAttention
{
    // What is added to the products [N, heads, T, S], as far as it differs on these axes.
    Tensor? JoinMasks(Tensor? padding, Tensor? mask, int batch, int queries, int keys)
    {
        Tensor? added = null;
        if (padding is not null)
        {
            Throw.Unless(padding.Shape == new Shape(batch, keys),
                $"{Title}: expected a keyPaddingMask [{batch}, {keys}] (N, S), got {padding.Shape}.");
            added = LeftOut(padding).Reshape(batch, 1, 1, keys);
        }

        if (mask is null)
            return added;
        Shape two = new(queries, keys), three = new(batch * NumHeads, queries, keys);
        Throw.Unless(mask.Shape == two || mask.Shape == three,
            $"{Title}: expected an attnMask {two} (T, S) or {three} (N heads, T, S), got {mask.Shape}.");
        var seen = LeftOut(mask);
        seen = mask.Shape.Rank == 3 ? seen.Reshape(batch, NumHeads, queries, keys) : seen;
        return added is null ? seen : added + seen;
    }

    // A module's bool masks are true where a key is left out, a function's where it is seen.
    Tensor LeftOut(Tensor mask) => Functional.AddedMask(Title, mask.ElementType == ElementType.Bool ? !mask : mask);

    void CheckInputs(Tensor query, Tensor key, Tensor value)
    {
        Shape q = query.Shape, k = key.Shape, v = value.Shape;
        int batchAxis = BatchFirst ? 0 : 1;
        bool fits = q.Rank is 2 or 3 && k.Rank == q.Rank && v.Rank == q.Rank && q[^1] == EmbedDim && k[^1] == KeyDim && v[^1] == ValueDim;
        fits = fits && (q.Rank == 2 || (k[batchAxis] == q[batchAxis] && v[batchAxis] == q[batchAxis]));
        fits = fits && k[q.Rank == 2 ? 0 : 1 - batchAxis] == v[q.Rank == 2 ? 0 : 1 - batchAxis];
        string form = BatchFirst ? "[N, T, " : "[T, N, ";
        Throw.Unless(fits, $"{Title}: expected a query {form}{EmbedDim}], a key {form.Replace('T', 'S')}{KeyDim}] and a value "
            + $"{form.Replace('T', 'S')}{ValueDim}], or all without N, got {q}, {k} and {v}.");
        Throw.Unless(q.Length > 0 && k.Length > 0, $"{Title}: expected at least one query and one key, got {q} and {k}.");
    }
}
