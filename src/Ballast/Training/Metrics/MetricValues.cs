using System.Collections;
using System.Globalization;

namespace Ballast;

/// <summary>A number with a name: a metric, or a part of a loss.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Value">The number.</param>
public readonly record struct MetricValue(string Name, double Value)
{
    /// <summary>As a line shows it, whatever the culture of the caller: <c>accuracy = 0.5</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} = {Value}");
}

/// <summary>Numbers with names, in an order: the metrics of a line, or the parts of a loss.</summary>
public sealed class MetricValues : IReadOnlyList<MetricValue>, IEquatable<MetricValues>
{
    readonly MetricValue[] values;

    /// <summary>Makes a list.</summary>
    public MetricValues(params IEnumerable<MetricValue> values) => this.values = [.. values];

    /// <summary>Nothing.</summary>
    public static MetricValues None { get; } = new();

    /// <summary>How many there are.</summary>
    public int Count => values.Length;

    /// <summary>The number at a place.</summary>
    public MetricValue this[int index] => values[index];

    /// <summary>The number of a name.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public double this[string name]
    {
        get
        {
            Throw.Unless(TryGet(name, out double value),
                $"There is no value named {name}; there are {(Count == 0 ? "none" : string.Join(", ", values.Select(static one => one.Name)))}.");
            return value;
        }
    }

    /// <summary>The number of a name, if it is there.</summary>
    public bool TryGet(string name, out double value)
    {
        int index = Array.FindIndex(values, one => one.Name == name);
        value = index < 0 ? double.NaN : values[index].Value;
        return index >= 0;
    }

    /// <summary>Whether all names and numbers are equal; not a number equals itself.</summary>
    public bool Equals(MetricValues? other) => other is not null && values.AsSpan().SequenceEqual(other.values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MetricValues);

    /// <inheritdoc/>
    public override int GetHashCode() => values.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public IEnumerator<MetricValue> GetEnumerator() => ((IEnumerable<MetricValue>)values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>As a line shows them: <c>accuracy = 0.5, f1 = 0.25</c>.</summary>
    public override string ToString() => string.Join(", ", values);
}
