using System.Collections;
using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>Modules under the names <c>0</c>, <c>1</c>, ... that whoever owns them calls one by one.
/// PyTorch: <c>nn.ModuleList</c>.</summary>
public sealed class ModuleList : Module, IReadOnlyList<Module>
{
    readonly List<Module> modules = [];

    /// <summary>Makes a list of modules.</summary>
    [OverloadResolutionPriority(1)]
    public ModuleList(params ReadOnlySpan<Module> modules)
    {
        foreach (var module in modules)
            Append(module);
    }

    /// <summary>Makes a list of the modules of another list.</summary>
    public ModuleList(IEnumerable<Module> modules)
        : this([.. modules])
    {
    }

    ModuleList(ModuleList whole, List<Module> modules)
    {
        this.modules = modules;
        TakeParts(whole, modules.Select(static (module, i) => (PositionName(i), module)));
    }

    /// <inheritdoc/>
    public int Count => modules.Count;

    /// <summary>The module at a position; setting it puts another one in its place.</summary>
    public Module this[int index]
    {
        get => modules[index];
        set
        {
            _ = modules[index];
            SetPart(PositionName(index), value);
            modules[index] = value;
        }
    }

    /// <summary>A list of the modules at some positions, the same objects, called by their positions there: <c>layers[1..]</c>. PyTorch:
    /// <c>layers[1:]</c>.</summary>
    public ModuleList this[Range range] => new(this, modules[range]);

    /// <summary>Adds a module at the end, under its position, and returns this list. PyTorch: <c>append</c>.</summary>
    /// <remarks>Make the optimizer afterwards: it has the parameters that were there when it was made.</remarks>
    /// <exception cref="ArgumentException">The position is the name of another module.</exception>
    public ModuleList Append(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        Throw.Unless(module != this, $"ModuleList: it cannot be a part of itself.");
        modules.Add(Register(PositionName(modules.Count), module));
        return this;
    }

    /// <summary>Adds modules at the end, each under its position, and returns this list. PyTorch: <c>extend</c>.</summary>
    /// <inheritdoc cref="Append"/>
    public ModuleList Extend(IEnumerable<Module> modules)
    {
        foreach (var module in modules.ToArray())
            Append(module);
        return this;
    }

    /// <summary>Puts a module before the one at a position; those behind it are called by their new positions. PyTorch: <c>insert</c>.
    /// </summary>
    /// <param name="index">The module's position, from 0 to <see cref="Count"/>.</param>
    /// <param name="module">The module.</param>
    /// <exception cref="ArgumentException">There is no such position.</exception>
    public void Insert(int index, Module module)
    {
        InsertPart(index, module);
        modules.Insert(index, module);
    }

    /// <summary>A list computes nothing.</summary>
    /// <exception cref="InvalidOperationException">Always: call the modules in it.</exception>
    public override Tensor Forward(Tensor input)
    {
        Throw.InvalidOperation("ModuleList: a list computes nothing by itself. Call the modules in it, or use a Sequential.");
        return input;
    }

    /// <inheritdoc/>
    public IEnumerator<Module> GetEnumerator() => modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
