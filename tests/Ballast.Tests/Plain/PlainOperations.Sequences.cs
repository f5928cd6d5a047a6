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

    static Dictionary<string, Rule> Sequences => new()
    {
        ["embedding"] = static (node, x) =>
            Embedding(x[0], x[1], node.Get<Shape>("shape"), node.Get<int>("padding"), node.Get<bool>("scales")),
    };
}
