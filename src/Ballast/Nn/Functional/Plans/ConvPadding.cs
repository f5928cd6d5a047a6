namespace Ballast;

/// <summary>The padding of a convolution: numbers for each axis, or <c>"same"</c>, so much that the output is as large as the input, or
/// <c>"valid"</c>, none. PyTorch: <c>padding=1</c>, <c>(1, 2)</c>, <c>"same"</c>, <c>"valid"</c>.</summary>
public readonly struct ConvPadding : IEquatable<ConvPadding>
{
    ConvPadding(PerAxis sizes, string? word) => (Sizes, Word) = (sizes, word);

    /// <summary>The positions on each side, for each axis; 0 for <c>"same"</c>.</summary>
    public PerAxis Sizes { get; }

    /// <summary>Whether it is so much that the output is as large as the input.</summary>
    public bool IsSame => Word == "same";

    /// <summary>The word that it was given as; null for numbers.</summary>
    internal string? Word { get; }

    /// <summary>So much that the output of a stride of 1 is as large as the input; of an odd number the larger half comes last.</summary>
    public static ConvPadding Same { get; } = new(0, "same");

    /// <summary>The same number for all axes.</summary>
    public static implicit operator ConvPadding(int all) => new(all, null);

    /// <summary>A number for each axis.</summary>
    public static implicit operator ConvPadding(PerAxis sizes) => new(sizes, null);

    /// <summary>Numbers for rows and columns.</summary>
    public static implicit operator ConvPadding((int Rows, int Columns) sizes) => new(sizes, null);

    /// <summary>Numbers for planes, rows and columns.</summary>
    public static implicit operator ConvPadding((int Planes, int Rows, int Columns) sizes) => new(sizes, null);

    /// <summary><c>"same"</c> or <c>"valid"</c>.</summary>
    /// <exception cref="ArgumentException">Another word.</exception>
    public static implicit operator ConvPadding(string word)
    {
        Throw.Unless(word is "same" or "valid", $"Expected a padding of \"same\", \"valid\" or numbers, got \"{word}\".");
        return new(0, word);
    }

    /// <summary>Whether they are the same.</summary>
    public bool Equals(ConvPadding other) => IsSame == other.IsSame && Sizes == other.Sizes;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ConvPadding other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Sizes.GetHashCode();

    /// <summary>Whether they are the same.</summary>
    public static bool operator ==(ConvPadding left, ConvPadding right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(ConvPadding left, ConvPadding right) => !left.Equals(right);

    /// <summary>As it is written.</summary>
    public override string ToString() => IsSame ? "\"same\"" : Sizes.ToString();
}
