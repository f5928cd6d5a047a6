using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Ballast;

/// <summary>Reads the JSON of a safetensors header, token by token: what a tensor's description must hold, once each,
/// and nothing else.</summary>
/// <param name="json">The header.</param>
/// <param name="source">What is being read, for messages.</param>
ref struct SafetensorsHeaderReader(ReadOnlySpan<byte> json, string source)
{
    const int DeepestLevel = 3;

    // The format sets no limit; without one, a long header could make arrays of eight times its length.
    const int MostSizes = 64;

    readonly HashSet<string> names = [];
    Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = DeepestLevel });

    /// <summary>The tensors in the header's order, their sizes checked.</summary>
    public List<SafetensorsHeader.Item> Tensors { get; } = [];

    /// <summary>The free text.</summary>
    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>Reads all of it.</summary>
    /// <exception cref="JsonException">It is not JSON, or nested too deep.</exception>
    /// <exception cref="InvalidDataException">It is not what the format asks for.</exception>
    public void Read()
    {
        reader.Read();
        while (NextKey(out string? name))
        {
            if (!names.Add(name))
                Fail($"the name {SafetensorsHeader.Quote(name)} occurs twice");
            if (name == SafetensorsHeader.MetadataKey)
                ReadMetadata();
            else
                Tensors.Add(ReadTensor(name));
        }

        // Anything but white space behind the closing brace makes this throw.
        reader.Read();
    }

    void ReadMetadata()
    {
        Expect(JsonTokenType.StartObject, SafetensorsHeader.MetadataKey, "an object of texts");
        while (NextKey(out string? key))
        {
            Expect(JsonTokenType.String, SafetensorsHeader.MetadataKey, "texts only");
            if (!Metadata.TryAdd(key, Text()))
                Fail($"{SafetensorsHeader.MetadataKey} has the key {SafetensorsHeader.Quote(key)} twice");
        }
    }

    SafetensorsHeader.Item ReadTensor(string name)
    {
        string place = $"tensor {SafetensorsHeader.Quote(name)}";
        StoredType? type = null;
        ImmutableArray<long>? shape = null;
        ImmutableArray<long>? offsets = null;
        Expect(JsonTokenType.StartObject, place, "an object with dtype, shape and data_offsets");
        while (NextKey(out string? key))
        {
            switch (key)
            {
                case "dtype" when type is null:
                    type = ReadType(place);
                    break;
                case "shape" when shape is null:
                    shape = ReadSizes(place, "shape");
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadSizes(place, "data_offsets");
                    break;
                case "dtype" or "shape" or "data_offsets":
                    Fail($"{place} has {key} twice");
                    break;
                default:
                    Fail($"{place} has the unknown field {SafetensorsHeader.Quote(key)}");
                    break;
            }
        }

        if (type is null || shape is null || offsets is null)
            Fail($"{place} lacks {(type is null ? "dtype" : shape is null ? "shape" : "data_offsets")}");
        if (offsets.Value is not [long begin, long end] || begin > end)
        {
            Fail($"{place} has the data_offsets [{string.Join(", ", offsets.Value.Take(4))}]; " +
                "expected a begin and an end not before it");
            return null;
        }

        if (!StoredTypes.TryLength(type.Value, shape.Value.AsSpan(), out long length))
            Fail($"{place} has a shape whose size is beyond 2^63");
        if (length != end - begin)
        {
            Fail($"{place} has the data_offsets [{begin}, {end}], {end - begin} bytes; " +
                $"its dtype and shape take {length}");
        }

        return new(name, type.Value, shape.Value, begin, end);
    }

    StoredType ReadType(string place)
    {
        Expect(JsonTokenType.String, place, "the name of a dtype");
        string text = Text();
        if (!StoredTypes.TryParse(text, out StoredType type))
            Fail($"{place} has the unknown dtype {SafetensorsHeader.Quote(text)}; known are {StoredTypes.Names}");
        return type;
    }

    ImmutableArray<long> ReadSizes(string place, string field)
    {
        Expect(JsonTokenType.StartArray, place, $"{field} as an array of whole numbers");
        var sizes = ImmutableArray.CreateBuilder<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            long size = -1;
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out size) || size < 0)
                Fail($"{place} has something else than whole numbers from 0 to 2^63 - 1 in {field}");
            if (sizes.Count == MostSizes)
                Fail($"{place} has more than {MostSizes} numbers in {field}");
            sizes.Add(size);
        }

        return sizes.ToImmutable();
    }

    /// <summary>Moves on to the next key of the present object and to its value; false at the object's end.</summary>
    bool NextKey([NotNullWhen(true)] out string? key)
    {
        key = null;
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
            return false;
        key = Text();
        reader.Read();
        return true;
    }

    readonly void Expect(JsonTokenType token, string place, string expected)
    {
        if (reader.TokenType != token)
            Fail($"{place}: expected {expected}, got {reader.TokenType}");
    }

    readonly string Text()
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException failure)
        {
            Throw.InvalidData($"{source}: the header has a text that is not valid Unicode.", failure);
            return "";
        }
    }

    [DoesNotReturn]
    readonly void Fail(string what) => Throw.InvalidData($"{source}: {what}.");
}
