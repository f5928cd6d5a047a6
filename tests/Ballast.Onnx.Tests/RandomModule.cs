using Ballast.Tests.Plain;

namespace Ballast.Onnx.Tests;

/// <summary>A random network as a module: layers that each read values computed before them, whose results are those that nobody reads.</summary>
sealed class RandomModule : Module
{
    readonly Layer[] layers;

    public RandomModule(IEnumerable<Layer> layers)
    {
        this.layers = [.. layers];
        for (int i = 0; i < this.layers.Length; i++)
        {
            if (this.layers[i].Module is { } module)
                Register($"{i + 1}", module);
        }
    }

    public Tensor[] Run(Tensor input)
    {
        List<Tensor> values = [input];
        HashSet<int> unread = [];
        foreach (var layer in layers)
        {
            values.Add(layer.Compute(Array.ConvertAll(layer.Inputs, i => values[i])));
            unread.Add(values.Count - 1);
            unread.ExceptWith(layer.Inputs);
        }

        return unread.Count == 0 ? [input] : [.. unread.Order().Select(i => values[i])];
    }

    public override Tensor Forward(Tensor input) => Run(input)[^1];

    public override string ToString() => string.Join("; ", layers.Select((layer, i) =>
        $"{i + 1} = {layer.Name}({string.Join(", ", layer.Inputs)}) {layer.Shape}"));
}
