namespace Ballast.Tests.Plain;

/// <summary>A backend that computes each operation as it is defined: plain loops in double, one operation after the other. What the
/// operations mean is in <see cref="PlainOperations"/>.</summary>
sealed class PlainBackend : Backend
{
    /// <summary>The values of a tensor, wherever they lie.</summary>
    public static Numbers Read(Tensor x)
    {
        if (x.Recipe is PlainValues { } plain)
            return new Numbers(x.Shape, plain.Values) { Type = plain.Type };
        var values = new Number[x.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = x.ElementType switch
            {
                ElementType.Float32 => x.AsSpan()[i],
                ElementType.Int64 => x.AsSpan<long>()[i],
                ElementType.Bool => x.AsSpan<bool>()[i] ? 1 : 0,
                _ => x.AsSpan<byte>()[i],
            };
        }

        return new Numbers(x.Shape, values) { Type = x.ElementType.IsFloat() ? ElementType.Float64 : x.ElementType };
    }

    /// <inheritdoc/>
    protected override BackendResult Compute(Node node, bool records)
    {
        var inputs = new Numbers?[node.Inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = node.Inputs[i] is { } input ? Read(input) : null;
        var outputs = PlainOperations.Compute(node, inputs);
        return new BackendResult(
            Array.ConvertAll(outputs, output => (output.Shape, (BackendValues)new PlainValues(this, output.Values, output.Type))),
            gradients =>
            {
                Numbers.Back(outputs.AsSpan(0, gradients.Length), Array.ConvertAll(gradients, gradient => gradient is null ? null : Read(gradient).Values));
                return Array.ConvertAll(inputs, input => input is null || input.Gradient.Length != input.Values.Length
                    ? null : (BackendValues)new PlainValues(this, input.Gradient, ElementType.Float64));
            });
    }
}

/// <summary>Numbers as a tensor's values.</summary>
sealed class PlainValues(PlainBackend owner, Number[] values, ElementType type) : BackendValues
{
    public Number[] Values => values;

    public override ElementType Type => type;

    public override int Length => values.Length;

    public override Backend Owner => owner;

    public override void CopyTo(Span<double> destination)
    {
        for (int i = 0; i < values.Length; i++)
            destination[i] = values[i].Value;
    }

    public override BackendValues Sum(Tensor other)
    {
        var more = PlainBackend.Read(other).Values;
        var sum = new Number[values.Length];
        for (int i = 0; i < sum.Length; i++)
            sum[i] = values[i] + more[i];
        return new PlainValues(owner, sum, type);
    }
}
