using System.Text.Json;

namespace Ballast.Tests.Formats;

/// <summary>Models in several files with an index.</summary>
public sealed class SafetensorsShardTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    string[] Names() => [.. Directory.GetFiles(folder.Path).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    static StateDict State() => new Sequential(
        new Linear(10, 20, generator: new Generator(1)), new BatchNorm1d(20), new Linear(20, 3, generator: new Generator(2))).StateDict();

    [Fact]
    public void A_state_in_several_files_comes_back_by_its_index()
    {
        // 800 and 80 bytes; four of 80 and 8; 240 and 12.
        var files = StateFile.SaveSharded(folder.File("net.safetensors"), State(), 500, new Dictionary<string, string> { ["format"] = "pt" });
        Assert.Equal(
            ["net-00001-of-00003.safetensors", "net-00002-of-00003.safetensors", "net-00003-of-00003.safetensors", "net.safetensors.index.json"],
            files.Select(Path.GetFileName));
        Assert.Equal(files.Select(Path.GetFileName), Names());
        Assert.Equal(["0.weight"], SafetensorsFile.Load(files[0]).Entries.Select(static entry => entry.Name));
        var second = SafetensorsFile.Load(files[1]);
        Assert.Equal("pt", second.Metadata["format"]);
        Assert.InRange(second.Entries.Sum(static entry => entry.ByteLength), 1, 500);
        using var json = JsonDocument.Parse(File.ReadAllBytes(files[^1]));
        Assert.Equal(1460, json.RootElement.GetProperty("metadata").GetProperty("total_size").GetInt64());
        Assert.Equal("net-00001-of-00003.safetensors", json.RootElement.GetProperty("weight_map").GetProperty("0.weight").GetString());
        var back = StateFile.Load(files[^1]);
        Assert.Equal(State().Keys.Order(StringComparer.Ordinal), back.Keys.Order(StringComparer.Ordinal));
        Assert.All(State(), entry => Assert.Equal(
            entry.Value.Tensor.To(ElementType.Float32).ToArray(), back[entry.Key].Tensor.To(ElementType.Float32).ToArray()));
    }

    [Fact]
    public void What_fits_into_one_file_is_one()
    {
        Assert.Equal([folder.File("net.safetensors")], StateFile.SaveSharded(folder.File("net.safetensors"), State(), 1 << 20));
        Assert.Equal(["net.safetensors"], Names());
        Assert.Equal(State().Count, StateFile.Load(folder.File("net.safetensors")).Count);
    }

    [Fact]
    public void What_cannot_be_written_leaves_all_that_was_there_and_nothing_else()
    {
        var files = StateFile.SaveSharded(folder.File("net.safetensors"), State(), 500);
        byte[][] before = [.. files.Select(File.ReadAllBytes)];
        StoredTensor[] entries =
        [
            new("a", StoredType.F32, [200], new byte[800]), new("b", StoredType.F32, [200], new byte[800]), new("c", StoredType.F32, [2], new byte[7]),
        ];
        Assert.Throws<ArgumentException>(() => SafetensorsFile.SaveSharded(folder.File("net.safetensors"), entries, 500));
        entries[2] = new("b", StoredType.F32, [2], new byte[8]);
        Assert.Contains("'b' occurs twice", Assert.Throws<ArgumentException>(
            () => SafetensorsFile.SaveSharded(folder.File("net.safetensors"), entries, 500)).Message, StringComparison.Ordinal);

        // The last of three files to write is in the way of a folder: the first two are not kept.
        Directory.CreateDirectory(folder.File("other.safetensors.index.json"));
        Assert.Throws<IOException>(() => StateFile.SaveSharded(folder.File("other.safetensors"), State(), 500));
        Assert.Equal(files.Select(Path.GetFileName), Names());
        Assert.All(files.Zip(before), static pair => Assert.Equal(pair.Second, File.ReadAllBytes(pair.First)));
        Assert.Throws<ArgumentOutOfRangeException>(() => StateFile.SaveSharded(folder.File("net.safetensors"), State(), 0));
        Assert.Contains("ends with .safetensors, got", Assert.Throws<ArgumentException>(
            () => StateFile.SaveSharded(folder.File("net.bin"), State(), 500)).Message, StringComparison.Ordinal);
    }
}
