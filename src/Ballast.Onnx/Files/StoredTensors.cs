using System.Buffers.Binary;
using Onnx;

namespace Ballast;

/// <summary>Reads the tensors of an ONNX file, in whatever form they are stored.</summary>
/// <param name="folder">The file's folder, in which larger tensors may lie beside it.</param>
sealed class StoredTensors(string folder)
{
    /// <summary>A tensor. Floats of 16 and 64 bits become floats of 32, smaller whole numbers int64.</summary>
    /// <exception cref="InvalidDataException">Not as many values as its shape says, or a type that tensors here do not have.</exception>
    public Tensor Read(TensorProto stored)
    {
        string name = stored.Name.Length > 0 ? $"The stored tensor \"{stored.Name}\"" : "A stored tensor";
        long length = 1;
        if (stored.Dims.Count > Shape.MaxRank)
            throw new InvalidDataException($"{name} has {stored.Dims.Count} axes; at most {Shape.MaxRank} are possible.");
        foreach (long size in stored.Dims)
        {
            if (size is < 0 or > int.MaxValue || (size > 0 && length > int.MaxValue / size))
                throw new InvalidDataException($"{name} has the shape {string.Join(" x ", stored.Dims)}, which none has. The file is damaged.");
            length *= size;
        }

        Shape shape = new([.. stored.Dims.Select(static size => (int)size)]);
        if (OnnxOperators.TypeOf(stored.DataType) is not { } type)
            throw new InvalidDataException($"{name} has values of {OnnxTypes.Name(stored.DataType)}{OnnxTypes.Known}");
        if (stored.DataLocation == TensorProto.Types.DataLocation.External || stored.ExternalData.Count > 0)
            return FromBytes(External(stored, name, shape.Length), stored.DataType, type, shape, name);
        if (stored.HasRawData)
            return FromBytes(stored.RawData.Span, stored.DataType, type, shape, name);
        return FromFields(stored, type, shape, name);
    }

    static int Width(long code) => code switch { 2 or 3 or 9 => 1, 4 or 5 or 10 or 16 => 2, 1 or 6 or 12 => 4, _ => 8 };

    static Tensor FromBytes(ReadOnlySpan<byte> bytes, long code, ElementType type, Shape shape, string name)
    {
        int width = Width(code);
        if (bytes.Length != (long)shape.Length * width)
        {
            throw new InvalidDataException(
                $"{name} {shape} of {OnnxTypes.Name(code)} has {bytes.Length} bytes instead of "
                    + $"{(long)shape.Length * width}. The file is damaged: export or copy it again.");
        }

        switch (type)
        {
            case ElementType.UInt8:
                return Tensor.FromUInt8(bytes, shape);
            case ElementType.Bool:
                bool[] truths = new bool[shape.Length];
                for (int i = 0; i < truths.Length; i++)
                    truths[i] = bytes[i] != 0;
                return Tensor.FromBool(truths, shape);
            case ElementType.Int64:
                long[] numbers = new long[shape.Length];
                for (int i = 0; i < numbers.Length; i++)
                    numbers[i] = Whole(bytes[(i * width)..], code);
                return Tensor.FromInt64(numbers, shape);
            default:
                float[] values = new float[shape.Length];
                for (int i = 0; i < values.Length; i++)
                    values[i] = Real(bytes[(i * width)..], code);
                return Tensor.From(values, shape);
        }
    }

    static long Whole(ReadOnlySpan<byte> at, long code) => code switch
    {
        3 => (sbyte)at[0],
        4 => BinaryPrimitives.ReadUInt16LittleEndian(at),
        5 => BinaryPrimitives.ReadInt16LittleEndian(at),
        6 => BinaryPrimitives.ReadInt32LittleEndian(at),
        12 => BinaryPrimitives.ReadUInt32LittleEndian(at),
        13 => Signed(BinaryPrimitives.ReadUInt64LittleEndian(at)),
        _ => BinaryPrimitives.ReadInt64LittleEndian(at),
    };

    static long Signed(ulong value) => value <= long.MaxValue ? (long)value
        : throw new InvalidDataException($"A stored tensor has the number {value}, which is beyond those that are known here (int64).");

    static float Real(ReadOnlySpan<byte> at, long code) => code switch
    {
        1 => BinaryPrimitives.ReadSingleLittleEndian(at),
        10 => (float)BinaryPrimitives.ReadHalfLittleEndian(at),
        16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(at) << 16),
        _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(at),
    };

    static Tensor FromFields(TensorProto stored, ElementType type, Shape shape, string name)
    {
        int count = stored.DataType switch
        {
            1 => stored.FloatData.Count,
            11 => stored.DoubleData.Count,
            7 => stored.Int64Data.Count,
            12 or 13 => stored.Uint64Data.Count,
            _ => stored.Int32Data.Count,
        };
        if (count != shape.Length)
            throw new InvalidDataException(
                $"{name} {shape} has {count} values instead of {shape.Length}. The file is damaged: export or copy it again.");
        float Real(int i) => stored.DataType switch
        {
            1 => stored.FloatData[i],
            11 => (float)stored.DoubleData[i],
            10 => (float)BitConverter.UInt16BitsToHalf((ushort)stored.Int32Data[i]),
            _ => BitConverter.Int32BitsToSingle(stored.Int32Data[i] << 16),
        };
        long Whole(int i) => stored.DataType switch { 7 => stored.Int64Data[i], 12 or 13 => Signed(stored.Uint64Data[i]), _ => stored.Int32Data[i] };
        var all = Enumerable.Range(0, count);
        return type switch
        {
            ElementType.Float32 => Tensor.From([.. all.Select(Real)], shape),
            ElementType.Int64 => Tensor.FromInt64([.. all.Select(Whole)], shape),
            ElementType.Bool => Tensor.FromBool([.. all.Select(i => stored.Int32Data[i] != 0)], shape),
            _ => Tensor.FromUInt8([.. all.Select(i => (byte)stored.Int32Data[i])], shape),
        };
    }

    byte[] External(TensorProto stored, string name, int length)
    {
        long size = (long)length * Width(stored.DataType);
        var (path, offset) = Place(stored, name, size);
        using var stream = File.OpenRead(path);
        byte[] read = new byte[size];
        stream.Position = offset;
        stream.ReadExactly(read);
        return read;
    }

    /// <summary>Where a tensor lies that is in a file beside this one, never in one elsewhere.</summary>
    /// <param name="stored">The tensor.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="size">Its bytes.</param>
    /// <exception cref="InvalidDataException">Elsewhere, nowhere, or not of this size.</exception>
    public (string Path, long Offset) Place(TensorProto stored, string name, long size)
    {
        var entries = stored.ExternalData.GroupBy(static entry => entry.Key).ToDictionary(static key => key.Key, static key => key.Last().Value);
        string location = entries.GetValueOrDefault("location", "");
        bool outside = location.Length == 0 || Path.IsPathRooted(location) || location.Contains('\\', StringComparison.Ordinal)
            || location.Contains('\0', StringComparison.Ordinal) || location.Split('/').Any(static part => part is ".." or "");
        string path = outside ? "" : Path.Combine(folder, location);
        if (outside || Links(path))
        {
            throw new InvalidDataException(
                $"{name} lies in the file \"{location}\", which is not in the folder of this one. Put the file there, or export it as one.");
        }

        if (!File.Exists(path))
            throw new InvalidDataException($"{name} lies in the file \"{location}\", which is not there. Copy it beside this one.");
        bool known = long.TryParse(entries.GetValueOrDefault("offset", "0"), out long offset);
        known &= long.TryParse(entries.GetValueOrDefault("length", $"{size}"), out long bytes);
        long there = new FileInfo(path).Length;
        if (!known || offset < 0 || bytes != size || offset > there - size)
        {
            throw new InvalidDataException(
                $"{name} should be {size} bytes from {offset} on in \"{location}\", which has {there}. "
                    + "The file is damaged or not the one that belongs here.");
        }

        return (path, offset);
    }

    // Whether a link leads away on the way to a file.
    bool Links(string path)
    {
        for (string? part = path; part is not null && part.Length > folder.Length; part = Path.GetDirectoryName(part))
        {
            if (new FileInfo(part).LinkTarget is not null)
                return true;
        }

        return false;
    }
}
