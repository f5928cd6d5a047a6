using System.Collections;
using System.Globalization;

namespace Ballast;

/// <summary>Modules one behind another, each given the output of the one before. Their names are their positions:
/// <c>0</c>, <c>1</c>, ... PyTorch: <c>nn.Sequential</c>.</summary>
/// <remarks>Where no gradients are recorded, what passes between two modules goes back to the pool as soon as the second has
/// used it.</remarks>
public sealed class Sequential : Module, IReadOnlyList<Module>
{
    readonly Module[] layers;

    /// <summary>Makes a chain of modules.</summary>
    public Sequential(params ReadOnlySpan<Module> modules)
    {
        layers = modules.ToArray();
        for (int i = 0; i < layers.Length; i++)
            Register(i.ToString(CultureInfo.InvariantCulture), layers[i]);
    }

    /// <inheritdoc/>
    public int Count => layers.Length;

    /// <inheritdoc/>
    public Module this[int index] => layers[index];

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        var current = input;
        foreach (var layer in layers)
        {
            var next = layer.Forward(current);
            bool spent = current.Root != next.Root && current.Root != input.Root && current.Root is not Parameter;
            if (spent && !Tensor.Recording)
                current.ReleaseValues();
            current = next;
        }

        return current;
    }

    /// <inheritdoc/>
    public IEnumerator<Module> GetEnumerator() => ((IEnumerable<Module>)layers).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
