using System.Collections.Immutable;

namespace Ballast;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name, for a model's state PyTorch's key: <c>layers.1.weight</c>.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its sizes, outermost first; empty for a single value. A size may be 0.</param>
/// <param name="Data">Its elements, row-major and little-endian, without gaps.</param>
public sealed record SafetensorsEntry(
    string Name, SafetensorsType Type, ImmutableArray<long> Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>Name, type and shape: <c>layers.1.weight F32 [64, 3072]</c>.</summary>
    public override string ToString() =>
        $"{Name} {Type} [{string.Join(", ", Shape.AsSpan().ToArray())}]";
}
