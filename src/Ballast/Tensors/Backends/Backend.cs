namespace Ballast;

/// <summary>Something that computes operations from their description. The library's own processor code is the default, which is in
/// force where <see cref="Current"/> is null and is never asked through this class.</summary>
/// <remarks>Every operation begins with the question whether another backend is in force on this thread, and costs one comparison
/// where none is. Views, parameters and gradients are tensors on every backend; where their values lie is the affair of
/// <see cref="BackendValues"/>.</remarks>
abstract class Backend
{
    static bool anyUsed;

    [ThreadStatic] static Backend? current;

    /// <summary>The backend in force on this thread; null for the default one.</summary>
    public static Backend? Current => anyUsed ? current : null;

    /// <summary>Computes by a backend on this thread until the scope is disposed of; null for the default one.</summary>
    public static BackendScope Use(Backend? backend)
    {
        BackendScope scope = new(Current);
        anyUsed = true;
        current = backend;
        return scope;
    }

    internal static void End(Backend? before) => current = before;

    /// <summary>A name in the spelling that nodes have: logical_and of LogicalAnd.</summary>
    public static string Spelled(string name) => string.Concat(name.Select(static (letter, i) =>
        char.IsUpper(letter) ? $"{(i > 0 ? "_" : "")}{char.ToLowerInvariant(letter)}" : $"{letter}"));

    /// <summary>Computes a node.</summary>
    /// <param name="node">What to compute.</param>
    /// <param name="records">Whether its gradient may be asked for.</param>
    /// <returns>The results, and the rule of the gradient where it may be asked for.</returns>
    protected abstract BackendResult Compute(Node node, bool records);

    /// <summary>The only result of an operation.</summary>
    public Tensor Apply(string name, Tensor input, params ReadOnlySpan<(string Name, object? Value)> attributes) =>
        Apply(new Node(name, [input], attributes))[0];

    /// <summary>The only result of an operation.</summary>
    public Tensor Apply(string name, ReadOnlySpan<Tensor?> inputs, params ReadOnlySpan<(string Name, object? Value)> attributes) =>
        Apply(new Node(name, inputs, attributes))[0];

    /// <summary>The results of an operation, which remember how to go back where gradients are recorded.</summary>
    public Tensor[] Apply(Node node)
    {
        bool records = false;
        foreach (var input in node.Inputs)
            records |= Tensor.Recording && input is { RequiresGrad: true };
        var result = Compute(node, records);
        var outputs = result.Outputs;
        if (records && result.Gradient is { } rule && outputs[0].Values.Type.IsFloat())
            return BackendOperation.Produce(node, rule, outputs);
        return Array.ConvertAll(outputs, static output => new Tensor(output.Shape, new Values(output.Values)));
    }
}

/// <summary>The gradients of a node's inputs from those of its results that are floats, each of which may be missing: null for an input without
/// one.
/// </summary>
delegate BackendValues?[] GradientRule(Tensor?[] gradients);

/// <summary>What a node computed: floats first, then positions and other integers.</summary>
readonly record struct BackendResult((Shape Shape, BackendValues Values)[] Outputs, GradientRule? Gradient);

/// <summary>Ends when it is disposed of; see <see cref="Backend.Use"/>.</summary>
readonly ref struct BackendScope
{
    readonly Backend? before;

    internal BackendScope(Backend? before) => this.before = before;

    /// <summary>The backend that was in force before is in force again.</summary>
    public void Dispose() => Backend.End(before);
}
