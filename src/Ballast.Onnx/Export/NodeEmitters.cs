using System.Collections.Frozen;

namespace Ballast;

/// <summary>Adds the nodes of an operation to a graph.</summary>
delegate GraphTensor[] NodeEmitter(Emission e);

/// <summary>The library's operations as ONNX's, by their names.</summary>
static partial class NodeEmitters
{
    static readonly FrozenDictionary<string, NodeEmitter> Table = new[]
    {
        Functions, Activations, Pairs, Views, Lookups, Reductions, Choices, Products, Pools, Normalizations, Sequences, Losses,
    }.SelectMany(static part => part).ToFrozenDictionary();

    /// <summary>The names of all operations that can be exported.</summary>
    public static IEnumerable<string> Names => Table.Keys;

    /// <summary>The results of an operation, whose nodes are added to the graph.</summary>
    /// <exception cref="NotSupportedException">ONNX has no such operation.</exception>
    public static GraphTensor[] Emit(Emission e) => e.Node.Name switch
    {
        "dropout" or "uniform" or "normal" => throw e.Refusal("draws random numbers, which a graph does not"),
        var name when Table.TryGetValue(name, out var emitter) => emitter(e),
        var name when name.EndsWith("_step", StringComparison.Ordinal) => throw e.Refusal("trains, which a graph does not"),
        _ => throw e.Refusal("has no equivalent in ONNX"),
    };

    static NodeEmitter One(Func<Emission, GraphTensor> emit) => e => [emit(e)];

    static NodeEmitter Map(string opType, params (string, object)[] attributes) => e => [e.X.To(ElementType.Float32).Then(opType, attributes)];
}
