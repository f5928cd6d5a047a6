namespace Ballast;

// Elements by their positions.
static partial class OnnxOperators
{
    static Dictionary<string, OnnxOperator> Lookups => new()
    {
        ["Gather"] = One(Gather),
        ["GatherElements"] = One(static call => Among(call, static (call, axis, index) => call.X.Gather(axis, index))),
        ["GatherND"] = One(GatherMany),
        ["ScatterElements"] = One(ScatterElements),
        ["Scatter"] = One(ScatterElements),
        ["ScatterND"] = One(ScatterMany),
        ["OneHot"] = One(OneHot),
    };

    // Positions from the end are negative.
    static Tensor Positive(Tensor index, int size)
    {
        if (index.ElementType != ElementType.Int64)
            index = index.To(ElementType.Int64);
        bool any = false;
        foreach (long position in index.AsSpan<long>())
            any |= position < 0;
        return any ? index + (index < 0L).To(ElementType.Int64) * size : index;
    }

    static Tensor Gather(OperatorCall call)
    {
        int axis = call.Axis(call.Long("axis", 0), call.X.Shape.Rank);
        var index = Positive(call[1], call.X.Shape[axis]);
        if (axis == 0 && call.X is Parameter { Shape.Rank: 2 } table)
            return Functional.Embedding(index, table);
        int[] sizes = call.X.Shape.ToArray();
        call.Shape([.. sizes[..axis], .. index.Shape.ToArray(), .. sizes[(axis + 1)..]]);
        return index.Shape.Rank == 0 && !IsElsewhere(index)
            ? call.X.Select(axis, checked((int)index.AsSpan<long>()[0])) : call.X.Index(axis, index);
    }

    static Tensor Among(OperatorCall call, Func<OperatorCall, int, Tensor, Tensor> take)
    {
        int axis = call.Axis(call.Long("axis", 0), call.X.Shape.Rank);
        return take(call, axis, Positive(call[1], call.X.Shape[axis]));
    }

    static Tensor ScatterElements(OperatorCall call) => Among(call, static (call, axis, index) => call.Text("reduction", "none") switch
    {
        "none" => call.X.Scatter(axis, index, call[2]),
        "add" => call.X.ScatterAdd(axis, index, call[2]),
        _ => Combined(call, call.X.Flatten(), Flat(call, axis, index), call[2].Flatten()).Reshape(call.X.Shape),
    });

    // Where elements lie in the whole tensor that an axis' positions name.
    static long[] Flat(OperatorCall call, int axis, Tensor index)
    {
        var (s, q) = (call.X.Shape, index.Shape);
        long[] places = index.ToArray<long>();
        if (q.Rank != s.Rank || places.Length != call[2].Length || places.Any(at => at < 0 || at >= s[axis])
            || Enumerable.Range(0, s.Rank).Any(other => other != axis && q[other] > s[other]))
        {
            throw call.Fault($"positions {q} do not fit {s}, or some are outside of it");
        }

        for (int i = 0; i < places.Length; i++)
        {
            long place = 0, stride = 1;
            for (int k = s.Rank - 1, rest = i; k >= 0; k--)
            {
                place += (k == axis ? places[i] : rest % q[k]) * stride;
                (stride, rest) = (stride * s[k], rest / q[k]);
            }

            places[i] = place;
        }

        return places;
    }

    // Values that are multiplied or compared with those at their places on the first axis. A place that comes several times has its turns.
    static Tensor Combined(OperatorCall call, Tensor x, long[] places, Tensor updates)
    {
        Func<Tensor, Tensor, Tensor> combine = call.Text("reduction", "none") switch
        {
            "mul" => static (x, y) => x * y,
            "max" => static (x, y) => x.Maximum(y),
            "min" => static (x, y) => x.Minimum(y),
            var other => throw call.Fault($"the reduction {other} is none that there is"),
        };
        Dictionary<long, int> turns = [];
        int[] turn = [.. places.Select(place => turns[place] = turns.GetValueOrDefault(place, -1) + 1)];
        foreach (var round in Enumerable.Range(0, places.Length).GroupBy(i => turn[i]).OrderBy(static round => round.Key))
        {
            var which = Tensor.FromInt64([.. round.Select(static i => (long)i)]);
            var at = Tensor.FromInt64([.. round.Select(i => places[i])]);
            int[] across = [at.Length, .. Ones(x.Shape.Rank - 1)], whole = [at.Length, .. x.Shape.ToArray()[1..]];
            x = x.Scatter(0, at.Reshape(new Shape(across)).Expand(whole), combine(x.IndexSelect(0, at), updates.IndexSelect(0, which)));
        }

        return x;
    }

    // Rows of positions as places in the axes that they count, made one: [..., k] becomes [count].
    static (Tensor Places, int[] Outer, int Rows) Places(OperatorCall call, int batch)
    {
        int[] s = call.X.Shape.ToArray(), q = call[1].Shape.ToArray();
        if (q.Length == 0 || batch < 0 || q.Length <= batch || batch + q[^1] > s.Length || !s.Take(batch).SequenceEqual(q.Take(batch)))
            throw call.Fault($"positions {call[1].Shape} do not fit {call.X.Shape}");
        long[] index = OperatorCall.Longs(call[1]);
        int count = q[^1], rows = s[..(batch + count)].Aggregate(1, static (product, size) => product * size);
        int each = q[batch..^1].Aggregate(1, static (product, size) => product * size);
        int[] places = new int[q[..^1].Aggregate(1, static (product, size) => product * size)];
        for (int i = 0; i < places.Length; i++)
        {
            long place = each == 0 ? 0 : i / each;
            for (int k = 0; k < count; k++)
            {
                int size = s[batch + k];
                long at = index[i * count + k];
                at = at < 0 ? at + size : at;
                if (at < 0 || at >= size)
                    throw call.Fault($"the position {index[i * count + k]} is outside of an axis of {size}");
                place = place * size + at;
            }

            places[i] = (int)place;
        }

        return (Tensor.FromInt64(places), q[..^1], rows);
    }

    static Tensor GatherMany(OperatorCall call)
    {
        int batch = call.Int("batch_dims", 0);
        var (places, outer, rows) = Places(call, batch);
        int[] rest = call.X.Shape.ToArray()[(batch + call[1].Shape[^1])..];
        return call.X.Reshape([rows, .. rest]).Index(0, places).Reshape(call.Shape([.. outer, .. rest]));
    }

    static Tensor ScatterMany(OperatorCall call)
    {
        var (places, _, rows) = Places(call, 0);
        int width = rows == 0 ? 0 : call.X.Length / rows;
        var flat = call.X.Reshape(rows, width);
        var index = places.Reshape(places.Length, 1).Expand(places.Length, width);
        var updates = call[2].Reshape(places.Length, width);
        return (call.Text("reduction", "none") switch
        {
            "none" => flat.Scatter(0, index, updates),
            "add" => flat.ScatterAdd(0, index, updates),
            _ => Combined(call, flat, places.ToArray<long>(), updates),
        }).Reshape(call.X.Shape);
    }

    static Tensor OneHot(OperatorCall call)
    {
        double depth = call.Number(1);
        var values = call[2];
        if (depth < 1 || depth > OperatorCall.MostValues || values.Length != 2)
            throw call.Fault($"{depth} classes with values {values.Shape} are none");
        int rank = call.X.Shape.Rank + 1, axis = call.Axis(call.Long("axis", -1), rank);
        int[] sizes = [.. call.X.Shape.ToArray()[..axis], (int)depth, .. call.X.Shape.ToArray()[axis..]];
        var shape = call.Shape(sizes);
        var hot = Positive(call.X, (int)depth).Unsqueeze(axis).EqualTo(Along(shape, axis));
        return Tensor.Where(hot, values.Select(0, 1), values.Select(0, 0));
    }
}
