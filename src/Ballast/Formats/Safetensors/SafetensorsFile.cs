using System.Buffers.Binary;
using System.Collections.ObjectModel;

namespace Ballast;

/// <summary>A safetensors file: named tensors and free text, which PyTorch and other libraries exchange with nothing in
/// it that runs (github.com/huggingface/safetensors, "Format"). Read strictly: a file that breaks a rule of the format
/// is refused, with the rule and the tensor in the message.</summary>
public sealed class SafetensorsFile
{
    const int LengthSize = sizeof(ulong);

    SafetensorsFile(StoredTensor[] entries, IReadOnlyDictionary<string, string> metadata)
    {
        Entries = entries.AsReadOnly();
        Metadata = metadata;
    }

    /// <summary>The tensors in the order of their data in the file.</summary>
    public IReadOnlyList<StoredTensor> Entries { get; }

    /// <summary>The free text under <c>__metadata__</c>; empty if the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file. Nothing is allocated for a length that the file does not have.</summary>
    /// <exception cref="InvalidDataException">It breaks a rule of the format, or a tensor is beyond 2 GB.</exception>
    /// <exception cref="IOException">It could not be read.</exception>
    public static SafetensorsFile Load(string path)
    {
        var (source, file) = FileSource.Open(path);
        using (file)
        {
            var (tensors, metadata) = Read(source, path);
            StoredTensor[] entries =
                [.. tensors.Select(tensor => new StoredTensor(tensor.Name, tensor.Type, tensor.Shape, Held(tensor, path)))];
            return new SafetensorsFile(entries, metadata);
        }
    }

    /// <summary>Reads a file's bytes. The tensors are slices of <paramref name="bytes"/>; nothing is copied.</summary>
    /// <exception cref="InvalidDataException">They break a rule of the format.</exception>
    public static SafetensorsFile Parse(ReadOnlyMemory<byte> bytes)
    {
        var (tensors, metadata) = Read(new MemorySource(bytes), "safetensors data");
        return new SafetensorsFile(tensors, metadata);
    }

    /// <summary>Reads the header, and no tensor: each is a slice of <paramref name="source"/>.</summary>
    /// <exception cref="InvalidDataException">It breaks a rule of the format.</exception>
    internal static (StoredTensor[] Tensors, IReadOnlyDictionary<string, string> Metadata) Read(ByteSource source, string path)
    {
        RequireLengthField(source.Length, path);
        Span<byte> field = stackalloc byte[LengthSize];
        source.Read(0, field);
        ulong claimed = BinaryPrimitives.ReadUInt64LittleEndian(field);
        int headerLength = SafetensorsHeader.CheckLength(claimed, source.Length - LengthSize, path);
        byte[] json = new byte[headerLength];
        source.Read(LengthSize, json);
        long dataLength = source.Length - LengthSize - headerLength;
        var header = SafetensorsHeader.Parse(json, dataLength, path);
        var data = source.Slice(LengthSize + headerLength, dataLength);
        StoredTensor[] tensors = [.. header.Tensors.Select(item => new StoredTensor(
            item.Name, item.Type, item.Shape, data.Slice(item.Begin, item.End - item.Begin)))];
        return (tensors, header.Metadata);
    }

    static ReadOnlyMemory<byte> Held(StoredTensor tensor, string path)
    {
        if (tensor.ByteLength > Array.MaxLength)
        {
            Throw.InvalidData($"{path}: tensor {SafetensorsHeader.Quote(tensor.Name)} has {tensor.ByteLength} bytes; " +
                $"at most {Array.MaxLength} can be held. Split it before saving.");
        }

        return tensor.Data;
    }

    /// <summary>Whether a file begins as this format does: with the length of a header that fits into it, and the header's brace.</summary>
    internal static bool IsOne(ReadOnlySpan<byte> start, long length) => start.Length > LengthSize && start[LengthSize] == (byte)'{'
        && BinaryPrimitives.ReadUInt64LittleEndian(start) <= (ulong)Math.Min(SafetensorsHeader.MaxLength, length - LengthSize);

    static void RequireLengthField(long length, string source)
    {
        if (length < LengthSize)
        {
            Throw.InvalidData($"{source}: {length} bytes are too few for a safetensors file, " +
                $"which begins with the length of its header in {LengthSize}.");
        }
    }

    /// <summary>Writes a file, complete or not at all (<see cref="AtomicFile"/>). The bytes depend on the tensors and
    /// the text alone, not on their order: as in the official writer, wide elements come first so that all are aligned,
    /// and names in ordinal order.</summary>
    /// <exception cref="ArgumentException">A name occurs twice, is <c>__metadata__</c> or no valid Unicode; a shape has
    /// a negative size or does not fit its data; the header is beyond 100 MB. Nothing is written then.</exception>
    /// <exception cref="IOException">The file could not be written; an old one is untouched.</exception>
    public static void Save(
        string path, IEnumerable<StoredTensor> entries, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var writer = new SafetensorsWriter(entries, metadata ?? ReadOnlyDictionary<string, string>.Empty);
        AtomicFile.Write(path, writer.WriteTo);
    }

    /// <summary>Writes tensors into several files, as models that are too large for one are: <c>NAME-00001-of-00003.safetensors</c> and so on, and
    /// <c>NAME.safetensors.index.json</c>, which says where each tensor is and is what <see cref="StateFile.Load(string)"/> takes. All are complete
    /// before the first has its name, and the index has its name last. Tensors that take no more than a file may go into
    /// <paramref name="path"/> alone.</summary>
    /// <param name="path">The file that it would be in one piece, <c>NAME.safetensors</c>.</param>
    /// <param name="entries">The tensors, which keep their order over the files.</param>
    /// <param name="largest">The most bytes of tensors in one file. A tensor that is larger has one of its own.</param>
    /// <param name="metadata">Text that each file keeps.</param>
    /// <returns>The files, of several the index last.</returns>
    /// <exception cref="ArgumentException">As <see cref="Save"/>, for a name too that does not end with <c>.safetensors</c>; or
    /// <paramref name="largest"/> is none.</exception>
    /// <exception cref="IOException">A file could not be written; old ones are untouched.</exception>
    public static IReadOnlyList<string> SaveSharded(
        string path, IEnumerable<StoredTensor> entries, long largest, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(largest);
        return SafetensorsShards.Save(path, [.. entries], largest, metadata ?? ReadOnlyDictionary<string, string>.Empty);
    }
}
