using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Ballast;

/// <summary>One value of a state: a tensor of any element type. A whole number such as <c>num_batches_tracked</c> is an int64 tensor without
/// axes.</summary>
public sealed class StateEntry
{
    /// <summary>A tensor.</summary>
    public StateEntry(Tensor tensor) => Tensor = tensor;

    /// <summary>A whole number: an int64 tensor without axes.</summary>
    public StateEntry(long number)
        : this(Tensor.FromInt64([number], Shape.Scalar))
    {
    }

    /// <summary>The tensor.</summary>
    public Tensor Tensor { get; }

    /// <summary>The number of an int64 tensor of one value; null for any other tensor.</summary>
    public long? Number => Tensor is { ElementType: ElementType.Int64, Length: 1 } ? Tensor.Item<long>() : null;

    /// <summary>The tensor's shape.</summary>
    public Shape Shape => Tensor.Shape;

    /// <summary>Whether this has the element type and the shape of another tensor.</summary>
    internal bool Fits(Tensor tensor) => Tensor.ElementType.Joins(tensor.ElementType) && Shape == tensor.Shape;

    internal string Describe() => Describe(Tensor);

    internal static string Describe(Tensor tensor) => $"{tensor.ElementType.Name()} {tensor.Shape}";
}

/// <summary>A module's state by PyTorch's keys, in PyTorch's order: <c>layers.1.weight</c>, <c>layers.2.running_mean</c>, ...
/// </summary>
public sealed class StateDict : IEnumerable<KeyValuePair<string, StateEntry>>
{
    readonly OrderedDictionary<string, StateEntry> entries = [];

    /// <summary>How many entries there are.</summary>
    public int Count => entries.Count;

    /// <summary>The keys, in order.</summary>
    public IEnumerable<string> Keys => entries.Keys;

    /// <summary>One entry.</summary>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public StateEntry this[string key] => entries[key];

    /// <summary>Adds an entry.</summary>
    /// <exception cref="ArgumentException">The key is there already.</exception>
    public void Add(string key, StateEntry entry) => entries.Add(key, entry);

    /// <summary>Adds a tensor.</summary>
    /// <exception cref="ArgumentException">The key is there already.</exception>
    public void Add(string key, Tensor tensor) => entries.Add(key, new StateEntry(tensor));

    /// <summary>Finds an entry.</summary>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out StateEntry entry) => entries.TryGetValue(key, out entry);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, StateEntry>> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
