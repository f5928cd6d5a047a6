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

    /// <inheritdoc/>
    /// <exception cref="KeyNotFoundException">There is no such parameter; the message names those that there are.</exception>
    public Parameter this[string key] => parameters.TryGetValue(key, out var parameter) ? parameter
        : throw new KeyNotFoundException($"ParameterDict: there is no parameter \"{key}\". There are {string.Join(", ", parameters.Keys)}.");

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

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Parameter>> GetEnumerator() => parameters.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
