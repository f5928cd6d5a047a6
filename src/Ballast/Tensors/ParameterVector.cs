namespace Ballast;

/// <summary>Parameters side by side as one vector: each row-major, in the order in which they are given.
/// PyTorch: <c>torch.nn.utils.parameters_to_vector</c> and <c>vector_to_parameters</c>.</summary>
public static class ParameterVector
{
    /// <summary>How many values they have together.</summary>
    public static int Length(IEnumerable<Parameter> parameters) => parameters.Sum(static parameter => parameter.Length);

    /// <summary>Writes their values.</summary>
    /// <exception cref="ArgumentException">The destination has another size.</exception>
    public static void CopyValues(IEnumerable<Parameter> parameters, Span<float> destination)
    {
        int at = 0;
        foreach (var parameter in Fitting(parameters, destination.Length))
        {
            parameter.AsSpan().CopyTo(destination[at..]);
            at += parameter.Length;
        }
    }

    /// <summary>Writes the gradients that <see cref="Tensor.Backward()"/> gave them, zeros where there is none. A gradient that
    /// is still two factors of a product stays so for the optimizer.</summary>
    /// <exception cref="ArgumentException">The destination has another size.</exception>
    public static void CopyGradients(IEnumerable<Parameter> parameters, Span<float> destination)
    {
        int at = 0;
        foreach (var parameter in Fitting(parameters, destination.Length))
        {
            var part = destination.Slice(at, parameter.Length);
            if (parameter.Gradient.IsEmpty)
                part.Clear();
            else if (parameter.Gradient.Buffer is { } buffer)
                buffer.Span(part.Length).CopyTo(part);
            else
                parameter.Gradient.Recipe!.Write(part);
            at += parameter.Length;
        }
    }

    /// <summary>Replaces their values.</summary>
    /// <exception cref="ArgumentException">Not as many values as they have.</exception>
    public static void SetValues(IEnumerable<Parameter> parameters, ReadOnlySpan<float> values)
    {
        int at = 0;
        foreach (var parameter in Fitting(parameters, values.Length))
        {
            parameter.CopyFrom(values.Slice(at, parameter.Length));
            at += parameter.Length;
        }
    }

    static Parameter[] Fitting(IEnumerable<Parameter> parameters, int length)
    {
        Parameter[] all = [.. parameters];
        int expected = Length(all);
        Throw.Unless(length == expected, $"ParameterVector: expected {expected} values, got {length}.");
        return all;
    }
}
