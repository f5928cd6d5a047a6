namespace Ballast;

/// <summary>The type of a tensor's elements. PyTorch: <c>torch.dtype</c>.</summary>
public enum ElementType
{
    /// <summary>32-bit floats: what is computed with.</summary>
    Float32,

    /// <summary>64-bit integers: classes, positions, counters.</summary>
    Int64,

    /// <summary>Truth values, a byte each: masks and comparisons.</summary>
    Bool,

    /// <summary>Bytes from 0 to 255: images.</summary>
    UInt8,

    /// <summary>64-bit floats: what a backend other than the default one may compute with. Reading them as floats rounds them.</summary>
    Float64,
}

/// <summary>What is known of each <see cref="ElementType"/>.</summary>
static class ElementTypes
{
    /// <summary>The bytes of an element.</summary>
    public static int Size(this ElementType type) => type switch
    {
        ElementType.Float32 => 4,
        ElementType.Int64 or ElementType.Float64 => 8,
        _ => 1,
    };

    /// <summary>PyTorch's name.</summary>
    public static string Name(this ElementType type) => type switch
    {
        ElementType.Float32 => "float32",
        ElementType.Int64 => "int64",
        ElementType.Bool => "bool",
        ElementType.Float64 => "float64",
        _ => "uint8",
    };

    /// <summary>Whether the elements are floats, of whatever precision.</summary>
    public static bool IsFloat(this ElementType type) => type is ElementType.Float32 or ElementType.Float64;

    /// <summary>Whether elements of two types may stand in one tensor: floats of any precision may.</summary>
    public static bool Joins(this ElementType type, ElementType other) => type == other || (type.IsFloat() && other.IsFloat());

    /// <summary>The element type of a .NET type.</summary>
    /// <exception cref="ArgumentException">A type that tensors do not have.</exception>
    public static ElementType Of<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return ElementType.Float32;
        if (typeof(T) == typeof(long))
            return ElementType.Int64;
        if (typeof(T) == typeof(bool))
            return ElementType.Bool;
        if (typeof(T) == typeof(double))
            return ElementType.Float64;
        if (typeof(T) != typeof(byte))
            Throw.Argument($"Tensors have elements of the types float, double, long, bool and byte, not {typeof(T).Name}.");
        return ElementType.UInt8;
    }
}
