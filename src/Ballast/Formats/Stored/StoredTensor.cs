using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>A tensor of a file: name, element type, shape, and row-major bytes, which are read when they are asked for.</summary>
/// <remarks>A tensor of a <see cref="StoredFile"/> reads from it: use it before the file is disposed of, by one thread at a time.
/// </remarks>
public sealed class StoredTensor : StoredValue
{
    readonly ByteSource source;

    /// <summary>A tensor of bytes in memory, which are not copied.</summary>
    /// <param name="name">Its name, for a model's state PyTorch's key: <c>layers.1.weight</c>.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="shape">Its sizes, outermost first; empty for a single value. A size may be 0.</param>
    /// <param name="data">Its elements, row-major and little-endian, without gaps.</param>
    public StoredTensor(string name, StoredType type, ImmutableArray<long> shape, ReadOnlyMemory<byte> data)
        : this(name, type, shape, new MemorySource(data))
    {
    }

    internal StoredTensor(string name, StoredType type, ImmutableArray<long> shape, ByteSource source)
    {
        Name = name;
        Type = type;
        Shape = shape;
        this.source = source;
    }

    /// <summary>The name: for a model's state PyTorch's key, <c>layers.1.weight</c>.</summary>
    public string Name { get; }

    /// <summary>The element type.</summary>
    public StoredType Type { get; }

    /// <summary>The sizes of the axes, outermost first; empty for a single value.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>The number of bytes.</summary>
    public long ByteLength => source.Length;

    /// <summary>The number of elements.</summary>
    public long Length => source.Length / StoredTypes.SizeOf(Type);

    /// <summary>The elements, row-major and little-endian; read from the file at each call, unless they are in memory or mapped.
    /// </summary>
    /// <exception cref="InvalidDataException">The file became shorter, its compressed content is damaged, or there are more than 2 GB.
    /// </exception>
    public ReadOnlyMemory<byte> Data
    {
        get
        {
            if (source.Memory is { } memory)
                return memory;
            if (ByteLength > Array.MaxLength)
            {
                Throw.InvalidData($"tensor {SafetensorsHeader.Quote(Name)} has {ByteLength} bytes; " +
                    $"at most {Array.MaxLength} can be held. Split it before saving.");
            }

            byte[] bytes = GC.AllocateUninitializedArray<byte>((int)ByteLength);
            source.Read(0, bytes);
            return bytes;
        }
    }

    /// <summary>Fills a span with bytes from an offset on, without reading the rest.</summary>
    /// <param name="offset">The first byte: a multiple of the element's size.</param>
    /// <param name="destination">Whole elements, which may not reach beyond <see cref="ByteLength"/>.</param>
    /// <exception cref="ArgumentException">The bytes asked for do not lie within the tensor or cut an element.</exception>
    /// <exception cref="InvalidDataException">The file became shorter, or its compressed content is damaged.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        int size = StoredTypes.SizeOf(Type);
        Throw.Unless(offset >= 0 && offset <= ByteLength - destination.Length && offset % size == 0 && destination.Length % size == 0,
            $"{this}: expected whole elements of {size} bytes within {ByteLength}, got {destination.Length} bytes from {offset} on.");
        source.Read(offset, destination);
    }

    /// <summary>The elements in a type of C#: <c>long[]</c> of an I64, <c>bool[]</c> of a BOOL.</summary>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the element type's own: see docs/files.md.</exception>
    /// <exception cref="InvalidDataException">As <see cref="Data"/>.</exception>
    public T[] ToArray<T>()
        where T : unmanaged
    {
        Throw.Unless(typeof(T) == StoredConversion.ClrType(Type),
            $"{this}: expected to be read as {StoredConversion.ClrType(Type)?.Name ?? "bytes, with Data"}, got {typeof(T).Name}.");
        return MemoryMarshal.Cast<byte, T>(Data.Span).ToArray();
    }

    /// <summary>The elements as float32: half, bfloat16 and 8-bit floats are widened exactly, F64 is rounded.</summary>
    /// <exception cref="InvalidDataException">The shape is larger than a tensor can be; a finite F64 lies beyond float32; an integer has
    /// no float32 of its own; or the elements are complex.</exception>
    public Tensor ToTensor() => StoredConversion.ToTensor(this);

    /// <summary>The elements in a tensor's element type: int64 of integers and truth values, uint8 and bool of their own kind alone, float32
    /// as <see cref="ToTensor()"/>.</summary>
    /// <exception cref="InvalidDataException">The type does not hold the elements, or the shape is larger than a tensor can be.</exception>
    public Tensor ToTensor(ElementType type)
    {
        if (type == ElementType.Float32)
            return ToTensor();
        var read = StoredIntegers.TryRead(this, "");
        if (type == ElementType.Int64 && read is not null)
            return read.To(ElementType.Int64);
        if (read?.ElementType != type)
        {
            Throw.InvalidData(
                $"{this} has elements that {type.Name()} does not hold. Read it as float32, with ToTensor(), or as it is, with ToArray.");
        }

        return read;
    }

    /// <summary>Whether another tensor is the same one, perhaps by another name.</summary>
    internal bool IsSameAs(StoredTensor other) => source == other.source;

    /// <summary>Writes all bytes, a block at a time where they are not in memory.</summary>
    internal void CopyTo(Stream stream)
    {
        const int BlockLength = 1 << 20;
        if (source.Memory is { } memory)
        {
            stream.Write(memory.Span);
            return;
        }

        byte[] block = new byte[Math.Min(BlockLength, ByteLength)];
        for (long offset = 0; offset < ByteLength; offset += block.Length)
        {
            var part = block.AsSpan(0, (int)Math.Min(block.Length, ByteLength - offset));
            source.Read(offset, part);
            stream.Write(part);
        }
    }

    /// <summary>The same elements under another name.</summary>
    public StoredTensor Named(string name) => new(name, Type, Shape, source);

    /// <summary>A tensor as it is stored: float32 as F32, int64 as I64, bool as BOOL, uint8 as U8; the values are a copy.</summary>
    public static StoredTensor From(string name, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var type = tensor.ElementType;
        return new(name, StoredIntegers.TypeOf(type), [.. tensor.Shape.ToArray().Select(static size => (long)size)],
            tensor.Memory.Bytes(tensor.Length * type.Size()).ToArray());
    }

    /// <summary>Elements of C# with the element type that is theirs: <c>long</c> is I64; the values are a copy.</summary>
    /// <exception cref="ArgumentException">No element type stands for <typeparamref name="T"/>, or the shape takes another number of
    /// elements.</exception>
    public static StoredTensor From<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        var type = StoredConversion.TypeOf<T>();
        Throw.Unless(StoredTypes.TryLength(type, shape, out long length) && length == values.Length * (long)Unsafe.SizeOf<T>(),
            $"StoredTensor.From: {values.Length} values do not fill the shape [{string.Join(", ", shape.ToArray())}].");
        return new(name, type, [.. shape], MemoryMarshal.AsBytes(values).ToArray());
    }

    /// <summary>Name, type and shape: <c>layers.1.weight F32 [64, 3072]</c>.</summary>
    public override string ToString() =>
        $"{Name} {Type} [{string.Join(", ", Shape.IsDefault ? [] : Shape.AsSpan().ToArray())}]";
}
