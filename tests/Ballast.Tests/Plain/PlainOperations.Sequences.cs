namespace Ballast.Tests.Plain;

// Embeddings, recurrent layers, attention.
static partial class PlainOperations
{
    static Numbers Embedding(Numbers table, Numbers index, Shape shape, int padding, bool scales)
    {
        int width = table.Shape[1];
        int[] rows = Array.ConvertAll(index.Values, static position => (int)position.Value);
        double[] shares = Array.ConvertAll(rows, row => row == padding ? 0 : scales ? 1.0 / rows.Count(other => other == row) : 1);
        var taken = table.Move(new Shape(rows.Length, width), place => rows[place / width] * width + place % width);
        if (shares.All(static share => share == 1))
            return taken.Move(shape, static i => i);
        // The value, with a gradient so many times as large.
        var share = Numbers.Constant(new Shape(rows.Length, 1), shares);
        return ((taken - taken.Detach()) * share + taken.Detach()).Move(shape, static i => i);
    }

    // softmax(scale Q K^T + mask) V; what a query does not see is left out of its sums.
    static Numbers Attention(Numbers q, Numbers k, Numbers v, Numbers? mask, double scale, bool causal)
    {
        int rank = q.Shape.Rank, queries = q.Shape[^2], keys = k.Shape[^2];
        var turned = Permute(k, [.. Enumerable.Range(0, rank - 2), rank - 1, rank - 2]);
        var products = scale * MatMul(q, turned);
        var shape = products.Shape;
        double[] seen = new double[shape.Length];
        int[] places = mask is null ? [] : Places.Broadcast(mask.Shape, shape);
        for (int i = 0; i < seen.Length; i++)
        {
            bool hidden = (causal && i % keys > i / keys % queries) || (mask is not null && double.IsNegativeInfinity(mask.Values[places[i]].Value));
            seen[i] = hidden ? 0 : 1;
        }

        if (mask is not null)
            products += mask.Map(static value => double.IsNegativeInfinity(value.Value) ? 0 : value, static (_, _) => 1);
        var most = Numbers.Constant(shape.WithLast(1), [.. Enumerable.Range(0, shape.Length / keys).Select(row =>
            Enumerable.Range(row * keys, keys).Where(i => seen[i] > 0).Max(i => products.Values[i].Value))]);
        var e = Apply(products - most, static value => Math.Exp(Math.Min(value, 600)), static value => Math.Exp(Math.Min(value, 600)))
            * Numbers.Constant(shape, seen);
        return MatMul(e / e.Sum(rank - 1), v);
    }

    static Numbers Sigmoids(Numbers x) => Apply(x, Sigmoid, static v => Sigmoid(v) * Sigmoid(-v), static _ => 1);

    static Numbers Tangents(Numbers x) => Apply(x, Math.Tanh, static v => 1 - Math.Tanh(v) * Math.Tanh(v), static _ => 1);

    static Numbers Columns(Numbers x, int part, int width) => x.Move(new Shape(1, width), i => part * width + i);

    // Each sequence by itself, step by step: the next h and c from the products of the input and of h, each with its bias.
    static Numbers[] Recurrent(Node node, Numbers[] x, Func<Numbers, Numbers, Numbers, Numbers, int, (Numbers H, Numbers C)> cell, bool passesCell)
    {
        int[] counts = node.Get<int[]>("counts"), offsets = node.Get<int[]>("offsets");
        int stride = node.Get<int>("stride"), inputs = x[0].Shape[^1], hidden = x[2].Shape[1];
        Shape one = new(1, hidden);
        var rows = new Numbers[x[0].Values.Length / inputs];
        Numbers[] last = new Numbers[counts[0]], lastCells = new Numbers[counts[0]];
        for (int b = 0; b < counts[0]; b++)
        {
            Numbers First(Numbers? states) => states is null
                ? Numbers.Constant(one, new double[hidden]) : states.Move(one, i => b * hidden + i);
            Numbers h = First(x[5]), c = First(x[6]);
            int length = counts.Count(count => count > b);
            for (int i = 0; i < length; i++)
            {
                int t = node.Get<bool>("reverse") ? length - 1 - i : i, row = offsets[t] + b * stride;
                var step = x[0].Move(new Shape(1, inputs), k => row * inputs + k);
                (h, c) = cell(Linear(step, x[1], x[3]), Linear(h, x[2], x[4]), h, c, hidden);
                rows[row] = h;
            }

            (last[b], lastCells[b]) = (h, c);
        }

        Numbers Together(Numbers[] parts, Shape shape) => Numbers.Gather(shape, parts, i => (i / hidden, i % hidden));
        Numbers y = Together(rows, x[0].Shape.WithLast(hidden)), states = Together(last, new Shape(counts[0], hidden));
        return passesCell ? [y, states, Together(lastCells, states.Shape)] : [y, states];
    }

    static (Numbers, Numbers) LstmStep(Numbers input, Numbers state, Numbers h, Numbers c, int hidden)
    {
        var sum = input + state;
        Numbers i = Sigmoids(Columns(sum, 0, hidden)), f = Sigmoids(Columns(sum, 1, hidden));
        Numbers g = Tangents(Columns(sum, 2, hidden)), o = Sigmoids(Columns(sum, 3, hidden));
        var next = f * c + i * g;
        return (o * Tangents(next), next);
    }

    static (Numbers, Numbers) GruStep(Numbers input, Numbers state, Numbers h, Numbers c, int hidden)
    {
        Numbers r = Sigmoids(Columns(input, 0, hidden) + Columns(state, 0, hidden)), z = Sigmoids(Columns(input, 1, hidden) + Columns(state, 1, hidden));
        var n = Tangents(Columns(input, 2, hidden) + r * Columns(state, 2, hidden));
        return ((1 - z) * n + z * h, c);
    }

    static Dictionary<string, Func<Node, Numbers[], Numbers[]>> Recurrences => new()
    {
        ["lstm"] = static (node, x) => Recurrent(node, x, LstmStep, passesCell: true),
        ["gru"] = static (node, x) => Recurrent(node, x, GruStep, passesCell: false),
        ["rnn_tanh"] = static (node, x) => Recurrent(node, x, static (input, state, _, c, _) => (Tangents(input + state), c), passesCell: false),
        ["rnn_relu"] = static (node, x) => Recurrent(node, x, static (input, state, _, c, _) =>
            ((input + state).Map(static v => v > 0 ? v : 0, static (v, _) => v.Value > 0 ? 1 : 0), c), passesCell: false),
    };

    static Dictionary<string, Rule> Sequences => new()
    {
        ["embedding"] = static (node, x) =>
            Embedding(x[0], x[1], node.Get<Shape>("shape"), node.Get<int>("padding"), node.Get<bool>("scales")),
        ["attention"] = static (node, x) => Attention(x[0], x[1], x[2], x[3], node.Get<double>("scale"), node.Get<bool>("causal")),
    };
}
