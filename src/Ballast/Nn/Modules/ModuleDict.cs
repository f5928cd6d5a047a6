using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Ballast;

/// <summary>Modules under names of one's own, that whoever owns them calls one by one. PyTorch: <c>nn.ModuleDict</c>.</summary>
public sealed class ModuleDict : Module, IReadOnlyDictionary<string, Module>
{
    readonly OrderedDictionary<string, Module> modules = [];

    /// <summary>Makes a dictionary of modules.</summary>
    /// <exception cref="ArgumentException">A name is empty, has a dot, or is there twice.</exception>
    public ModuleDict(params ReadOnlySpan<(string Name, Module Module)> modules)
    {
        foreach (var (name, module) in modules)
            this.modules.Add(name, Register(name, module));
    }

    /// <summary>Makes a dictionary of modules, in their order.</summary>
    /// <exception cref="ArgumentException">A name is empty or has a dot.</exception>
    public ModuleDict(IEnumerable<KeyValuePair<string, Module>> modules)
    {
        foreach (var (name, module) in modules)
            this.modules.Add(name, Register(name, module));
    }

    /// <inheritdoc/>
    public int Count => modules.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => modules.Keys;

    /// <inheritdoc/>
    public IEnumerable<Module> Values => modules.Values;

    /// <summary>The module of a name; setting it adds one under a new name, or puts it in the place of the one that has the name. PyTorch:
    /// <c>d["name"] = module</c>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such module; the message names those that there are.</exception>
    /// <exception cref="ArgumentException">The name is empty or has a dot.</exception>
    public Module this[string key]
    {
        get => modules.TryGetValue(key, out var module) ? module
            : throw new KeyNotFoundException($"ModuleDict: there is no module \"{key}\". There are {string.Join(", ", modules.Keys)}.");
        set
        {
            SetPart(key, value);
            modules[key] = value;
        }
    }

    /// <summary>Adds modules, or puts them in the place of those that have their names. PyTorch: <c>update</c>.</summary>
    /// <remarks>Make the optimizer afterwards: it has the parameters that were there when it was made.</remarks>
    /// <exception cref="ArgumentException">A name is empty or has a dot.</exception>
    public void Update(IEnumerable<KeyValuePair<string, Module>> modules)
    {
        foreach (var (name, module) in modules.ToArray())
            this[name] = module;
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => modules.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Module value) => modules.TryGetValue(key, out value);

    /// <summary>A dictionary computes nothing.</summary>
    /// <exception cref="InvalidOperationException">Always: call the modules in it.</exception>
    public override Tensor Forward(Tensor input)
    {
        Throw.InvalidOperation("ModuleDict: a dictionary computes nothing by itself. Call the modules in it.");
        return input;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Module>> GetEnumerator() => modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
