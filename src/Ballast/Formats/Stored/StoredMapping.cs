using System.Collections;
using System.Globalization;

namespace Ballast;

/// <summary>A mapping of names or whole numbers to values, in order: Python's <c>dict</c>.</summary>
public sealed class StoredMapping : StoredValue, IEnumerable<KeyValuePair<StoredValue, StoredValue>>
{
    // Keys are texts, whole numbers and truth values; a text "0" and a number 0 are different keys.
    readonly OrderedDictionary<(string Text, bool IsText), (StoredValue Key, StoredValue Value)> entries = [];

    /// <summary>The number of entries.</summary>
    public int Count => entries.Count;

    /// <summary>The class of a module that was saved whole, whose parameters and buffers these are; else null.</summary>
    public string? ClassName { get; init; }

    /// <summary>The keys, in order.</summary>
    public IEnumerable<StoredValue> Keys => entries.Values.Select(static entry => entry.Key);

    /// <summary>The value of a text key; setting replaces it or adds it at the end.</summary>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public StoredValue this[string key]
    {
        get => entries[(key, true)].Value;
        set => entries[(key, true)] = (key, value);
    }

    /// <summary>The value of a whole number as key.</summary>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public StoredValue this[long key]
    {
        get => entries[(Text(key), false)].Value;
        set => entries[(Text(key), false)] = (key, value);
    }

    /// <summary>The value of a text key, or null where there is none.</summary>
    public StoredValue? Find(string key) => entries.TryGetValue((key, true), out var entry) ? entry.Value : null;

    /// <summary>The value of a whole number as key, or null where there is none.</summary>
    public StoredValue? Find(long key) => entries.TryGetValue((Text(key), false), out var entry) ? entry.Value : null;

    /// <summary>A module's or an optimizer's state as a mapping of tensors: floats as F32, whole numbers as I64.</summary>
    public static StoredMapping From(StateDict state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var mapping = new StoredMapping();
        foreach (var (key, entry) in state)
            mapping[key] = StateFile.Pack(key, entry);
        return mapping;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<StoredValue, StoredValue>> GetEnumerator() =>
        entries.Values.Select(static entry => KeyValuePair.Create(entry.Key, entry.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>How many entries there are, and of a module its class.</summary>
    public override string ToString() => ClassName is null ? $"a mapping of {Count}" : $"a module {ClassName} of {Count}";

    /// <summary>Adds an entry of any key that a mapping can have; a later one of the same key replaces it, as in Python.</summary>
    /// <returns>Whether the key can be one.</returns>
    internal bool TrySet(StoredValue key, StoredValue value)
    {
        if (key is not (StoredText or StoredInteger or StoredBoolean))
            return false;
        entries[(key.ToString()!, key is StoredText)] = (key, value);
        return true;
    }

    static string Text(long key) => key.ToString(CultureInfo.InvariantCulture);
}
