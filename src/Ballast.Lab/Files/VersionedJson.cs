using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ballast.Lab;

/// <summary>JSON files that say which version they are of, under <c>format</c>.</summary>
static class VersionedJson
{
    /// <summary>Reads one.</summary>
    /// <param name="file">The file.</param>
    /// <param name="what">What is in it, for a message: <c>run</c>.</param>
    /// <param name="format">The version that is known.</param>
    /// <param name="type">What it is read as. Its context refuses nulls and missing values where the type has none.</param>
    /// <param name="check">Refuses by an <see cref="ArgumentException"/> or <see cref="LayerTextException"/> what contradicts itself.</param>
    /// <param name="remedy">What to do about a damaged file, a sentence.</param>
    /// <exception cref="InvalidDataException">It is damaged or of another version; the message names the file, the field and the
    /// remedy.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static T Read<T>(string file, string what, int format, JsonTypeInfo<T> type, Action<T> check, string remedy)
        where T : class
    {
        byte[] json = File.ReadAllBytes(file);
        try
        {
            // The version first: what else is in a file of another one is not known here.
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("format", out var written)
                || written.ValueKind != JsonValueKind.Number || !written.TryGetInt32(out int version))
            {
                throw new InvalidDataException(
                    $"{file} does not say which version it is of (\"format\"). It is not a {what} of Ballast's, or damaged. {remedy}");
            }

            if (version != format)
            {
                throw new InvalidDataException(
                    $"{file} is of version {version}; this Ballast reads version {format}. Use the Ballast that wrote it, or a newer one.");
            }

            RefuseNulls(document.RootElement, "$");
            var value = JsonSerializer.Deserialize(json, type)!;
            check(value);
            return value;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException or LayerTextException)
        {
            throw new InvalidDataException($"{file} is damaged: {error.Message} {remedy}", error);
        }
    }

    // Types say whether a value may be null, and not whether an element of a list may; none ever is.
    static void RefuseNulls(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
                RefuseNulls(property.Value, $"{path}.{property.Name}");
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            int i = 0;
            foreach (var item in element.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.Null)
                    throw new JsonException($"a list has a null in it. Path: {path}[{i}].");
                RefuseNulls(item, $"{path}[{i++}]");
            }
        }
    }
}
