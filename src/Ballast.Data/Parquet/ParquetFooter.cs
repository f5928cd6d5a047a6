using System.Buffers.Binary;

namespace Ballast;

/// <summary>The footer of a Parquet file, which says where everything is. It is looked at before the library reads it: Parquet.Net believes what
/// it says, reads on where it ends early, and takes memory for as much as it claims.</summary>
static class ParquetFooter
{
    // More than the library takes for a structure of the footer, or a member of a list.
    const int MemberBytes = 512;

    // Groups of columns within groups of columns, for each of which the library calls itself.
    const int MostNested = 64;

    // Its length and PAR1 come after it; PAR1 begins the file.
    const int After = 8, Before = 4;

    /// <summary>Looks at the footer of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="limit">How many bytes of memory may be taken.</param>
    /// <exception cref="ParquetThriftException">It is not what the format says.</exception>
    public static void Check(Stream file, long limit)
    {
        byte[] footer = Read(file);
        var children = new List<long>();
        var walk = new ParquetThrift(footer, (structure, field, value) =>
        {
            if (structure != "SchemaElement" || field is not (0 or 5))
                return;
            if (field == 0)
                children.Add(0);
            else
                children[^1] = value;
        });
        try
        {
            walk.Walk("FileMetaData");
        }
        catch (ParquetThriftException e)
        {
            throw new ParquetThriftException(e.IsEnd, $"its footer of {footer.Length} bytes is damaged: {e.Message}");
        }

        if (walk.Members * MemberBytes > limit)
            throw Fault($"its footer has {walk.Members} parts, which may take more than {limit >> 20} MB");
        Nest(children);
    }

    static byte[] Read(Stream file)
    {
        Span<byte> end = stackalloc byte[After];
        if (file.Length < Before + After)
            throw Fault($"it has {file.Length} bytes, and the least Parquet file has more");
        file.Seek(-After, SeekOrigin.End);
        file.ReadExactly(end);
        if (!end[4..].SequenceEqual("PAR1"u8))
        {
            throw Fault(end[4..].SequenceEqual("PARE"u8) ? "its footer is encrypted, which is not read: write it without encryption"
                : "it does not end with PAR1");
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(end);
        if (length < 0 || length > file.Length - Before - After)
            throw Fault($"its footer is to have {(uint)length} bytes, and the file has {file.Length}");
        byte[] footer = GC.AllocateUninitializedArray<byte>(length);
        file.Seek(-After - length, SeekOrigin.End);
        file.ReadExactly(footer);
        return footer;
    }

    // The columns are a tree that is written depth first, each with how many children follow it.
    static void Nest(List<long> children)
    {
        var open = new Stack<long>();
        for (int i = 0; i < children.Count; i++)
        {
            while (open.TryPeek(out long left) && left == 0)
                open.Pop();
            if (i > 0 && open.Count == 0)
                throw Fault($"its footer has {children.Count} columns and groups of columns, of which {i} belong to the first");
            if (i > 0)
                open.Push(open.Pop() - 1);
            if (children[i] < 0 || children[i] >= children.Count)
                throw Fault($"a group of columns is to have {children[i]}, and there are {children.Count - 1} columns and groups");
            if (children[i] > 0)
                open.Push(children[i]);
            if (open.Count > MostNested)
                throw Fault($"its columns are nested more than {MostNested} deep");
        }

        if (children.Count == 0 || open.Any(static left => left > 0))
            throw Fault($"its footer has {children.Count} columns and groups of columns, and says that there are more");
    }

    static ParquetThriftException Fault(string message) => new(false, message);
}
