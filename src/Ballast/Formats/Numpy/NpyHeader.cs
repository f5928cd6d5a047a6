using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Ballast;

/// <summary>The header of a NumPy array (<c>.npy</c>, versions 1.0 to 3.0; numpy.lib.format): mark, version, length, and a Python dict of
/// <c>descr</c>, <c>fortran_order</c> and <c>shape</c>.</summary>
static class NpyHeader
{
    const int Alignment = 64;
    const int LongestHeader = 1 << 16;

    // NumPy's letter and size, without the byte order.
    static readonly Dictionary<string, StoredType> Types = new (string Name, StoredType Type)[]
    {
        ("b1", StoredType.Bool), ("u1", StoredType.U8), ("i1", StoredType.I8), ("u2", StoredType.U16), ("i2", StoredType.I16),
        ("u4", StoredType.U32), ("i4", StoredType.I32), ("u8", StoredType.U64), ("i8", StoredType.I64), ("f2", StoredType.F16),
        ("f4", StoredType.F32), ("f8", StoredType.F64), ("c8", StoredType.C64), ("c16", StoredType.C128),
    }.ToDictionary(static row => row.Name, static row => row.Type);

    /// <summary>The bytes that every array begins with.</summary>
    public static ReadOnlySpan<byte> Mark => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Whether NumPy has an element type.</summary>
    public static bool Has(StoredType type) => Types.ContainsValue(type);

    /// <summary>Reads the header; the elements are a part of <paramref name="source"/>.</summary>
    /// <exception cref="InvalidDataException">It breaks a rule of the format, or holds objects or texts.</exception>
    public static StoredTensor Read(ByteSource source, string name, string path)
    {
        Span<byte> start = stackalloc byte[12];
        start = start[..(int)Math.Min(start.Length, source.Length)];
        source.Read(0, start);
        if (start.Length < 10 || !start.StartsWith(Mark))
            Throw.InvalidData($"{path}: expected a NumPy array, beginning with \\x93NUMPY. The file is damaged.");
        int version = start[6];
        if (version is not (1 or 2 or 3) || (version > 1 && start.Length < 12))
            Throw.InvalidData($"{path}: expected version 1, 2 or 3 of the .npy format, got {version}.{start[7]}.");
        int begin = version == 1 ? 10 : 12;
        long length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        if (length > LongestHeader || length > source.Length - begin)
        {
            Throw.InvalidData($"{path}: the array's header claims {length} bytes; " +
                $"at most {LongestHeader} are read, and {source.Length - begin} follow.");
        }

        byte[] text = new byte[length];
        source.Read(begin, text);
        // Latin 1 up to version 2, UTF-8 from 3 on: they differ in names of fields only, which are refused.
        var (descr, fortran, shape) = new PythonHeader(Encoding.Latin1.GetString(text), path).Read();
        var (type, swapped) = TypeOf(descr, path);
        if (!StoredTypes.TryLength(type, shape, out long expected) || expected != source.Length - begin - length)
        {
            Throw.InvalidData($"{path}: the array of {descr} and the shape [{string.Join(", ", shape)}] has " +
                $"{source.Length - begin - length} bytes of data, which is not what it takes. The file is truncated, or holds more than one array.");
        }

        var data = source.Slice(begin + length, expected);
        if (swapped)
            data = new SwappedSource(data, StoredTypes.SwapSizeOf(type));
        if (fortran && expected > 0 && shape.Length > 1)
            data = new StridedSource(data, StoredTypes.SizeOf(type), 0, shape, ColumnMajor(shape));
        return new StoredTensor(name, type, [.. shape], data);
    }

    /// <summary>A header for row-major, little-endian elements: version 1.0, padded to 64 bytes.</summary>
    public static byte[] Write(StoredTensor tensor)
    {
        string kind = Types.First(entry => entry.Value == tensor.Type).Key;
        string order = StoredTypes.SizeOf(tensor.Type) == 1 ? "|" : "<";
        string sizes = string.Join(", ", tensor.Shape.Select(static size => size.ToString(CultureInfo.InvariantCulture)));
        string text = $"{{'descr': '{order}{kind}', 'fortran_order': False, 'shape': ({sizes}{(tensor.Shape.Length == 1 ? "," : "")}), }}";
        int length = 10 + text.Length + 1;
        length += -length & (Alignment - 1);
        byte[] header = new byte[length];
        header.AsSpan().Fill((byte)' ');
        Mark.CopyTo(header);
        (header[6], header[7]) = (1, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(length - 10));
        Encoding.ASCII.GetBytes(text, header.AsSpan(10));
        header[^1] = (byte)'\n';
        return header;
    }

    static (StoredType Type, bool Swapped) TypeOf(string descr, string path)
    {
        if (descr.Length > 1 && descr[0] is '<' or '>' or '|' or '=' && Types.TryGetValue(descr[1..], out var type))
            return (type, descr[0] == '>' && StoredTypes.SizeOf(type) > 1);
        Throw.InvalidData($"{path}: expected an array of numbers ({string.Join(", ", Types.Keys)}), got the type {SafetensorsHeader.Quote(descr)}" +
            (descr is [_, 'O', ..] ? ", Python objects, which would have to be run to be read." : "."));
        return default;
    }

    static long[] ColumnMajor(long[] shape)
    {
        long[] strides = new long[shape.Length];
        long step = 1;
        for (int axis = 0; axis < shape.Length; axis++)
        {
            strides[axis] = step;
            step *= shape[axis];
        }

        return strides;
    }
}
