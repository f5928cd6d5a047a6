using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>Modules under the names <c>0</c>, <c>1</c>, ... that whoever owns them calls one by one.
/// PyTorch: <c>nn.ModuleList</c>.</summary>
public sealed class ModuleList : Module, IReadOnlyList<Module>
{
    readonly Module[] modules;

    /// <summary>Makes a list of modules.</summary>
    [OverloadResolutionPriority(1)]
    public ModuleList(params ReadOnlySpan<Module> modules)
    {
        this.modules = modules.ToArray();
        for (int i = 0; i < modules.Length; i++)
            Register(i.ToString(CultureInfo.InvariantCulture), modules[i]);
    }

    /// <summary>Makes a list of the modules of another list.</summary>
    public ModuleList(IEnumerable<Module> modules)
        : this([.. modules])
    {
    }

    /// <inheritdoc/>
    public int Count => modules.Length;

    /// <inheritdoc/>
    public Module this[int index] => modules[index];

    /// <summary>A list computes nothing.</summary>
    /// <exception cref="InvalidOperationException">Always: call the modules in it.</exception>
    public override Tensor Forward(Tensor input)
    {
        Throw.InvalidOperation("ModuleList: a list computes nothing by itself. Call the modules in it, or use a Sequential.");
        return input;
    }

    /// <inheritdoc/>
    public IEnumerator<Module> GetEnumerator() => ((IEnumerable<Module>)modules).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
