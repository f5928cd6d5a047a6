using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Unicode;

namespace Ballast;

/// <summary>The JSON header of a safetensors file, checked against the length of the data behind it. Nothing is
/// allocated beyond what the header itself holds.</summary>
sealed class SafetensorsHeader
{
    /// <summary>The longest header the format allows, in bytes.</summary>
    public const int MaxLength = 100_000_000;

    /// <summary>The key that holds text instead of a tensor.</summary>
    public const string MetadataKey = "__metadata__";

    SafetensorsHeader(List<Item> tensors, Dictionary<string, string> metadata)
    {
        Tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<Item> Tensors { get; }

    /// <summary>The free text.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Refuses a length field that no header can have, before anything of that length is allocated.</summary>
    /// <param name="length">The file's first eight bytes, little-endian.</param>
    /// <param name="available">The bytes behind them.</param>
    /// <param name="source">What is being read, for messages.</param>
    public static int CheckLength(ulong length, long available, string source)
    {
        if (length > MaxLength)
        {
            Throw.InvalidData($"{source}: the header claims {length} bytes; the format allows {MaxLength}. " +
                "This is no safetensors file, or it is damaged.");
        }

        if ((long)length > available)
        {
            Throw.InvalidData($"{source}: the header claims {length} bytes, only {available} follow. " +
                "The file is truncated, or no safetensors file.");
        }

        return (int)length;
    }

    /// <summary>Reads and checks a header.</summary>
    /// <param name="json">Its bytes.</param>
    /// <param name="dataLength">The bytes of data behind it, which its tensors must cover exactly.</param>
    /// <param name="source">What is being read, for messages.</param>
    /// <exception cref="InvalidDataException">The header breaks a rule of the format; the message names it.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength, string source)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
            Throw.InvalidData($"{source}: expected the header to begin with '{{'. This is no safetensors file.");
        if (!Utf8.IsValid(json))
            Throw.InvalidData($"{source}: the header is not valid UTF-8.");
        var reader = new SafetensorsHeaderReader(json, source);
        try
        {
            reader.Read();
        }
        catch (JsonException failure)
        {
            Throw.InvalidData(
                $"{source}: the header is not the JSON that the format asks for: {failure.Message}", failure);
        }

        // By begin, then by end, so that empty tensors come before the one that starts where they lie.
        List<Item> tensors = [.. reader.Tensors.OrderBy(item => item.Begin).ThenBy(item => item.End)];
        long covered = 0;
        foreach (Item item in tensors)
        {
            if (item.Begin != covered)
            {
                Throw.InvalidData($"{source}: tensor {Quote(item.Name)} begins at byte {item.Begin} of the data, " +
                    $"expected {covered}: tensors must follow each other without " +
                    (item.Begin < covered ? "overlap." : "a hole."));
            }

            covered = item.End;
        }

        if (covered != dataLength)
        {
            Throw.InvalidData($"{source}: the tensors take {covered} bytes, the file has {dataLength} of data: " +
                (covered > dataLength ? "it is truncated." : "there are bytes that belong to no tensor."));
        }

        return new SafetensorsHeader(tensors, reader.Metadata);
    }

    /// <summary>A name as a message shows it: short, and without characters that would act on a terminal.</summary>
    public static string Quote(string name)
    {
        const int Longest = 80;
        IEnumerable<char> shown = name.Take(Longest).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        return $"'{string.Concat(shown)}{(name.Length > Longest ? "..." : "")}'";
    }

    /// <summary>One tensor as the header describes it: its bytes are those from <paramref name="Begin"/> up to
    /// <paramref name="End"/> of the data.</summary>
    public sealed record Item(string Name, StoredType Type, ImmutableArray<long> Shape, long Begin, long End);
}
