namespace Ballast;

/// <summary>Sums of products of tensors whose axes have labels, by views, matrix products and sums.</summary>
static class EinsteinSum
{
    /// <summary>A tensor and the label of each of its axes.</summary>
    readonly record struct Labelled(Tensor Values, string Labels);

    // The labels of the axes that "..." stands for, the last one first: no letters.
    const string Ellipsis = "01234567";

    /// <summary>The forward pass.</summary>
    public static Tensor Run(string equation, ReadOnlySpan<Tensor> operands)
    {
        string text = equation.Replace(" ", "", StringComparison.Ordinal);
        string[] sides = text.Split("->"), groups = sides[0].Split(',');
        Throw.Unless(sides.Length <= 2, $"Einsum: \"{equation}\" has more than one ->. One result is computed at a time.");
        Throw.Unless(groups.Length == operands.Length,
            $"Einsum: \"{equation}\" has labels of {groups.Length} tensors, got {operands.Length} tensors.");
        var inputs = new Labelled[operands.Length];
        int dotted = 0;
        for (int i = 0; i < inputs.Length; i++)
        {
            int rest = operands[i].Shape.Rank - Letters(groups[i]);
            Throw.Unless(Dotted(groups[i]) ? rest >= 0 : rest == 0,
                $"Einsum: \"{groups[i]}\" does not name each axis of {operands[i].Shape}, tensor {i} of \"{equation}\".");
            dotted = Math.Max(dotted, rest);
            inputs[i] = new Labelled(operands[i], Spell(groups[i], rest, equation));
        }

        string result = sides.Length == 2 ? Spell(sides[1], dotted, equation) : Implied(inputs, dotted);
        Broadcast(inputs, equation);
        return Contract(inputs, result, equation);
    }

    static bool Dotted(string group) => group.Contains("...", StringComparison.Ordinal);

    static int Letters(string group) => group.Length - (Dotted(group) ? 3 : 0);

    // The labels of a group, with those of the axes that "..." stands for.
    static string Spell(string group, int dotted, string equation)
    {
        Span<char> axes = Ellipsis[..dotted].ToCharArray();
        axes.Reverse();
        string letters = group.Replace("...", "", StringComparison.Ordinal);
        foreach (char letter in letters)
            Throw.Unless(char.IsAsciiLetter(letter), $"Einsum: \"{equation}\": expected letters, commas, ... and ->, got '{letter}'.");
        return group.Replace("...", axes.ToString(), StringComparison.Ordinal);
    }

    static string Implied(Labelled[] inputs, int dotted)
    {
        string all = string.Concat(inputs.Select(static input => input.Labels));
        var once = all.Where(label => char.IsAsciiLetter(label) && all.IndexOf(label) == all.LastIndexOf(label)).Order();
        return new string([.. Ellipsis[..dotted].Reverse(), .. once]);
    }

    // Takes diagonals, and repeats axes of the size 1 to the size that their label has elsewhere.
    static void Broadcast(Labelled[] inputs, string equation)
    {
        Dictionary<char, int> sizes = [];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = Diagonal(inputs[i], equation);
            for (int axis = 0; axis < inputs[i].Labels.Length; axis++)
            {
                char label = inputs[i].Labels[axis];
                int size = inputs[i].Values.Shape[axis], known = sizes.GetValueOrDefault(label, 1);
                Throw.Unless(size == known || size == 1 || known == 1,
                    $"Einsum: \"{equation}\": the axes named {Name(label)} have the sizes {known} and {size}. They have to be equal, or 1.");
                sizes[label] = size == 1 ? known : size;
            }
        }

        for (int i = 0; i < inputs.Length; i++)
        {
            int[] wanted = [.. inputs[i].Labels.Select(label => sizes[label])];
            inputs[i] = inputs[i] with { Values = inputs[i].Values.ExpandTo(new Shape(wanted)) };
        }
    }

    static string Name(char label) => char.IsAsciiLetter(label) ? $"'{label}'" : "by ...";

    // A label twice becomes once: every (n + 1)-th element of the two axes n x n.
    static Labelled Diagonal(Labelled x, string equation)
    {
        for (int second = 1; second < x.Labels.Length; second++)
        {
            int first = x.Labels.IndexOf(x.Labels[second]);
            if (first == second)
                continue;
            var shape = x.Values.Shape;
            int size = shape[first];
            Throw.Unless(size == shape[second],
                $"Einsum: \"{equation}\": the axes named {Name(x.Labels[first])} of {shape} have the sizes {size} and {shape[second]}. " +
                $"A diagonal has equal ones.");
            int[] others = [.. Enumerable.Range(0, shape.Rank).Where(axis => axis != first && axis != second)];
            int[] sizes = [.. others.Select(axis => shape[axis]), size * size];
            var square = x.Values.Permute([.. others, first, second]).Reshape(new Shape(sizes));
            var diagonal = square[TensorIndex.Ellipsis, TensorIndex.Every(size + 1, ..)];
            string labels = new([.. others.Select(axis => x.Labels[axis]), x.Labels[first]]);
            return Diagonal(new Labelled(diagonal, labels), equation);
        }

        return x;
    }

    static Tensor Contract(Labelled[] inputs, string result, string equation)
    {
        var joined = inputs[0];
        for (int i = 0; i < inputs.Length; i++)
        {
            string needed = result + string.Concat(inputs.Skip(i + 1).Select(static input => input.Labels));
            joined = i == 0 ? joined : Join(SumUp(joined, needed + inputs[i].Labels), SumUp(inputs[i], needed + joined.Labels), needed);
            joined = SumUp(joined, needed);
        }

        var labels = joined.Labels;
        foreach (char label in result)
        {
            Throw.Unless(labels.Contains(label, StringComparison.Ordinal) && result.IndexOf(label) == result.LastIndexOf(label),
                $"Einsum: \"{equation}\": the result names {Name(label)}, which no tensor has, or names it twice.");
        }

        return Arranged(joined, result);
    }

    // The sum over the axes whose labels are not needed.
    static Labelled SumUp(Labelled x, string needed)
    {
        int[] axes = [.. Enumerable.Range(0, x.Labels.Length).Where(axis => !needed.Contains(x.Labels[axis], StringComparison.Ordinal))];
        return axes.Length == 0 ? x : new Labelled(x.Values.Sum(axes), Only(x.Labels, needed));
    }

    static string Only(string labels, string of) => new([.. labels.Where(label => of.Contains(label, StringComparison.Ordinal))]);

    static string Without(string labels, string of) => new([.. labels.Where(label => !of.Contains(label, StringComparison.Ordinal))]);

    static Tensor Arranged(Labelled x, string order) =>
        order == x.Labels ? x.Values : x.Values.Permute([.. order.Select(label => x.Labels.IndexOf(label))]);

    static Labelled Join(Labelled x, Labelled y, string needed)
    {
        string both = Only(x.Labels, y.Labels), batch = Only(both, needed), summed = Without(both, needed);
        string left = Without(x.Labels, both), right = Without(y.Labels, both), labels = batch + left + right;
        Tensor a = Arranged(x, batch + left + summed), b = Arranged(y, batch + summed + right);
        int[] front = Sizes(a, 0, batch.Length), lefts = Sizes(a, batch.Length, left.Length);
        int[] rights = Sizes(b, batch.Length + summed.Length, right.Length);
        if (summed.Length == 0)
        {
            a = a.Reshape(new Shape([.. front, .. lefts, .. rights.Select(static _ => 1)]));
            b = b.Reshape(new Shape([.. front, .. lefts.Select(static _ => 1), .. rights]));
            return new Labelled(a * b, labels);
        }

        int rows = Product(lefts), inner = Product(Sizes(a, batch.Length + left.Length, summed.Length)), columns = Product(rights);
        var product = a.Reshape(new Shape([.. front, rows, inner])).MatMul(b.Reshape(new Shape([.. front, inner, columns])));
        return new Labelled(product.Reshape(new Shape([.. front, .. lefts, .. rights])), labels);
    }

    static int[] Sizes(Tensor x, int first, int count) => x.Shape.ToArray()[first..(first + count)];

    static int Product(int[] sizes) => sizes.Aggregate(1, static (a, b) => a * b);
}
