using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Ballast;

/// <summary>Parameters under names of one's own. PyTorch: <c>nn.ParameterDict</c>.</summary>
public sealed class ParameterDict : Module, IReadOnlyDictionary<string, Parameter>
{
    readonly OrderedDictionary<string, Parameter> parameters = [];

    /// <summary>Makes a dictionary of parameters.</summary>
    /// <exception cref="ArgumentException">A name is empty, has a dot, or is there twice.</exception>
    public ParameterDict(params ReadOnlySpan<(string Name, Parameter Parameter)> parameters)
    {
        foreach (var (name, parameter) in parameters)
            this.parameters.Add(name, Register(name, parameter));
    }

    /// <inheritdoc/>
    public int Count => parameters.Count;

    /// <inheritdoc/>
    public IEnumerable<string> Keys => parameters.Keys;

    /// <inheritdoc/>
    public IEnumerable<Parameter> Values => parameters.Values;

    /// <summary>The parameter of a name; setting it adds one under a new name, or puts it in the place of the one that has the name. PyTorch:
    /// <c>d["name"] = parameter</c>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such parameter; the message names those that there are.</exception>
    /// <exception cref="ArgumentException">The name is empty or has a dot.</exception>
    public Parameter this[string key]
    {
        get => parameters.TryGetValue(key, out var parameter) ? parameter
            : throw new KeyNotFoundException($"ParameterDict: there is no parameter \"{key}\". There are {string.Join(", ", parameters.Keys)}.");
        set
        {
            SetParameter(key, value);
            parameters[key] = value;
        }
    }

    /// <summary>Adds parameters, or puts them in the place of those that have their names. PyTorch: <c>update</c>.</summary>
    /// <remarks>Make the optimizer afterwards: it has the parameters that were there when it was made.</remarks>
    /// <exception cref="ArgumentException">A name is empty or has a dot.</exception>
    public void Update(IEnumerable<KeyValuePair<string, Parameter>> parameters)
    {
        foreach (var (name, parameter) in parameters.ToArray())
            this[name] = parameter;
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => parameters.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Parameter value) => parameters.TryGetValue(key, out value);

    /// <summary>A dictionary computes nothing.</summary>
    /// <exception cref="InvalidOperationException">Always: compute with the parameters in it.</exception>
    public override Tensor Forward(Tensor input)
    {
        Throw.InvalidOperation("ParameterDict: a dictionary computes nothing by itself. Compute with the parameters in it.");
        return input;
    }

    internal override string Line() => PythonText.Parameters(
        "ParameterDict", parameters.Select(static entry => (entry.Key, entry.Value)),
        static type => type == ElementType.Float64 ? "DoubleTensor" : "FloatTensor");

    /// <summary>As PyTorch prints it, each parameter by its type and sizes.</summary>
    public override string ToString() => parameters.Count == 0 ? base.ToString() : Line();

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Parameter>> GetEnumerator() => parameters.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
