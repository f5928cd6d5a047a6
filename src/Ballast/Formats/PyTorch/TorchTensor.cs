namespace Ballast;

/// <summary>A storage that a pickle names.</summary>
/// <param name="Key">Its key: of a zip the entry's name.</param>
/// <param name="Type">The element type; null for bytes that each tensor reads in a type of its own.</param>
/// <param name="Count">The number of elements, of an untyped one of bytes.</param>
sealed record TorchStorage(string Key, StoredType? Type, long Count)
{
    /// <summary>Where the storage begins within the stored one, in elements (legacy files: a storage that is part of another).</summary>
    public long Start { get; init; }

    /// <summary>The number of elements of the stored one.</summary>
    public long Total { get; init; } = Count;

    /// <summary>Bytes of an element.</summary>
    public int Size => Type is { } type ? StoredTypes.SizeOf(type) : 1;
}

/// <summary>A tensor that a pickle describes: a view of a storage.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Type">The element type.</param>
/// <param name="Offset">The first element's place in it.</param>
/// <param name="Shape">The sizes.</param>
/// <param name="Strides">By how many elements each axis steps.</param>
sealed record TorchTensor(TorchStorage Storage, StoredType Type, long Offset, long[] Shape, long[] Strides)
{
    const int MostAxes = 64;

    /// <summary>Why the view cannot be read, or null: what lies outside of its storage is found before anything is allocated.</summary>
    public string? Fault()
    {
        if (Shape.Length != Strides.Length || Shape.Length > MostAxes)
            return $"has {Shape.Length} sizes and {Strides.Length} strides";
        if (Offset < 0 || Shape.Any(static size => size < 0) || Strides.Any(static stride => stride < 0))
            return "has a negative offset, size or stride";
        if (!StoredTypes.TryLength(Type, Shape, out _))
            return "is larger than anything can be";
        if (Shape.Contains(0))
            return null;
        Int128 end = Offset;
        for (int axis = 0; axis < Shape.Length; axis++)
            end += (Int128)(Shape[axis] - 1) * Strides[axis];
        Int128 capacity = (Int128)Storage.Count * Storage.Size;
        return end >= long.MaxValue || (end + 1) * StoredTypes.SizeOf(Type) > capacity
            ? $"reaches to element {end} of a storage of {Storage.Count}" : null;
    }
}
