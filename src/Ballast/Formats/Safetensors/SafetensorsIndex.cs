using System.Text.Json;

namespace Ballast;

/// <summary>The JSON index of a model in several safetensors files (<c>model.safetensors.index.json</c>): under <c>weight_map</c> the file
/// of each tensor, beside the index.</summary>
static class SafetensorsIndex
{
    const int LongestIndex = SafetensorsHeader.MaxLength;
    const int MostFiles = 10_000;

    /// <summary>Reads an index and opens the files it names, or maps them. The result disposes of them.</summary>
    public static StoredFile Open(string path, ByteSource source, IDisposable? index, bool mapped)
    {
        var files = new List<IDisposable>();
        try
        {
            var tensors = new List<StoredTensor>();
            foreach (var (shard, names) in ReadMap(path, source))
                tensors.AddRange(OpenShard(path, shard, names, mapped, files));
            index?.Dispose();
            return new StoredFile(path, StoredFormat.SafetensorsIndex, StoredFormats.Mapping(tensors), null, files);
        }
        catch
        {
            foreach (var file in files)
                file.Dispose();
            throw;
        }
    }

    static List<StoredTensor> OpenShard(string path, string shard, HashSet<string> names, bool mapped, List<IDisposable> files)
    {
        string shardPath = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, shard);
        if (!File.Exists(shardPath))
        {
            Throw.InvalidData($"{path}: the index names the file {SafetensorsHeader.Quote(shard)}, which is not beside it. " +
                "Bring all of the model's files.");
        }

        var (bytes, file) = mapped ? MappedSource.Open(shardPath) : FileSource.Open(shardPath);
        files.Add(file);
        var (tensors, _) = SafetensorsFile.Read(bytes, shardPath);
        var found = tensors.Where(tensor => names.Remove(tensor.Name)).ToList();
        if (names.Count > 0)
            Throw.InvalidData($"{path}: the index looks for {SafetensorsHeader.Quote(names.First())} in {shard}, which has no such tensor.");
        return found;
    }

    // The files in the order of their first tensor, with the tensors of each.
    static OrderedDictionary<string, HashSet<string>> ReadMap(string path, ByteSource source)
    {
        if (source.Length > LongestIndex)
            Throw.InvalidData($"{path}: an index of {source.Length} bytes; at most {LongestIndex} are read.");
        byte[] json = new byte[source.Length];
        source.Read(0, json);
        var map = new OrderedDictionary<string, HashSet<string>>();
        try
        {
            using var document = JsonDocument.Parse(json);
            JsonElement weights = default;
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("weight_map", out weights) || weights.ValueKind != JsonValueKind.Object)
            {
                Throw.InvalidData($"{path}: expected the index of a safetensors model, with an object weight_map. This JSON is something else.");
            }

            foreach (var entry in weights.EnumerateObject())
            {
                if (entry.Value.ValueKind != JsonValueKind.String || !IsPlainName(entry.Value.GetString()!))
                {
                    Throw.InvalidData($"{path}: the index has no plain file name for {SafetensorsHeader.Quote(entry.Name)}. " +
                        "The files lie beside the index.");
                }

                string shard = entry.Value.GetString()!;
                if (!map.TryGetValue(shard, out var names))
                    map[shard] = names = [];
                if (!names.Add(entry.Name))
                    Throw.InvalidData($"{path}: the index has {SafetensorsHeader.Quote(entry.Name)} twice.");
                if (map.Count > MostFiles)
                    Throw.InvalidData($"{path}: the index names more than {MostFiles} files.");
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            Throw.InvalidData($"{path}: expected the JSON index of a safetensors model: {failure.Message}", failure);
        }

        return map;
    }

    // No way out of the folder, and no other one in it.
    static bool IsPlainName(string name) =>
        name.Length > 0 && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\\:\0") < 0;
}
