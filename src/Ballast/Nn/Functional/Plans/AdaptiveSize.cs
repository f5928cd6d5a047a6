namespace Ballast;

/// <summary>The size of an adaptive pool's output: a number for all axes, or one for each, of which null keeps the input's. PyTorch:
/// <c>output_size</c>, an <c>int</c> or a tuple with <c>None</c>.</summary>
public readonly struct AdaptiveSize : IEquatable<AdaptiveSize>
{
    readonly int?[]? each;
    readonly int? all;

    AdaptiveSize(int? all) => this.all = all;

    AdaptiveSize(int?[] each) => this.each = each;

    /// <summary>The same size for all axes.</summary>
    public static implicit operator AdaptiveSize(int all) => new(all);

    /// <summary>Sizes of rows and columns; null keeps the input's.</summary>
    public static implicit operator AdaptiveSize((int? Rows, int? Columns) sizes) => new([sizes.Rows, sizes.Columns]);

    /// <summary>Sizes of planes, rows and columns; null keeps the input's.</summary>
    public static implicit operator AdaptiveSize((int? Planes, int? Rows, int? Columns) sizes) =>
        new([sizes.Planes, sizes.Rows, sizes.Columns]);

    /// <summary>The size of each of so many axes.</summary>
    internal int?[] Sizes(string layer, int axes)
    {
        int?[] sizes = each ?? [.. Enumerable.Repeat(all, axes)];
        Throw.Unless(sizes.Length == axes && Array.TrueForAll(sizes, static size => size is null or >= 0),
            $"{layer}: expected an output size of 0 or more for each of {axes} axes, got {this}.");
        return sizes;
    }

    /// <summary>As Python prints it: 1, (7, None).</summary>
    internal string Printed => each is null ? One(all) : PythonText.Tuple(Array.ConvertAll(each, One));

    static string One(int? size) => size is { } given ? PythonText.Whole(given) : "None";

    /// <summary>Whether the sizes are the same.</summary>
    public bool Equals(AdaptiveSize other) => all == other.all && (each ?? []).SequenceEqual(other.each ?? []);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AdaptiveSize other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(all, each?.Length);

    /// <summary>Whether the sizes are the same.</summary>
    public static bool operator ==(AdaptiveSize left, AdaptiveSize right) => left.Equals(right);

    /// <summary>Whether a size differs.</summary>
    public static bool operator !=(AdaptiveSize left, AdaptiveSize right) => !left.Equals(right);

    /// <summary>As it is written.</summary>
    public override string ToString() => each is null
        ? $"{all}" : $"({string.Join(", ", each.Select(static size => size is { } given ? $"{given}" : "null"))})";
}
