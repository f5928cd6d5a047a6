using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Ballast;

/// <summary>One value of a state: a tensor, or a whole number such as <c>num_batches_tracked</c>.</summary>
public sealed class StateEntry
{
    readonly Shape shape;

    /// <summary>A tensor.</summary>
    public StateEntry(Tensor tensor) => Tensor = tensor;

    /// <summary>A whole number: an int64 without axes.</summary>
    public StateEntry(long number)
        : this(number, Shape.Scalar)
    {
    }

    /// <summary>A whole number: an int64 without axes, or with one of size 1, as some writers have it.</summary>
    internal StateEntry(long number, Shape shape)
    {
        Number = number;
        this.shape = shape;
    }

    /// <summary>The tensor, or null for a number.</summary>
    public Tensor? Tensor { get; }

    /// <summary>The number, or null for a tensor.</summary>
    public long? Number { get; }

    /// <summary>The tensor's shape; for a number no axes, or one of size 1 where its file had that.</summary>
    public Shape Shape => Tensor?.Shape ?? shape;

    internal string Describe() => Tensor is null ? "a whole number" : $"floats {Tensor.Shape}";
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
