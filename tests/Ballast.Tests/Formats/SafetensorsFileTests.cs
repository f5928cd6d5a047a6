using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Ballast.Tests.Formats;

public sealed class SafetensorsFileTests : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ballast-tests-");

    public void Dispose() => folder.Delete(recursive: true);

    string Saved(IEnumerable<StoredTensor> entries, IReadOnlyDictionary<string, string>? metadata = null)
    {
        string path = Path.Combine(folder.FullName, "model.safetensors");
        SafetensorsFile.Save(path, entries, metadata);
        return path;
    }

    static byte[] Written(IEnumerable<StoredTensor> entries, IReadOnlyDictionary<string, string> metadata)
    {
        using var stream = new MemoryStream();
        new SafetensorsWriter(entries, metadata).WriteTo(stream);
        return stream.ToArray();
    }

    static StoredTensor Entry(string name, StoredType type, long[] shape, params byte[] data) =>
        new(name, type, [.. shape], data);

    static void AssertSame(IEnumerable<StoredTensor> expected, IEnumerable<StoredTensor> actual)
    {
        static IEnumerable<string> Texts(IEnumerable<StoredTensor> entries) =>
            entries.Select(e => $"{e} {Convert.ToHexString(e.Data.Span)}").Order(StringComparer.Ordinal);
        Assert.Equal(Texts(expected), Texts(actual));
    }

    [Fact]
    public void The_bytes_are_the_formats()
    {
        // By the format's own page: eight bytes of length, JSON padded with spaces to 8, then the data.
        string path = Saved(
            [Entry("b", StoredType.U8, [3], 7, 8, 9), Entry("a", StoredType.F32, [], 0, 0, 128, 63)],
            new Dictionary<string, string> { ["format"] = "pt" });
        byte[] bytes = File.ReadAllBytes(path);
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        string header = Encoding.UTF8.GetString(bytes, 8, length);
        const string Expected = """
            {"__metadata__":{"format":"pt"},
            "a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},
            "b":{"dtype":"U8","shape":[3],"data_offsets":[4,7]}}
            """;
        Assert.Equal(Expected.ReplaceLineEndings(""), header.TrimEnd(' '));
        Assert.Equal([0, 0, 128, 63, 7, 8, 9], bytes[(8 + length)..]);
    }

    [Fact]
    public void What_was_saved_is_loaded_in_the_order_of_the_file()
    {
        StoredTensor[] entries =
        [
            Entry("flag", StoredType.Bool, [1], 1),
            Entry("layers.1.weight", StoredType.F32, [1, 2], 1, 2, 3, 4, 5, 6, 7, 8),
            Entry("layers.2.num_batches_tracked", StoredType.I64, [], 40, 0, 0, 0, 0, 0, 0, 0),
            Entry("empty", StoredType.F32, [0, 5]),
        ];
        var metadata = new Dictionary<string, string> { ["über"] = "\"quoted\" \u0000 \ud83d\ude00", ["a"] = "" };
        string path = Saved(entries, metadata);
        SafetensorsFile[] files = [SafetensorsFile.Load(path), SafetensorsFile.Parse(File.ReadAllBytes(path))];
        foreach (SafetensorsFile file in files)
        {
            AssertSame(entries, file.Entries);
            string[] names = ["layers.2.num_batches_tracked", "empty", "layers.1.weight", "flag"];
            Assert.Equal(names, file.Entries.Select(e => e.Name));
            Assert.Equal(metadata.OrderBy(p => p.Key), file.Metadata.OrderBy(p => p.Key));
        }
    }

    [Fact]
    public void A_file_that_PyTorchs_side_wrote_is_read()
    {
        var file = SafetensorsFile.Load(Golden.PathOf("mlp-bn.safetensors"));
        StoredTensor weight = file.Entries.Single(e => e.Name == "layers.1.weight");
        Assert.Equal("layers.1.weight F32 [64, 3072]", weight.ToString());
        Assert.Equal(64 * 3072 * sizeof(float), weight.Data.Length);
        StoredTensor batches = file.Entries.Single(e => e.Name == "layers.2.num_batches_tracked");
        Assert.Equal(20, BinaryPrimitives.ReadInt64LittleEndian(batches.Data.Span));
    }

    [Fact]
    public void Every_type_makes_the_round_trip_and_every_tensor_is_aligned()
    {
        var types = Enum.GetValues<StoredType>().Where(StoredTypes.IsSafetensors).ToArray();
        StoredTensor[] entries = [.. types.Select(type => new StoredTensor(
            type.ToString(), type, [3, 1], new byte[3 * StoredTypes.SizeOf(type)]))];
        byte[] bytes = File.ReadAllBytes(Saved(entries));
        AssertSame(entries, SafetensorsFile.Parse(bytes).Entries);
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var header = SafetensorsHeader.Parse(bytes.AsSpan(8, length), bytes.Length - 8 - length, "test");
        Assert.All(header.Tensors,
            item => Assert.Equal(0, (8 + length + item.Begin) % StoredTypes.SizeOf(item.Type)));
    }

    [Fact]
    public void Any_tensors_and_text_make_the_round_trip_with_the_same_bytes_in_any_order()
    {
        Gen<string> names = ArbMap.Default.GeneratorFor<UnicodeString>()
            .Select(s => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(s.Get)))
            .Where(s => s != "__metadata__");
        Gen<StoredTensor> entries =
            from name in names
            from type in Gen.Elements(Enum.GetValues<StoredType>().Where(StoredTypes.IsSafetensors).ToArray())
            from shape in Gen.Choose(0, 4).Select(n => (long)n).ArrayOf().Resize(4)
            let length = shape.Aggregate(1L, (a, b) => a * b) * StoredTypes.SizeOf(type)
            from data in ArbMap.Default.GeneratorFor<byte>().ArrayOf((int)length)
            select new StoredTensor(name, type, [.. shape], data);
        var cases =
            from list in entries.ListOf()
            from texts in Gen.Zip(names, names).ListOf()
            select (Entries: list.DistinctBy(e => e.Name).ToArray(),
                Texts: texts.DistinctBy(t => t.Item1).ToDictionary(t => t.Item1, t => t.Item2));
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(cases.ToArbitrary(), sample =>
        {
            byte[] bytes = Written(sample.Entries, sample.Texts);
            var file = SafetensorsFile.Parse(bytes);
            AssertSame(sample.Entries, file.Entries);
            Assert.Equal(sample.Texts.OrderBy(p => p.Key, StringComparer.Ordinal),
                file.Metadata.OrderBy(p => p.Key, StringComparer.Ordinal));
            Assert.Equal(bytes, Written(sample.Entries.Reverse(), sample.Texts));
            Assert.Equal(bytes, Written(file.Entries, file.Metadata));
        }));
    }

    [Fact]
    public void What_cannot_be_saved_is_refused_and_the_old_file_stays()
    {
        StoredTensor good = Entry("good", StoredType.U8, [1], 5);
        string path = Saved([good]);
        byte[] before = File.ReadAllBytes(path);
        void Refuses(string named, params StoredTensor[] entries) =>
            Assert.Contains(named, Assert.Throws<ArgumentException>(() => Saved(entries)).Message);

        Refuses("'good' occurs twice", good, good);
        Refuses("__metadata__", good.Named("__metadata__"));
        Refuses("Unicode", good.Named("\ud800"));
        Refuses("1 bytes", Entry("good", StoredType.U8, [2], 5));
        Refuses("[-1, -1]", Entry("good", StoredType.U8, [-1, -1], 5));
        Refuses("9223372036854775807", Entry("good", StoredType.U8, [long.MaxValue, 4], 5));
        Refuses("no shape", new StoredTensor("good", StoredType.U8, default, new byte[] { 5 }));
        Refuses("'good' holds C128 values, which the format has no type for. Write .npz or .pt.", Entry("good", StoredType.C128, [1], new byte[16]));
        Refuses("99", new StoredTensor("good", (StoredType)99, [1], new byte[] { 5 }));
        Assert.Throws<ArgumentException>(() => Saved([good], new Dictionary<string, string> { ["a"] = "\udc00" }));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Single(folder.EnumerateFileSystemInfos());
    }

    [Fact]
    public void No_tensors_at_all_are_a_file_too()
    {
        var file = SafetensorsFile.Load(Saved([]));
        Assert.Empty(file.Entries);
        Assert.Empty(file.Metadata);
    }
}
