using System.Collections;
using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>Modules one behind another, each given the output of the one before. Their names are their positions
/// <c>0</c>, <c>1</c>, ..., or names of one's own. PyTorch: <c>nn.Sequential</c>.</summary>
/// <remarks>What passes between two modules, and no gradient will go back to, returns to the pool as soon as the second has used it: where
/// no gradients are recorded, and behind modules that have nothing to learn. If the second learns from it, the backward pass
/// returns it. What a module of one's own was given or has made is left to the garbage collector, because it may have been kept.</remarks>
public sealed class Sequential : Module, IReadOnlyList<Module>
{
    readonly List<Module> layers = [];

    /// <summary>Makes a chain of modules.</summary>
    [OverloadResolutionPriority(1)]
    public Sequential(params ReadOnlySpan<Module> modules)
    {
        foreach (var module in modules)
            Append(module);
    }

    /// <summary>Makes a chain of the modules of a list. PyTorch: <c>nn.Sequential(*modules)</c>.</summary>
    public Sequential(IEnumerable<Module> modules)
        : this([.. modules])
    {
    }

    Sequential(ReadOnlySpan<(string Name, Module Module)> modules)
    {
        foreach (var (name, module) in modules)
            layers.Add(Register(name, module));
    }

    Sequential(Sequential whole, Range range)
    {
        var parts = whole.Parts.ToList()[range];
        TakeParts(whole, parts);
        layers.AddRange(parts.Select(static part => part.Value));
    }

    /// <summary>Makes a chain of modules with names. PyTorch: <c>nn.Sequential(OrderedDict(...))</c>.</summary>
    /// <exception cref="ArgumentException">A name is empty, has a dot, or is there twice.</exception>
    public static Sequential Named(params ReadOnlySpan<(string Name, Module Module)> modules) => new(modules);

    /// <inheritdoc/>
    public int Count => layers.Count;

    /// <summary>The module at a position; setting it puts another one in its place, under its name.</summary>
    public Module this[int index]
    {
        get => layers[index];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _ = layers[index];
            Put(index, value);
        }
    }

    /// <summary>A chain of the modules at some positions, the same objects under their own names: <c>net[..2]</c>. PyTorch:
    /// <c>net[:2]</c>.</summary>
    public Sequential this[Range range] => new(this, range);

    /// <summary>Adds a module at the end, under its position, and returns this chain. PyTorch: <c>append</c>.</summary>
    /// <remarks>Make the optimizer afterwards: it has the parameters that were there when it was made.</remarks>
    /// <exception cref="ArgumentException">The position is the name of another module.</exception>
    public Sequential Append(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        Throw.Unless(module != this, $"Sequential: it cannot be a part of itself.");
        layers.Add(Register(PositionName(layers.Count), module));
        return this;
    }

    /// <summary>Adds modules at the end, each under its position, and returns this chain. PyTorch: <c>extend</c>.</summary>
    /// <inheritdoc cref="Append"/>
    public Sequential Extend(IEnumerable<Module> modules)
    {
        foreach (var module in modules.ToArray())
            Append(module);
        return this;
    }

    /// <summary>Puts a module before the one at a position; those behind it are called by their new positions. PyTorch: <c>insert</c>.
    /// </summary>
    /// <param name="index">The module's position, from 0 to <see cref="Count"/>.</param>
    /// <param name="module">The module.</param>
    /// <exception cref="ArgumentException">There is no such position, or a module behind it has a name of its own.</exception>
    public void Insert(int index, Module module)
    {
        InsertPart(index, module);
        layers.Insert(index, module);
    }

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
    public IEnumerator<Module> GetEnumerator() => layers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
