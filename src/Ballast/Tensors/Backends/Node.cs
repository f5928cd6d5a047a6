namespace Ballast;

/// <summary>Description of one application of an operation: its name, its inputs, and its attributes. It says what is computed and
/// nothing of how; a backend computes from it, and a table of such nodes is a network.</summary>
/// <param name="name">The name of the operation, PyTorch's where it has one: <c>conv2d</c>.</param>
/// <param name="inputs">Tensors in a fixed order; null for an optional one that is not there.</param>
/// <param name="attributes">Numbers, truth values, texts, shapes and lists of integers by their names.</param>
sealed class Node(string name, ReadOnlySpan<Tensor?> inputs, ReadOnlySpan<(string Name, object? Value)> attributes)
{
    readonly Tensor?[] inputs = inputs.ToArray();
    readonly (string Name, object? Value)[] attributes = attributes.ToArray();

    /// <summary>The name of the operation.</summary>
    public string Name => name;

    /// <summary>The inputs; null for an optional one that is not there.</summary>
    public ReadOnlySpan<Tensor?> Inputs => inputs;

    /// <summary>All attributes, in the order in which they were given.</summary>
    public ReadOnlySpan<(string Name, object? Value)> Attributes => attributes;

    /// <summary>An attribute as what it is: an <see cref="int"/>, a <see cref="double"/>, a <see cref="bool"/>, a
    /// <see cref="Shape"/>, an array of integers, ...</summary>
    /// <exception cref="ArgumentException">The operation has no such attribute, or one of another type.</exception>
    public T Get<T>(string attribute)
    {
        foreach (var (known, value) in attributes)
        {
            if (known != attribute)
                continue;
            if (value is T typed)
                return typed;
            if (value is null)
                return default!;
            Throw.Argument($"{name}: the attribute {attribute} is of the type {value.GetType().Name}, not {typeof(T).Name}.");
        }

        Throw.Argument($"{name}: there is no attribute {attribute}. It has {string.Join(", ", attributes.Select(static entry => entry.Name))}.");
        return default!;
    }

    /// <summary>The name with the inputs' shapes and the attributes.</summary>
    public override string ToString() =>
        $"{name}({string.Join(", ", inputs.Select(static input => input?.Shape.ToString() ?? "none"))}; "
        + $"{string.Join(", ", attributes.Select(static entry => $"{entry.Name}: {entry.Value}"))})";
}
