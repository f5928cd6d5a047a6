using System.Text.Json;

namespace Ballast.Lab;

/// <summary>JSON files that say which version they are of, under <c>format</c>.</summary>
static class VersionedJson
{
    /// <summary>Reads one.</summary>
    /// <param name="file">The file.</param>
    /// <param name="what">What is in it, for a message: <c>run</c>.</param>
    /// <param name="format">The version that is known.</param>
    /// <param name="read">Reads the whole.</param>
    /// <exception cref="InvalidDataException">It is damaged or of another version.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static T Read<T>(string file, string what, int format, Func<byte[], T?> read)
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
                    $"{file} does not say which version it is of (\"format\"). It is not a {what} of Ballast's.");
            }

            if (version != format)
            {
                throw new InvalidDataException(
                    $"{file} is of version {version}; this Ballast reads version {format}. Use the Ballast that wrote it, or a newer one.");
            }

            return read(json) ?? throw new InvalidDataException($"{file} is damaged: it is empty.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{file} is damaged: {error.Message}", error);
        }
    }
}
