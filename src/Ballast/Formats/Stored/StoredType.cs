namespace Ballast;

/// <summary>The element type of a <see cref="StoredTensor"/>, by the names of the safetensors format.</summary>
public enum StoredType
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>Unsigned, 8 bits.</summary>
    U8,

    /// <summary>Signed, 8 bits.</summary>
    I8,

    /// <summary>Float, 8 bits, 5 of them exponent: <c>F8_E5M2</c>.</summary>
    F8E5M2,

    /// <summary>Float, 8 bits, 4 of them exponent, without infinities: <c>F8_E4M3</c>.</summary>
    F8E4M3,

    /// <summary>A power of two, 8 bits of exponent: <c>F8_E8M0</c>.</summary>
    F8E8M0,

    /// <summary>Signed, 16 bits.</summary>
    I16,

    /// <summary>Unsigned, 16 bits.</summary>
    U16,

    /// <summary>Float, 16 bits: IEEE half precision, <see cref="Half"/>.</summary>
    F16,

    /// <summary>Float, 16 bits: the upper half of a <see cref="float"/>.</summary>
    BF16,

    /// <summary>Signed, 32 bits.</summary>
    I32,

    /// <summary>Unsigned, 32 bits.</summary>
    U32,

    /// <summary>Float, 32 bits.</summary>
    F32,

    /// <summary>Complex, two floats of 32 bits.</summary>
    C64,

    /// <summary>Float, 64 bits.</summary>
    F64,

    /// <summary>Signed, 64 bits.</summary>
    I64,

    /// <summary>Unsigned, 64 bits.</summary>
    U64,

    /// <summary>Complex, two floats of 64 bits. PyTorch and NumPy have it, safetensors has not.</summary>
    C128,
}

/// <summary>Names and sizes of the element types.</summary>
static class StoredTypes
{
    static readonly (string Name, int Size)[] Table =
    [
        ("BOOL", 1), ("U8", 1), ("I8", 1), ("F8_E5M2", 1), ("F8_E4M3", 1), ("F8_E8M0", 1), ("I16", 2), ("U16", 2),
        ("F16", 2), ("BF16", 2), ("I32", 4), ("U32", 4), ("F32", 4), ("C64", 8), ("F64", 8), ("I64", 8), ("U64", 8),
        ("C128", 16),
    ];

    // The types before this one are those of the safetensors format.
    const int FirstBeyondSafetensors = (int)StoredType.C128;

    /// <summary>The names of the safetensors format, for messages.</summary>
    public static string Names { get; } = string.Join(", ", Table.Take(FirstBeyondSafetensors).Select(row => row.Name));

    /// <summary>Whether this is one of the enumeration's own values.</summary>
    public static bool IsKnown(StoredType type) => (uint)type < (uint)Table.Length;

    /// <summary>Whether the safetensors format has the type.</summary>
    public static bool IsSafetensors(StoredType type) => (uint)type < FirstBeyondSafetensors;

    /// <summary>Whether elements are real floats of some width.</summary>
    public static bool IsFloat(StoredType type) => type is StoredType.F32 or StoredType.F64 or StoredType.F16 or StoredType.BF16
        or StoredType.F8E5M2 or StoredType.F8E4M3 or StoredType.F8E8M0;

    /// <summary>The name that a header uses.</summary>
    public static string NameOf(StoredType type) => Table[(int)type].Name;

    /// <summary>Bytes per element.</summary>
    public static int SizeOf(StoredType type) => Table[(int)type].Size;

    /// <summary>Bytes of the number that a change of byte order reverses: an element, of a complex one each part.</summary>
    public static int SwapSizeOf(StoredType type) => type is StoredType.C64 or StoredType.C128 ? SizeOf(type) / 2 : SizeOf(type);

    /// <summary>The type of a name of the safetensors format; names are case-sensitive.</summary>
    public static bool TryParse(string name, out StoredType type)
    {
        int index = Array.FindIndex(Table, 0, FirstBeyondSafetensors, row => row.Name == name);
        type = (StoredType)index;
        return index >= 0;
    }

    /// <summary>The bytes that a tensor takes; false where that is beyond 2^63 - 1 or a size is negative.</summary>
    public static bool TryLength(StoredType type, ReadOnlySpan<long> shape, out long length)
    {
        length = SizeOf(type);
        foreach (long size in shape)
        {
            if (size < 0 || (size != 0 && length > long.MaxValue / size))
                return false;
            length *= size;
        }

        return true;
    }
}
