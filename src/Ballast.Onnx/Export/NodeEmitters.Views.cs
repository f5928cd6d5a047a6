namespace Ballast;

// The same elements in other places, and elements by their positions.
static partial class NodeEmitters
{
    static Dictionary<string, NodeEmitter> Views => new()
    {
        ["reshape"] = One(static e => e.X.Reshape(e.Node.Get<Shape>("shape").ToArray())),
        ["permute"] = One(static e => e.X.Permute(e.Node.Get<int[]>("axes"))),
        ["slice"] = One(static e => e.X.Slice(e.Axis, e.Node.Get<int>("start"), e.Node.Get<int>("count"), e.Node.Get<int>("step"))),
        ["select"] = One(static e => e.Graph.Add("Gather",
            [e.X, e.Graph.Constant(Tensor.FromInt64([(long)e.Node.Get<int>("position")], Shape.Scalar))], ("axis", (long)e.Axis))),
        ["unsqueeze"] = One(static e => e.Graph.Add("Unsqueeze", [e.X, e.Graph.Longs(e.Axis)])),
        ["squeeze"] = One(static e => e.Graph.Add("Squeeze", [e.X, e.Graph.Longs(e.Axis)])),
        ["expand"] = One(static e => e.X.Shape == e.Node.Get<Shape>("shape") ? e.X
            : e.Graph.Add("Expand", [e.X, e.Graph.Longs(e.Node.Get<Shape>("shape").ToArray())])),
        ["unfold"] = One(Unfold),
        ["full"] = One(static e => e.Graph.Constant(Tensor.Full(
            e.Node.Get<Shape>("shape"), e.Number("value"), Held(e.Node.Get<ElementType>("type"))))),
        ["concat"] = One(Concat),
    };

    static ElementType Held(ElementType type) => type == ElementType.Float64 ? ElementType.Float32 : type;

    // Windows of an axis in its place, and their positions behind all others.
    static GraphTensor Unfold(Emission e)
    {
        int axis = e.Axis, size = e.Node.Get<int>("size"), step = e.Node.Get<int>("step"), count = (e.X.Shape[axis] - size) / step + 1;
        long[] places = [.. Enumerable.Range(0, count).SelectMany(window => Enumerable.Range(0, size).Select(i => (long)window * step + i))];
        var taken = e.Graph.Add("Gather", [e.X, e.Graph.Constant(Tensor.FromInt64(places, [count, size]))], ("axis", (long)axis));
        return taken.Permute([.. Enumerable.Range(0, taken.Rank).Where(other => other != axis + 1), axis + 1]);
    }

    static GraphTensor Concat(Emission e)
    {
        int axis = e.Axis;
        var parts = e.Inputs.Where(part => part!.Shape[axis] != 0).ToArray();
        if (parts.Length < 2)
            return parts.Length == 1 ? parts[0]! : e.X;
        var type = parts.All(part => part!.Type == parts[0]!.Type) ? parts[0]!.Type : ElementType.Float32;
        return e.Graph.Add("Concat", Array.ConvertAll(parts, part => part!.To(type)), ("axis", (long)axis));
    }

    static Dictionary<string, NodeEmitter> Lookups => new()
    {
        ["index_select"] = One(static e => Taken(e, e.X, e[1]!, e.Axis)),
        ["embedding"] = One(static e => Taken(e, e.X, e[1]!, 0)),
        ["gather"] = One(static e => e.Graph.Add("GatherElements", [e.X, e[1]], ("axis", (long)e.Axis))),
        ["index_add"] = One(IndexAdd),
        ["scatter"] = One(Scatter),
    };

    static GraphTensor Taken(Emission e, GraphTensor x, GraphTensor index, int axis)
    {
        var shape = e.Node.Get<Shape>("shape");
        var taken = e.Graph.Add("Gather", [x, index], ("axis", (long)axis));
        return taken.Shape == shape ? taken : taken.Reshape(shape.ToArray());
    }

    static GraphTensor IndexAdd(Emission e)
    {
        int axis = e.Axis;
        int[] along = [.. Enumerable.Repeat(1, e.X.Rank)];
        along[axis] = e[2]!.Tensor.Length;
        var index = e.Graph.Add("Expand", [e[2]!.Reshape(along), e.Graph.Longs(e[1]!.Shape.ToArray())]);
        return e.Graph.Add("ScatterElements", [e.X, index, e[1]!.To(e.X.Type)], ("axis", (long)axis), ("reduction", "add"));
    }

    static GraphTensor Scatter(Emission e)
    {
        var (values, index) = (e[1]!, e[2]!);
        for (int axis = 0; axis < values.Rank; axis++)
        {
            if (values.Shape[axis] > index.Shape[axis])
                values = values.Slice(axis, 0, index.Shape[axis]);
        }

        (string, object) at = ("axis", (long)e.Axis);
        return e.Node.Get<bool>("adds")
            ? e.Graph.Add("ScatterElements", [e.X, index, values.To(e.X.Type)], at, ("reduction", "add"))
            : e.Graph.Add("ScatterElements", [e.X, index, values.To(e.X.Type)], at);
    }
}
