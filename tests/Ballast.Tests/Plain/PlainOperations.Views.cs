namespace Ballast.Tests.Plain;

// Elements at other places.
static partial class PlainOperations
{
    // A view by where each of its positions comes from.
    static Numbers View(Numbers x, int[] sizes, Func<int[], int[]> source)
    {
        Shape shape = new(sizes);
        return x.Move(shape, place => Places.Of(x.Shape, source(Places.Position(shape, place))));
    }

    static int[] With(int[] position, int axis, int value)
    {
        int[] changed = [.. position];
        changed[axis] = value;
        return changed;
    }

    static int[] Without(int[] position, int axis) => [.. position[..axis], .. position[(axis + 1)..]];

    static int[] Including(int[] position, int axis, int value) => [.. position[..axis], value, .. position[axis..]];

    static Numbers Permute(Numbers x, int[] axes) => View(x, [.. axes.Select(axis => x.Shape[axis])], at =>
    {
        int[] source = new int[at.Length];
        for (int i = 0; i < at.Length; i++)
            source[axes[i]] = at[i];
        return source;
    });

    static Dictionary<string, Rule> Views => new()
    {
        ["reshape"] = static (node, x) => x[0].Move(node.Get<Shape>("shape"), static i => i),
        ["permute"] = static (node, x) => Permute(x[0], node.Get<int[]>("axes")),
        ["slice"] = static (node, x) =>
        {
            int axis = node.Get<int>("axis"), start = node.Get<int>("start"), step = node.Get<int>("step");
            return View(x[0], With(x[0].Shape.ToArray(), axis, node.Get<int>("count")), at => With(at, axis, start + at[axis] * step));
        },
        ["select"] = static (node, x) =>
        {
            int axis = node.Get<int>("axis"), position = node.Get<int>("position");
            return View(x[0], Without(x[0].Shape.ToArray(), axis), at => Including(at, axis, position));
        },
        ["unsqueeze"] = static (node, x) => x[0].Reshape(Including(x[0].Shape.ToArray(), node.Get<int>("axis"), 1)),
        ["squeeze"] = static (node, x) => x[0].Reshape(Without(x[0].Shape.ToArray(), node.Get<int>("axis"))),
        ["expand"] = static (node, x) =>
        {
            var shape = node.Get<Shape>("shape");
            int[] places = Places.Broadcast(x[0].Shape, shape);
            return x[0].Move(shape, i => places[i]);
        },
        ["unfold"] = static (node, x) =>
        {
            int axis = node.Get<int>("axis"), size = node.Get<int>("size"), step = node.Get<int>("step");
            int[] sizes = [.. With(x[0].Shape.ToArray(), axis, (x[0].Shape[axis] - size) / step + 1), size];
            return View(x[0], sizes, at => With(at[..^1], axis, at[axis] * step + at[^1]));
        },
        ["full"] = static (node, _) => Filled(node.Get<Shape>("shape"), node.Get<double>("value"), node.Get<ElementType>("type")),
        ["uniform"] = static (node, _) => Drawn(node, static (generator, to) => generator.Uniform(to)),
        ["normal"] = static (node, _) => Drawn(node, static (generator, to) => generator.Normal(to)),
    };

    static Numbers Filled(Shape shape, double value, ElementType type)
    {
        var values = new Number[shape.Length];
        Array.Fill(values, type.IsFloat() ? (float)value : value);
        return new Numbers(shape, values) { Type = type.IsFloat() ? ElementType.Float64 : type };
    }

    delegate void Draw(Generator generator, Span<float> to);

    // Random numbers are the same on every backend.
    static Numbers Drawn(Node node, Draw draw)
    {
        var shape = node.Get<Shape>("shape");
        float[] drawn = new float[shape.Length];
        draw(node.Get<Generator>("generator"), drawn);
        return new Numbers(shape, Array.ConvertAll(drawn, static v => new Number(v)));
    }

    static Dictionary<string, Rule> Indexing => new()
    {
        ["concat"] = static (node, x) =>
        {
            int axis = node.Get<int>("axis");
            Shape shape = new(With(x[0].Shape.ToArray(), axis, x.Sum(part => part.Shape[axis])));
            return Numbers.Gather(shape, x, place =>
            {
                int[] at = Places.Position(shape, place);
                int part = 0;
                while (at[axis] >= x[part].Shape[axis])
                    at[axis] -= x[part++].Shape[axis];
                return (part, Places.Of(x[part].Shape, at));
            });
        },
        ["index_select"] = static (node, x) =>
        {
            int axis = node.Get<int>("axis");
            int[] sizes = With(x[0].Shape.ToArray(), axis, x[1].Values.Length);
            var taken = View(x[0], sizes, at => With(at, axis, (int)x[1].Values[at[axis]].Value));
            return taken.Move(node.Get<Shape>("shape"), static i => i);
        },
        ["gather"] = static (node, x) =>
        {
            int axis = node.Get<int>("axis");
            return View(x[0], x[1].Shape.ToArray(), at => With(at, axis, (int)x[1].Values[Places.Of(x[1].Shape, at)].Value));
        },
        ["index_add"] = static (node, x) =>
        {
            int axis = node.Get<int>("axis");
            return x[0] + x[1].Sum(x[0].Shape, place =>
            {
                int[] at = Places.Position(x[1].Shape, place);
                return Places.Of(x[0].Shape, With(at, axis, (int)x[2].Values[at[axis]].Value));
            });
        },
        ["scatter"] = static (node, x) =>
        {
            int axis = node.Get<int>("axis");
            int To(int place) => Places.Of(x[0].Shape, With(Places.Position(x[2].Shape, place), axis, (int)x[2].Values[place].Value));
            var values = x[2].Shape == x[1].Shape ? x[1] : View(x[1], x[2].Shape.ToArray(), static at => at);
            if (node.Get<bool>("adds"))
                return Typed(x, x[0] + values.Sum(x[0].Shape, To));
            return Numbers.Put(x[0], values, To);
        },
    };
}
