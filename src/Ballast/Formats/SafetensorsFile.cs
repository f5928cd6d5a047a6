using System.Buffers.Binary;
using System.Collections.ObjectModel;

namespace Ballast;

/// <summary>A safetensors file: named tensors and free text, which PyTorch and other libraries exchange with nothing in
/// it that runs (github.com/huggingface/safetensors, "Format"). Read strictly: a file that breaks a rule of the format
/// is refused, with the rule and the tensor in the message.</summary>
public sealed class SafetensorsFile
{
    const int LengthSize = sizeof(ulong);

    SafetensorsFile(SafetensorsEntry[] entries, IReadOnlyDictionary<string, string> metadata)
    {
        Entries = entries.AsReadOnly();
        Metadata = metadata;
    }

    /// <summary>The tensors in the order of their data in the file.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The free text under <c>__metadata__</c>; empty if the file has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file. Nothing is allocated for a length that the file does not have.</summary>
    /// <exception cref="InvalidDataException">It breaks a rule of the format, or a tensor is beyond 2 GB.</exception>
    /// <exception cref="IOException">It could not be read.</exception>
    public static SafetensorsFile Load(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        try
        {
            return Read(stream, path);
        }
        catch (EndOfStreamException failure)
        {
            Throw.InvalidData($"{path}: the file became shorter while it was read.", failure);
            return null;
        }
    }

    static SafetensorsFile Read(FileStream stream, string path)
    {
        RequireLengthField(stream.Length, path);
        Span<byte> field = stackalloc byte[LengthSize];
        stream.ReadExactly(field);
        ulong claimed = BinaryPrimitives.ReadUInt64LittleEndian(field);
        int headerLength = SafetensorsHeader.CheckLength(claimed, stream.Length - LengthSize, path);
        byte[] json = new byte[headerLength];
        stream.ReadExactly(json);
        var header = SafetensorsHeader.Parse(json, stream.Length - LengthSize - headerLength, path);

        var entries = new SafetensorsEntry[header.Tensors.Count];
        for (int i = 0; i < entries.Length; i++)
        {
            SafetensorsHeader.Item item = header.Tensors[i];
            long length = item.End - item.Begin;
            if (length > Array.MaxLength)
            {
                Throw.InvalidData($"{path}: tensor {SafetensorsHeader.Quote(item.Name)} has {length} bytes; " +
                    $"at most {Array.MaxLength} can be held. Split it before saving.");
            }

            byte[] data = new byte[length];
            stream.ReadExactly(data);
            entries[i] = new SafetensorsEntry(item.Name, item.Type, item.Shape, data);
        }

        return new SafetensorsFile(entries, header.Metadata);
    }

    /// <summary>Reads a file's bytes. The tensors are slices of <paramref name="bytes"/>; nothing is copied.</summary>
    /// <exception cref="InvalidDataException">They break a rule of the format.</exception>
    public static SafetensorsFile Parse(ReadOnlyMemory<byte> bytes)
    {
        const string Source = "safetensors data";
        RequireLengthField(bytes.Length, Source);
        ulong claimed = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Span);
        int headerLength = SafetensorsHeader.CheckLength(claimed, bytes.Length - LengthSize, Source);
        ReadOnlyMemory<byte> data = bytes[(LengthSize + headerLength)..];
        var header = SafetensorsHeader.Parse(bytes.Span.Slice(LengthSize, headerLength), data.Length, Source);

        SafetensorsEntry[] entries = [.. header.Tensors.Select(item => new SafetensorsEntry(
            item.Name, item.Type, item.Shape, data.Slice((int)item.Begin, (int)(item.End - item.Begin))))];
        return new SafetensorsFile(entries, header.Metadata);
    }

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
        string path, IEnumerable<SafetensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var writer = new SafetensorsWriter(entries, metadata ?? ReadOnlyDictionary<string, string>.Empty);
        AtomicFile.Write(path, writer.WriteTo);
    }
}
