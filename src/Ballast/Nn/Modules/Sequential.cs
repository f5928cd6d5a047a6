using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>Modules one behind another, each given the output of the one before. Their names are their positions
/// <c>0</c>, <c>1</c>, ..., or names of one's own. PyTorch: <c>nn.Sequential</c>.</summary>
/// <remarks>What passes between two modules, and no gradient will go back to, returns to the pool as soon as the second has used it: where
/// no gradients are recorded, and behind modules that have nothing to learn. If the second learns from it, the backward pass
/// returns it. What a module of one's own was given or has made is left to the garbage collector, because it may have been kept.</remarks>
public sealed class Sequential : Module, IReadOnlyList<Module>
{
    readonly Module[] layers;

    /// <summary>Makes a chain of modules.</summary>
    [OverloadResolutionPriority(1)]
    public Sequential(params ReadOnlySpan<Module> modules)
    {
        layers = modules.ToArray();
        for (int i = 0; i < layers.Length; i++)
            Register(i.ToString(CultureInfo.InvariantCulture), layers[i]);
    }

    /// <summary>Makes a chain of the modules of a list. PyTorch: <c>nn.Sequential(*modules)</c>.</summary>
    public Sequential(IEnumerable<Module> modules)
        : this([.. modules])
    {
    }

    Sequential(ReadOnlySpan<(string Name, Module Module)> modules)
    {
        layers = new Module[modules.Length];
        for (int i = 0; i < layers.Length; i++)
            layers[i] = Register(modules[i].Name, modules[i].Module);
    }

    /// <summary>Makes a chain of modules with names. PyTorch: <c>nn.Sequential(OrderedDict(...))</c>.</summary>
    /// <exception cref="ArgumentException">A name is empty, has a dot, or is there twice.</exception>
    public static Sequential Named(params ReadOnlySpan<(string Name, Module Module)> modules) => new(modules);

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
            Spend(current, next, input);
            current = next;
        }

        return current;
    }

    /// <summary>Hands the values of a result back where no gradient will go back to it, no module of the program's own has seen it, and
    /// neither what was made of it nor the input, which is the caller's, shares them; or leaves that to the backward pass, if what was made
    /// of it has one.</summary>
    internal static void Spend(Tensor result, Tensor next, Tensor input)
    {
        if (result.RequiresGrad || result.IsSeen || result.Root == next.Root || result.Root == input.Root || result.Root is Parameter)
            return;
        if (next.RequiresGrad)
            result.Passing = true;
        else
            result.ReleaseValues();
    }

    /// <summary>Puts another module in the place of one, under its name.</summary>
    internal void Put(int index, Module module)
    {
        Replace(index, module);
        layers[index] = module;
    }

    /// <inheritdoc/>
    public IEnumerator<Module> GetEnumerator() => ((IEnumerable<Module>)layers).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
