using System.Collections.Frozen;

namespace Ballast;

/// <summary>A walk over a structure that a Parquet file writes in Thrift's compact protocol: every length against the bytes that are left, and
/// the type of every field against that of its number in the format. What it passes, Parquet.Net reads to its end.</summary>
/// <param name="bytes">The structure, and what follows it.</param>
/// <param name="seen">What is told each whole number: the structure, the number of the field in it, and the value; null for nothing.</param>
ref struct ParquetThrift(ReadOnlySpan<byte> bytes, ParquetThrift.Number? seen)
{
    /// <summary>What is told a whole number; field 0 is the beginning of a structure.</summary>
    public delegate void Number(string structure, int field, long value);

    const int MostNested = 8;

    // The types of fields 1, 2, 3, ... of each structure, as in parquet.thrift 2.12: [X] is a list of X, - a number that is not given. An
    // enumeration is a whole number. The reader goes by a field's number alone, whatever type the file gives it.
    static readonly FrozenDictionary<string, string[]> Structures = new Dictionary<string, string>
    {
        ["FileMetaData"] = "i32 [SchemaElement] i64 [RowGroup] [KeyValue] binary [ColumnOrder] EncryptionAlgorithm binary",
        ["SchemaElement"] = "i32 i32 i32 binary i32 i32 i32 i32 i32 LogicalType",
        ["LogicalType"] = "Empty Empty Empty Empty DecimalType Empty TimeType TimeType - IntType Empty Empty Empty Empty Empty VariantType "
            + "GeometryType GeographyType",
        ["DecimalType"] = "i32 i32",
        ["TimeType"] = "bool TimeUnit",
        ["TimeUnit"] = "Empty Empty Empty",
        ["IntType"] = "i8 bool",
        ["VariantType"] = "i8",
        ["GeometryType"] = "binary",
        ["GeographyType"] = "binary i32",
        ["RowGroup"] = "[ColumnChunk] i64 i64 [SortingColumn] i64 i64 i16",
        ["SortingColumn"] = "i32 bool bool",
        ["ColumnChunk"] = "binary i64 ColumnMetaData i64 i32 i64 i32 ColumnCryptoMetaData binary",
        ["ColumnMetaData"] = "i32 [i32] [binary] i32 i64 i64 i64 [KeyValue] i64 i64 i64 Statistics [PageEncodingStats] i64 i32 SizeStatistics "
            + "GeospatialStatistics",
        ["Statistics"] = "binary binary i64 i64 binary binary bool bool",
        ["SizeStatistics"] = "i64 [i64] [i64]",
        ["GeospatialStatistics"] = "BoundingBox [i32]",
        ["BoundingBox"] = "double double double double double double double double",
        ["PageEncodingStats"] = "i32 i32 i32",
        ["KeyValue"] = "binary binary",
        ["ColumnOrder"] = "Empty",
        ["ColumnCryptoMetaData"] = "Empty EncryptionWithColumnKey",
        ["EncryptionWithColumnKey"] = "[binary] binary",
        ["EncryptionAlgorithm"] = "AesGcm AesGcm",
        ["AesGcm"] = "binary binary bool",
        ["PageHeader"] = "i32 i32 i32 i32 DataPageHeader Empty DictionaryPageHeader DataPageHeaderV2",
        ["DataPageHeader"] = "i32 i32 i32 i32 Statistics",
        ["DictionaryPageHeader"] = "i32 i32 bool",
        ["DataPageHeaderV2"] = "i32 i32 i32 i32 i32 i32 bool Statistics",
        ["Empty"] = "",
    }.ToFrozenDictionary(static entry => entry.Key, static entry => entry.Value.Split(' '));

    static readonly string[] Types =
        ["nothing", "bool", "bool", "i8", "i16", "i32", "i64", "double", "binary", "list", "set", "map", "struct", "uuid", "14", "15"];

    readonly ReadOnlySpan<byte> bytes = bytes;
    readonly Number? seen = seen;
    int at;

    /// <summary>How many structures were walked over, and members of lists.</summary>
    public long Members { get; private set; }

    /// <summary>Walks over a structure of the format by its name.</summary>
    /// <exception cref="ParquetThriftException">It ends early, or is not what the format says.</exception>
    public void Walk(string structure)
    {
        string[] fields = Structures[structure];
        Members++;
        seen?.Invoke(structure, 0, 0);
        for (int last = 0; ;)
        {
            int header = Next();
            if (header == 0)
                return;
            int type = header & 15, field = header >> 4 == 0 ? (int)Zigzag(16) : last + (header >> 4);
            last = field;
            string known = field >= 1 && field <= fields.Length ? fields[field - 1] : "-";
            if (known is "-" or "")
                Skip(structure, field, type, 0);
            else if (Types[type] != (known[0] == '[' ? "list" : Structures.ContainsKey(known) ? "struct" : known))
                throw Fault(false, $"field {field} of {structure} is of the type {Types[type]}, expected {known}");
            else if (known[0] != '[')
                Value(structure, field, known, type);
            else
                List(structure, field, known[1..^1]);
        }
    }

    void List(string structure, int field, string expected)
    {
        var (count, type) = ListHeader(structure, field);
        if (count > 0 && Types[type] != (Structures.ContainsKey(expected) ? "struct" : expected))
            throw Fault(false, $"field {field} of {structure} is a list of the type {Types[type]}, expected {expected}");
        for (int i = 0; i < count; i++)
            Value(structure, field, expected, type);
    }

    void Value(string structure, int field, string expected, int type)
    {
        if (type == 12)
        {
            Walk(expected);
            return;
        }

        long? number = Plain(type);
        if (number is { } there)
            seen?.Invoke(structure, field, there);
    }

    // A field that the format had not when the table was written. The library passes over it as here, but for a structure with something in it.
    void Skip(string structure, int field, int type, int depth)
    {
        if (type == 12 ? Next() != 0 : type is 0 or 10 or 11 or > 12 || depth > MostNested)
            throw Fault(false, $"field {field} of {structure} is unknown, and of the type {Types[type]}");
        if (type != 9)
        {
            if (type != 12)
                Plain(type);
            return;
        }

        var (count, member) = ListHeader(structure, field);
        if (count > 0 && member is 1 or 2)
            throw Fault(false, $"field {field} of {structure} is unknown, and a list of the type bool");
        for (int i = 0; i < count; i++)
            Skip(structure, field, member, depth + 1);
    }

    // A value without parts; a whole number is given.
    long? Plain(int type)
    {
        switch (Types[type])
        {
            case "i8":
                return (sbyte)Next();
            case "i16":
                return Zigzag(16);
            case "i32":
                return Zigzag(32);
            case "i64":
                return Zigzag(64);
            case "double":
                Pass(sizeof(double));
                break;
            case "binary":
                Pass(Unsigned());
                break;
        }

        return null;
    }

    (int Count, int Type) ListHeader(string structure, int field)
    {
        int header = Next();
        ulong count = header >> 4 == 15 ? Unsigned() : (ulong)(header >> 4);
        if (count > (ulong)(bytes.Length - at))
            throw Fault(true, $"field {field} of {structure} is a list of {count} where {bytes.Length - at} bytes are left");
        Members += (int)count;
        return ((int)count, header & 15);
    }

    long Zigzag(int bits)
    {
        ulong raw = Unsigned();
        if (bits < 64 && raw >> bits != 0)
            throw Fault(false, $"a whole number has more than {bits} bits");
        return (long)(raw >> 1) ^ -(long)(raw & 1);
    }

    ulong Unsigned()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            int next = Next();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw Fault(false, "a whole number has more than ten bytes");
    }

    void Pass(ulong count)
    {
        if (count > (ulong)(bytes.Length - at))
            throw Fault(true, $"{count} bytes are to follow where {bytes.Length - at} are left");
        at += (int)count;
    }

    int Next() => at < bytes.Length ? bytes[at++] : throw Fault(true, "it ends early");

    readonly ParquetThriftException Fault(bool isEnd, string message) => new(isEnd, $"{message} (byte {at} of it)");
}

/// <summary>Why a structure is not one of the format.</summary>
/// <param name="isEnd">Whether more bytes are asked for than there are.</param>
/// <param name="message">The reason, in words for a person.</param>
sealed class ParquetThriftException(bool isEnd, string message) : Exception(message)
{
    /// <summary>Whether more bytes are asked for than there are.</summary>
    public bool IsEnd { get; } = isEnd;
}
