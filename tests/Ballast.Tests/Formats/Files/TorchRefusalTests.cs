using System.Text;

namespace Ballast.Tests.Formats;

/// <summary>Files of PyTorch that are damaged or hostile: refused by name, cheaply, and without anything being run.</summary>
public sealed class TorchRefusalTests : IDisposable
{
    const string Tensor = "ctorch._utils\n_rebuild_tensor_v2\n";

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // A pickle in the letters of its operations, Latin 1.
    static byte[] Pickle(string text) => Encoding.Latin1.GetBytes("\u0080\u0002" + text);

    static byte[] Archive(byte[] pickle, params (string Name, byte[] Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipWriter(stream))
        {
            zip.Add("archive/data.pkl", pickle);
            foreach (var (name, content) in entries)
                zip.Add($"archive/{name}", content);
        }

        return stream.ToArray();
    }

    string Refusal(string pickle, params (string Name, byte[] Content)[] entries) => Refusal(Archive(Pickle(pickle), entries));

    string Refusal(byte[] bytes)
    {
        File.WriteAllBytes(folder.File("f"), bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidDataException>(() =>
        {
            using var file = StateFile.Open(folder.File("f"));
            foreach (var tensor in file.Tensors)
                _ = tensor.Data;
        });
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
        return error.Message.Replace(folder.File("f"), "f", StringComparison.Ordinal);
    }

    static string Storage(string type, string count) => $"((X\u0007\0\0\0storagectorch\n{type}\nX\u0001\0\0\00X\u0003\0\0\0cpu{count}tQ";

    [Theory]
    [InlineData("cposix\nsystem\nX\u0009\0\0\0touch ran\u0085R.", "posix.system")]
    [InlineData("cbuiltins\neval\nX\u0001\0\0\01\u0085R.", "builtins.eval")]
    [InlineData("X\u0002\0\0\0osX\u0006\0\0\0system\u0093X\u0002\0\0\0ls\u0085R.", "os.system")]
    [InlineData("ctorch.hub\nload\n)R.", "torch.hub.load")]
    [InlineData("ctorch.storage\n_load_from_bytes\nC\u0001a\u0085R.", "torch.storage._load_from_bytes")]
    [InlineData("ctorch._tensor\n_rebuild_from_type_v2\n(cos\nsystem\nctorch\nTensor\nX\u0002\0\0\0ls\u0085}tR.",
        "torch._tensor._rebuild_from_type_v2")]
    [InlineData("ccollections\nOrderedDict.__init__\n)R.", "collections.OrderedDict.__init__")]
    public void A_call_that_is_not_allowed_is_refused_by_its_name(string pickle, string name)
    {
        string directory = Directory.GetCurrentDirectory();
        Assert.Equal($"f: the file calls {name}, which is not among what files of tensors may call. Nothing was run. " +
            "If you trust the file, load it in PyTorch and save its state_dict().", Refusal(pickle));
        Assert.False(File.Exists(Path.Combine(directory, "ran")));
    }

    [Theory]
    [InlineData("}X\u0004\0\0\0argscargparse\nNamespace\n)\u0081}bs.", "an object of the class argparse.Namespace at 'args'")]
    [InlineData("}X\u0002\0\0\0fncos\nsystem\ns.", "a reference to os.system at 'fn'")]
    [InlineData("csubprocess\nPopen\n)\u0081.", "an object of the class subprocess.Popen")]
    [InlineData("})K\u0001s.", "a mapping with keys that are neither texts nor whole numbers")]
    [InlineData("cm\nN\n)\u0081}(X\u000b\0\0\0_parameters}X\u0008\0\0\0_modules}X\u0001\0\0\0aK\u0001sub.",
        "something else than modules among the _modules of a module")]
    public void An_object_that_is_no_data_is_refused_by_its_class(string pickle, string what)
    {
        Assert.Equal($"f: the file holds {what}, which is neither a tensor nor plain data. Nothing of it was run. " +
            "If you trust the file, load it in PyTorch and save its state_dict().", Refusal(pickle));
    }

    [Theory]
    [InlineData("FloatStorage", "K\u0004", "K\0K\u0005\u0085K\u0001\u0085",
        "a tensor of storage '0' reaches to element 4 of a storage of 4. The file is damaged.")]
    [InlineData("FloatStorage", "K\u0004", "K\u0001K\u0002K\u0002\u0086K\u0002K\u0001\u0086",
        "a tensor of storage '0' reaches to element 4 of a storage of 4. The file is damaged.")]
    [InlineData("FloatStorage", "K\u0004", "K\0J\u00ff\u00ff\u00ff\u00ff\u0085K\u0001\u0085",
        "a tensor of storage '0' has a negative offset, size or stride. The file is damaged.")]
    [InlineData("FloatStorage", "K\u0004", "K\0K\u0001\u0085)", "a tensor of storage '0' has 1 sizes and 0 strides. The file is damaged.")]
    [InlineData("FloatStorage", "J\0\0\0\u0040", "K\0J\0\0\0\u0040\u0085K\u0001\u0085",
        "storage '0' has 16 bytes, expected 4294967296. The file is damaged.")]
    [InlineData("DoubleStorage", "K\u0004", "K\0K\u0001\u0085K\u0001\u0085", "storage '0' has 16 bytes, expected 32. The file is damaged.")]
    [InlineData("QInt8Storage", "K\u0004", "",
        "storages of torch.QInt8Storage are not read; known are DoubleStorage, FloatStorage, HalfStorage, BFloat16Storage, LongStorage, " +
        "IntStorage, ShortStorage, CharStorage, ByteStorage, BoolStorage, ComplexFloatStorage, ComplexDoubleStorage and UntypedStorage.")]
    public void A_tensor_that_reaches_out_of_its_storage_is_refused(string type, string count, string view, string message) =>
        Assert.Equal($"f: {message}", Refusal($"{Tensor}{Storage(type, count)}{view}\u0089}}tR.", ("data/0", new byte[16])));

    [Fact]
    public void A_tensor_expanded_beyond_reason_is_refused_before_it_is_made()
    {
        string message = Refusal($"{Tensor}{Storage("FloatStorage", "K\u0001")}K\0J\0\0\0\u0040\u0085K\0\u0085\u0089}}tR.", ("data/0", new byte[4]));
        Assert.StartsWith("f: the tensors would take 4294967292 bytes more than their storages, in a file of", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the pickle ends before its last operation. The file is truncated, or damaged.")]
    [InlineData(".", "the pickle takes a value where there is none. The file is damaged.")]
    [InlineData("NN.", "the pickle ends with values left over.")]
    [InlineData("(N.", "the pickle ends with values left over.")]
    [InlineData("t.", "the pickle goes back to a mark where there is none. The file is damaged.")]
    [InlineData("h\u0007.", "the pickle refers to value 7, which it has not made.")]
    [InlineData("NK\u0001a.", "the pickle appends to something that is no list.")]
    [InlineData("]K\u0001K\u0001s.", "the pickle sets items of something that is no mapping.")]
    [InlineData("X\u00ff\u00ff\u00ff\u007fa.", "the pickle claims 2147483647 bytes where 2 are left.")]
    [InlineData("I1\n.", "the pickle has the operation 49 at byte 2, which files of PyTorch do not use (protocols 2 to 5 are read). The " +
        "file is damaged, or something else wrote it.")]
    [InlineData("X\u0001\0\0\0\u00ff.", "the pickle has a text that is not valid UTF-8.")]
    [InlineData("KaR.", "the pickle takes a value where there is none. The file is damaged.")]
    [InlineData("KaKbR.", "the pickle calls something that is no function, or without arguments. The file is damaged.")]
    [InlineData("KaKbb.", "the pickle gives a state to something that has none. The file is damaged.")]
    [InlineData("KaQ.", "expected a storage's type, key, place and length, got something else. The file is damaged.")]
    public void A_pickle_that_does_not_add_up_is_refused(string pickle, string message) => Assert.Equal($"f: {message}", Refusal(pickle));

    [Fact]
    public void Lists_within_themselves_and_doubled_over_and_over_are_refused()
    {
        Assert.StartsWith("f: values are nested more than 100 deep", Refusal("]q\0h\0a."), StringComparison.Ordinal);
        Assert.StartsWith("f: values are nested more than 100 deep",
            Refusal(new string(']', 5000) + new string('a', 4999) + "."), StringComparison.Ordinal);
        var doubled = new StringBuilder("]q\0");
        for (int i = 1; i < 90; i++)
            doubled.Append($"](h{(char)(i - 1)}h{(char)(i - 1)}eq{(char)i}");
        doubled.Append('.');
        byte[] bytes = Archive(Pickle("(" + doubled.ToString()[..^1] + "l."));
        File.WriteAllBytes(folder.File("f"), bytes);
        var error = Assert.Throws<InvalidDataException>(() => StateFile.Open(folder.File("f")));
        Assert.EndsWith("values would become more than 100538, shared ones counted each time. The file is made to fill the memory.", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_that_is_cut_or_lies_is_refused()
    {
        byte[] good = Archive(Pickle($"{Tensor}{Storage("FloatStorage", "K\u0004")}K\0K\u0004\u0085K\u0001\u0085\u0089}}tR."),
            ("data/0", new byte[16]));
        File.WriteAllBytes(folder.File("f"), good);
        Assert.Equal([4], StateFile.Load(folder.File("f")).Single().Value.Shape.ToArray());
        foreach (int length in new[] { good.Length - 1, good.Length / 2, 4 })
            Assert.Equal("f: the zip's directory is missing. The file is truncated, or damaged.", Refusal(good[..length]));
        Assert.Equal("f: the storage 'archive/data/0' is missing. The file is damaged.",
            Refusal($"{Tensor}{Storage("FloatStorage", "K\u0004")}K\0K\u0004\u0085K\u0001\u0085\u0089}}tR."));
        byte[] changed = [.. good];
        changed[good.AsSpan().IndexOf("storage"u8)]++;
        Assert.Equal("f: the entry 'archive/data.pkl' does not have the sum that the archive keeps for it. The file is damaged.", Refusal(changed));
        Assert.Equal("f: this is a TorchScript archive, a program with its weights. Load it in PyTorch with torch.jit.load and save its " +
            "state_dict().",
            Refusal("N.", ("constants.pkl", Pickle(").")), ("code/__torch__.py", [])));
    }
}
