using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>Conversion of stored elements to float32 and to the types of C#.</summary>
static class StoredConversion
{
    const int BlockLength = 1 << 16; // bytes

    /// <summary>The type of C# with the same bits, or null where there is none.</summary>
    public static Type? ClrType(StoredType type) => type switch
    {
        StoredType.Bool => typeof(bool),
        StoredType.U8 => typeof(byte),
        StoredType.I8 => typeof(sbyte),
        StoredType.I16 => typeof(short),
        StoredType.U16 => typeof(ushort),
        StoredType.I32 => typeof(int),
        StoredType.U32 => typeof(uint),
        StoredType.I64 => typeof(long),
        StoredType.U64 => typeof(ulong),
        StoredType.F16 => typeof(Half),
        StoredType.F32 => typeof(float),
        StoredType.F64 => typeof(double),
        StoredType.C128 => typeof(Complex),
        _ => null,
    };

    /// <summary>The element type with the bits of a type of C#.</summary>
    public static StoredType TypeOf<T>()
    {
        foreach (var type in Enum.GetValues<StoredType>())
        {
            if (ClrType(type) == typeof(T))
                return type;
        }

        Throw.Argument($"StoredTensor: no element type stands for {typeof(T).Name}.");
        return default;
    }

    /// <summary>The elements as a tensor of float32, read straight into its memory where they are that already.</summary>
    /// <param name="stored">The elements.</param>
    /// <param name="place">What a message begins with: the path and a colon, or nothing.</param>
    public static Tensor ToTensor(StoredTensor stored, string place = "")
    {
        var shape = ShapeOf(stored, place);
        var buffer = Buffer.Rent(shape.Length);
        try
        {
            Fill(stored, buffer.Span(shape.Length), place);
        }
        catch
        {
            buffer.Release();
            throw;
        }

        return new Tensor(shape, new Values(buffer));
    }

    /// <summary>The shape as a tensor's.</summary>
    public static Shape ShapeOf(StoredTensor stored, string place)
    {
        // A tensor without elements may still claim sizes whose product is beyond what a shape can be.
        if (stored.Shape.Length > Shape.MaxRank || stored.Length > int.MaxValue
            || stored.Shape.Aggregate((Int128)1, static (product, size) => Int128.Min(product * Math.Max(size, 1), long.MaxValue)) > int.MaxValue)
        {
            Throw.InvalidData(
                $"{place}{stored.Name} has the shape [{string.Join(", ", stored.Shape)}], larger than a tensor can be.");
        }

        return new Shape(stored.Shape.Select(static size => (int)size).ToArray());
    }

    static void Fill(StoredTensor stored, Span<float> values, string place)
    {
        if (stored.Type == StoredType.F32)
        {
            stored.Read(0, MemoryMarshal.AsBytes(values));
            return;
        }

        int size = StoredTypes.SizeOf(stored.Type);
        Span<byte> block = new byte[(int)Math.Min(BlockLength, stored.ByteLength)];
        for (int done = 0; done < values.Length;)
        {
            int count = Math.Min(BlockLength / size, values.Length - done);
            var bytes = block[..(count * size)];
            stored.Read((long)done * size, bytes);
            int lost = Convert(stored.Type, bytes, values.Slice(done, count));
            if (lost >= 0)
                RefuseValue(stored, done + lost, bytes.Slice(lost * size, size), place);
            done += count;
        }
    }

    static void RefuseValue(StoredTensor stored, int index, ReadOnlySpan<byte> element, string place)
    {
        if (stored.Type is StoredType.C64 or StoredType.C128)
            Throw.InvalidData($"{place}{stored} is complex, which float32 cannot hold. Save its real and imaginary parts apart.");
        string value = stored.Type switch
        {
            StoredType.F64 => FormattableString.Invariant($"{BinaryPrimitives.ReadDoubleLittleEndian(element):R}"),
            StoredType.I32 => FormattableString.Invariant($"{BinaryPrimitives.ReadInt32LittleEndian(element)}"),
            StoredType.U32 => FormattableString.Invariant($"{BinaryPrimitives.ReadUInt32LittleEndian(element)}"),
            StoredType.I64 => FormattableString.Invariant($"{BinaryPrimitives.ReadInt64LittleEndian(element)}"),
            _ => FormattableString.Invariant($"{BinaryPrimitives.ReadUInt64LittleEndian(element)}"),
        };
        Throw.InvalidData($"{place}{stored} has the value {value} at {index}, which float32 cannot hold. " +
            (stored.Type == StoredType.F64 ? "Scale it, or clamp it to float32's range before saving." : "Read it as it is, with ToArray."));
    }

    // The index of the first element that float32 cannot hold, or -1.
    static int Convert(StoredType type, ReadOnlySpan<byte> bytes, Span<float> values) => type switch
    {
        StoredType.F64 => Each(MemoryMarshal.Cast<byte, double>(bytes), values, static value => (float)value,
            static (value, result) => !float.IsFinite(result) && double.IsFinite(value)),
        StoredType.F16 => Each(MemoryMarshal.Cast<byte, Half>(bytes), values, static value => (float)value),
        StoredType.BF16 => Each(MemoryMarshal.Cast<byte, ushort>(bytes), values,
            static value => BitConverter.Int32BitsToSingle(value << 16)),
        // Half's sign and exponent, with 2 bits of fraction.
        StoredType.F8E5M2 => Each(bytes, values, static value => (float)BitConverter.UInt16BitsToHalf((ushort)(value << 8))),
        StoredType.F8E4M3 => Each(bytes, values, FromE4M3),
        StoredType.F8E8M0 => Each(bytes, values, static value => value == byte.MaxValue ? float.NaN : MathF.ScaleB(1, value - 127)),
        StoredType.Bool or StoredType.U8 => Each(bytes, values, static value => value),
        StoredType.I8 => Each(MemoryMarshal.Cast<byte, sbyte>(bytes), values, static value => value),
        StoredType.I16 => Each(MemoryMarshal.Cast<byte, short>(bytes), values, static value => value),
        StoredType.U16 => Each(MemoryMarshal.Cast<byte, ushort>(bytes), values, static value => value),
        StoredType.I32 => Each(MemoryMarshal.Cast<byte, int>(bytes), values, static value => value,
            static (value, result) => (double)result != value),
        StoredType.U32 => Each(MemoryMarshal.Cast<byte, uint>(bytes), values, static value => value,
            static (value, result) => (double)result != value),
        StoredType.I64 => Each(MemoryMarshal.Cast<byte, long>(bytes), values, static value => value,
            static (value, result) => (Int128)result != value),
        StoredType.U64 => Each(MemoryMarshal.Cast<byte, ulong>(bytes), values, static value => value,
            static (value, result) => (UInt128)result != value),
        _ => values.IsEmpty ? -1 : 0,
    };

    static int Each<T>(ReadOnlySpan<T> from, Span<float> to, Func<T, float> convert, Func<T, float, bool>? isLost = null)
    {
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = convert(from[i]);
            if (isLost is not null && isLost(from[i], to[i]))
                return i;
        }

        return -1;
    }

    // 4 bits of exponent with the bias 7, 3 of fraction; no infinity, and the largest code is NaN ("FP8 Formats for Deep Learning",
    // Micikevicius et al. 2022).
    static float FromE4M3(byte value)
    {
        int exponent = (value >> 3) & 15, fraction = value & 7;
        float magnitude = (value & 127) == 127 ? float.NaN
            : exponent == 0 ? MathF.ScaleB(fraction, -9)
            : MathF.ScaleB(8 + fraction, exponent - 10);
        return value < 128 ? magnitude : -magnitude;
    }
}
