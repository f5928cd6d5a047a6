using System.Collections;
using System.Globalization;

namespace Ballast;

/// <summary>Parameters under the names <c>0</c>, <c>1</c>, ... PyTorch: <c>nn.ParameterList</c>.</summary>
public sealed class ParameterList : Module, IReadOnlyList<Parameter>
{
    readonly Parameter[] parameters;

    /// <summary>Makes a list of parameters.</summary>
    public ParameterList(IEnumerable<Parameter> parameters)
    {
        this.parameters = [.. parameters];
        for (int i = 0; i < this.parameters.Length; i++)
            Register(i.ToString(CultureInfo.InvariantCulture), this.parameters[i]);
    }

    /// <inheritdoc/>
    public int Count => parameters.Length;

    /// <inheritdoc/>
    public Parameter this[int index] => parameters[index];

    /// <summary>A list computes nothing.</summary>
    /// <exception cref="InvalidOperationException">Always: compute with the parameters in it.</exception>
    public override Tensor Forward(Tensor input)
    {
        Throw.InvalidOperation("ParameterList: a list computes nothing by itself. Compute with the parameters in it.");
        return input;
    }

    /// <inheritdoc/>
    public IEnumerator<Parameter> GetEnumerator() => ((IEnumerable<Parameter>)parameters).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
