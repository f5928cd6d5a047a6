using System.Globalization;
using System.Text.Json;

namespace Ballast;

/// <summary>Divides tensors among several safetensors files, with an index as <see cref="SafetensorsIndex"/> reads it.</summary>
static class SafetensorsShards
{
    const string Extension = ".safetensors";

    /// <summary>Writes them; one file where they fit into it.</summary>
    public static IReadOnlyList<string> Save(
        string path, StoredTensor[] entries, long largest, IReadOnlyDictionary<string, string> metadata)
    {
        Throw.Unless(path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase),
            $"SafetensorsFile.SaveSharded: expected a name that ends with {Extension}, got {path}.");
        var shards = Divided(entries, largest);
        if (shards.Count < 2)
        {
            SafetensorsFile.Save(path, entries, metadata);
            return [path];
        }

        string stem = path[..^Extension.Length];
        List<(string Path, Action<Stream> Write)> files = [];
        OrderedDictionary<string, string> places = [];
        for (int i = 0; i < shards.Count; i++)
        {
            string shard = string.Create(CultureInfo.InvariantCulture, $"{stem}-{i + 1:D5}-of-{shards.Count:D5}{Extension}");
            files.Add((shard, new SafetensorsWriter(shards[i], metadata).WriteTo));
            foreach (var entry in shards[i])
            {
                Throw.Unless(places.TryAdd(entry.Name, Path.GetFileName(shard)),
                    $"SafetensorsFile.SaveSharded: the name {SafetensorsHeader.Quote(entry.Name)} occurs twice.");
            }
        }

        files.Add(($"{path}.index.json", stream => WriteIndex(stream, places, entries.Sum(static entry => entry.ByteLength))));
        AtomicFile.WriteAll(files);
        return [.. files.Select(static file => file.Path)];
    }

    // As many in each file as go in, in their order.
    static List<List<StoredTensor>> Divided(StoredTensor[] entries, long largest)
    {
        List<List<StoredTensor>> shards = [];
        long taken = 0;
        foreach (var entry in entries)
        {
            if (shards.Count == 0 || entry.ByteLength > largest - taken)
            {
                shards.Add([]);
                taken = 0;
            }

            shards[^1].Add(entry);
            taken += entry.ByteLength;
        }

        return shards;
    }

    static void WriteIndex(Stream stream, OrderedDictionary<string, string> places, long bytes)
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", bytes);
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach (var (name, file) in places)
            json.WriteString(name, file);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
