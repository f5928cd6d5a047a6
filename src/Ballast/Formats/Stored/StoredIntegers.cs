using System.Numerics;
using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>Stored integers and truth values as tensors, exactly: integers as int64, U8 as uint8, BOOL as bool.</summary>
static class StoredIntegers
{
    const int BlockLength = 1 << 16; // bytes

    /// <summary>The stored type of a tensor's elements.</summary>
    public static StoredType TypeOf(ElementType type) => type switch
    {
        ElementType.Float32 => StoredType.F32,
        ElementType.Int64 => StoredType.I64,
        ElementType.Bool => StoredType.Bool,
        _ => StoredType.U8,
    };

    /// <summary>The elements as a tensor, or null where they are no integers, or some lie beyond int64.</summary>
    /// <param name="stored">The elements.</param>
    /// <param name="place">What a message begins with: the path and a colon, or nothing.</param>
    public static Tensor? TryRead(StoredTensor stored, string place) => stored.Type switch
    {
        StoredType.Bool => Read(stored, place, ElementType.Bool, (Conversion<byte, bool>)Truth),
        StoredType.U8 => Read(stored, place, ElementType.UInt8, (Conversion<byte, byte>)Same),
        StoredType.I8 => Widen<sbyte>(stored, place),
        StoredType.I16 => Widen<short>(stored, place),
        StoredType.U16 => Widen<ushort>(stored, place),
        StoredType.I32 => Widen<int>(stored, place),
        StoredType.U32 => Widen<uint>(stored, place),
        StoredType.I64 => Widen<long>(stored, place),
        StoredType.U64 => Widen<ulong>(stored, place),
        _ => null,
    };

    static Tensor? Widen<T>(StoredTensor stored, string place)
        where T : unmanaged, IBinaryInteger<T> => Read(stored, place, ElementType.Int64, (Conversion<T, long>)Whole);

    static bool Truth(byte value, out bool result)
    {
        result = value != 0;
        return true;
    }

    static bool Same(byte value, out byte result)
    {
        result = value;
        return true;
    }

    static bool Whole<T>(T value, out long result)
        where T : unmanaged, IBinaryInteger<T>
    {
        result = long.CreateTruncating(value);
        return long.IsNegative(result) == T.IsNegative(value);
    }

    static Tensor? Read<T, U>(StoredTensor stored, string place, ElementType type, Conversion<T, U> convert)
        where T : unmanaged
        where U : unmanaged
    {
        var shape = StoredConversion.ShapeOf(stored, place);
        var buffer = Buffer.Rent(type, shape.Length);
        try
        {
            if (Fill(stored, buffer.Span<U>(shape.Length), convert))
                return new Tensor(shape, new Values(buffer));
        }
        catch
        {
            buffer.Release();
            throw;
        }

        buffer.Release();
        return null;
    }

    static bool Fill<T, U>(StoredTensor stored, Span<U> values, Conversion<T, U> convert)
        where T : unmanaged
        where U : unmanaged
    {
        int size = StoredTypes.SizeOf(stored.Type);
        Span<byte> block = new byte[(int)Math.Min(BlockLength, stored.ByteLength)];
        for (int done = 0; done < values.Length;)
        {
            int count = Math.Min(BlockLength / size, values.Length - done);
            var bytes = block[..(count * size)];
            stored.Read((long)done * size, bytes);
            var elements = MemoryMarshal.Cast<byte, T>(bytes);
            for (int i = 0; i < count; i++)
            {
                if (!convert(elements[i], out values[done + i]))
                    return false;
            }

            done += count;
        }

        return true;
    }

    // False where the result does not hold the value.
    delegate bool Conversion<T, U>(T value, out U result);
}
