using System.Collections.Frozen;

namespace Ballast;

/// <summary>What ONNX's operators mean, by their names: each computes its results by operations on tensors, which learn and are
/// exported like any others.</summary>
static partial class OnnxOperators
{
    static readonly FrozenDictionary<string, OnnxOperator> Table = new[]
    {
        Elementwise, Pairs, Constants, Shapes, Reductions, Products, Pools, Normalizations, Sequences, Lookups, Choices, Resampling, Losses,
    }.SelectMany(static part => part).ToFrozenDictionary();

    /// <summary>The names of all operators that are known here.</summary>
    public static IEnumerable<string> Names => Table.Keys;

    /// <summary>Whether a node can be computed.</summary>
    public static bool Has(OnnxNode node) => Table.ContainsKey(Key(node));

    // Operators of other domains have theirs before their names.
    static string Key(OnnxNode node) => node.Domain is "" or "ai.onnx" ? node.OpType : $"{node.Domain}.{node.OpType}";

    /// <summary>The results of a node; fewer than it names where nobody may ask for the rest.</summary>
    /// <exception cref="InvalidDataException">Its inputs or attributes do not go together.</exception>
    public static Tensor?[] Run(OperatorCall call)
    {
        try
        {
            return Table[Key(call.Node)](call);
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or IndexOutOfRangeException
            or OverflowException or DivideByZeroException)
        {
            string shapes = string.Join(", ", call.All.Select(static input => input.Shape.ToString()));
            throw new InvalidDataException($"{call.Node} of {shapes}: {failure.Message}", failure);
        }
    }

    static OnnxOperator One(Func<OperatorCall, Tensor> compute) => call => [compute(call)];

    static OnnxOperator Map(Func<Tensor, Tensor> compute) => call => [compute(call.X)];
}
