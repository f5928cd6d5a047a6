namespace Ballast.Tests.Plain;

/// <summary>What each operation means, by its name.</summary>
static partial class PlainOperations
{
    delegate Numbers Rule(Node node, Numbers[] x);

    static readonly Dictionary<string, Rule> Rules = new[]
    {
        Elementwise, Pairs, Tests, Views, Indexing, Reductions, Products, Losses, Normalizations, Updates, Sequences,
    }.SelectMany(static rules => rules).ToDictionary();

    static readonly Dictionary<string, Func<Node, Numbers[], Numbers[]>> Several = OptimizerSteps.Concat(Recurrences).Concat(Choices).ToDictionary();

    static Dictionary<string, Func<Node, Numbers[], Numbers[]>> Choices => new()
    {
        ["max"] = static (node, x) => Chosen(x[0], node.Get<int>("axis"), 0, 1, descending: true),
        ["min"] = static (node, x) => Chosen(x[0], node.Get<int>("axis"), 0, 1, descending: false),
        ["median"] = static (node, x) => Chosen(x[0], node.Get<int>("axis"), (x[0].Shape[node.Get<int>("axis")] - 1) / 2, 1, descending: false),
        ["kthvalue"] = static (node, x) => Chosen(x[0], node.Get<int>("axis"), node.Get<int>("k") - 1, 1, descending: false),
        ["topk"] = static (node, x) => Chosen(x[0], node.Get<int>("axis"), 0, node.Get<int>("k"), node.Get<bool>("descending")),
    };

    /// <summary>The names of all operations.</summary>
    public static IEnumerable<string> Names => Rules.Keys.Concat(Several.Keys);

    /// <summary>The results of a node.</summary>
    public static Numbers[] Compute(Node node, Numbers?[] inputs)
    {
        if (Several.TryGetValue(node.Name, out var several))
            return several(node, inputs!);
        Assert.True(Rules.TryGetValue(node.Name, out var rule), $"the plain backend has no operation {node}");
        return [rule!(node, inputs!)];
    }

    // An axis list as it stands in a node: null for all.
    static int[] Axes(Node node, Numbers x) => node.Get<int[]?>("axes") ?? [.. Enumerable.Range(0, x.Shape.Rank)];

    // The result of a reduction with or without the axes of size 1.
    static Numbers Kept(Node node, Numbers reduced)
    {
        if (node.Get<bool>("keep_axes"))
            return reduced;
        int[]? axes = node.Get<int[]?>("axes");
        return reduced.Reshape([.. Enumerable.Range(0, reduced.Shape.Rank).Where(axis => axes is not null && !axes.Contains(axis))
            .Select(axis => reduced.Shape[axis])]);
    }
}
