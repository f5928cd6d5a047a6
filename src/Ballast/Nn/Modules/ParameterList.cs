using System.Collections;

namespace Ballast;

/// <summary>Parameters under the names <c>0</c>, <c>1</c>, ... PyTorch: <c>nn.ParameterList</c>.</summary>
public sealed class ParameterList : Module, IReadOnlyList<Parameter>
{
    readonly List<Parameter> parameters = [];

    /// <summary>Makes a list of parameters.</summary>
    public ParameterList(IEnumerable<Parameter> parameters) => Extend(parameters);

    /// <inheritdoc/>
    public int Count => parameters.Count;

    /// <summary>The parameter at a position; setting it puts another one in its place.</summary>
    public Parameter this[int index]
    {
        get => parameters[index];
        set
        {
            _ = parameters[index];
            SetParameter(PositionName(index), value);
            parameters[index] = value;
        }
    }

    /// <summary>Adds a parameter at the end, under its position, and returns this list. PyTorch: <c>append</c>.</summary>
    /// <remarks>Make the optimizer afterwards: it has the parameters that were there when it was made.</remarks>
    public ParameterList Append(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        parameters.Add(Register(PositionName(parameters.Count), parameter));
        return this;
    }

    /// <summary>Adds parameters at the end, each under its position, and returns this list. PyTorch: <c>extend</c>.</summary>
    /// <inheritdoc cref="Append"/>
    public ParameterList Extend(IEnumerable<Parameter> parameters)
    {
        foreach (var parameter in parameters.ToArray())
            Append(parameter);
        return this;
    }

    /// <summary>A list computes nothing.</summary>
    /// <exception cref="InvalidOperationException">Always: compute with the parameters in it.</exception>
    public override Tensor Forward(Tensor input)
    {
        Throw.InvalidOperation("ParameterList: a list computes nothing by itself. Compute with the parameters in it.");
        return input;
    }

    internal override string Line() => PythonText.Parameters(
        "ParameterList", parameters.Select(static (parameter, i) => (PositionName(i), parameter)), static type => type.Name());

    /// <summary>As PyTorch prints it, each parameter by its type and sizes.</summary>
    public override string ToString() => parameters.Count == 0 ? base.ToString() : Line();

    /// <inheritdoc/>
    public IEnumerator<Parameter> GetEnumerator() => parameters.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
