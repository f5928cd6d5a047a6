using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Ballast;

/// <summary>Lays out a safetensors file and writes it.</summary>
sealed class SafetensorsWriter
{
    const int HeaderAlignment = 8;

    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    readonly StoredTensor[] entries;
    readonly byte[] header;

    /// <summary>Checks and orders the tensors, and makes the header.</summary>
    public SafetensorsWriter(IEnumerable<StoredTensor> unordered, IReadOnlyDictionary<string, string> metadata)
    {
        entries = [.. unordered];
        Check(entries);
        // Wide elements first: behind the padded header each tensor then starts at a multiple of its element's size.
        Array.Sort(entries, (left, right) =>
        {
            int bySize = StoredTypes.SizeOf(right.Type).CompareTo(StoredTypes.SizeOf(left.Type));
            return bySize != 0 ? bySize : string.CompareOrdinal(left.Name, right.Name);
        });
        header = MakeHeader(entries, metadata);
        Throw.Unless(header.Length <= SafetensorsHeader.MaxLength,
            $"SafetensorsFile.Save: the header takes {header.Length} bytes; the format allows " +
            $"{SafetensorsHeader.MaxLength}. Shorten the metadata or split the file.");
    }

    /// <summary>Writes the whole file.</summary>
    public void WriteTo(Stream stream)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (StoredTensor entry in entries)
            entry.CopyTo(stream);
    }

    static void Check(StoredTensor[] entries)
    {
        var names = new HashSet<string>();
        foreach (StoredTensor entry in entries)
        {
            string name = SafetensorsHeader.Quote(entry.Name);
            Throw.Unless(entry.Name != SafetensorsHeader.MetadataKey,
                $"SafetensorsFile.Save: no tensor can be called {name}; that key holds the file's metadata.");
            Throw.Unless(names.Add(entry.Name), $"SafetensorsFile.Save: the name {name} occurs twice.");
            CheckText(entry.Name, "name");
            Throw.Unless(StoredTypes.IsKnown(entry.Type),
                $"SafetensorsFile.Save: tensor {name} has the unknown type {(int)entry.Type}.");
            Throw.Unless(StoredTypes.IsSafetensors(entry.Type),
                $"SafetensorsFile.Save: tensor {name} holds {entry.Type} values, which the format has no type for. Write .npz or .pt.");
            Throw.Unless(!entry.Shape.IsDefault, $"SafetensorsFile.Save: tensor {name} has no shape.");
            bool fits = StoredTypes.TryLength(entry.Type, entry.Shape.AsSpan(), out long length)
                && length == entry.ByteLength;
            Throw.Unless(fits,
                $"SafetensorsFile.Save: tensor {name} has {entry.ByteLength} bytes, which is not what " +
                $"{entry.Type} of the shape [{string.Join(", ", entry.Shape)}] takes.");
        }
    }

    static void CheckText(string text, string what)
    {
        try
        {
            StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            Throw.Argument($"SafetensorsFile.Save: the {what} {SafetensorsHeader.Quote(text)} is not valid Unicode.");
        }
    }

    static byte[] MakeHeader(StoredTensor[] entries, IReadOnlyDictionary<string, string> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            long begin = 0;
            foreach (StoredTensor entry in entries)
            {
                WriteTensor(json, entry, begin);
                begin += entry.ByteLength;
            }

            json.WriteEndObject();
        }

        int padding = -buffer.WrittenCount & (HeaderAlignment - 1);
        buffer.GetSpan(HeaderAlignment)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenSpan.ToArray();
    }

    static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0)
            return;
        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            CheckText(key, "metadata key");
            CheckText(value, "metadata value");
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    static void WriteTensor(Utf8JsonWriter json, StoredTensor entry, long begin)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", StoredTypes.NameOf(entry.Type));
        json.WriteStartArray("shape");
        foreach (long size in entry.Shape)
            json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(begin + entry.ByteLength);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
