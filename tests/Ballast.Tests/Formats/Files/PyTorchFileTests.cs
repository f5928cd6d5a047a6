using System.IO.Compression;

namespace Ballast.Tests.Formats;

public sealed class PyTorchFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static StoredMapping Everything() => new()
    {
        ["state"] = new StoredMapping
        {
            ["1.running_mean"] = StoredTensor.From<float>("", [0.5f, -1], 2),
            ["1.num_batches_tracked"] = StoredTensor.From<long>("", [3]),
            ["grüße"] = StoredTensor.From<double>("", [0.1], 1, 1),
        },
        ["kinds"] = new StoredList(
        [
            StoredTensor.From<bool>("", [true, false], 2), StoredTensor.From<Half>("", [(Half)1.5], 1), StoredTensor.From<sbyte>("", [-3], 1),
            new StoredTensor("", StoredType.BF16, [1], new byte[] { 0xC0, 0x3F }), StoredTensor.From<short>("", [-300], 1),
            StoredTensor.From<int>("", [1 << 20], 1), StoredTensor.From<byte>("", [200], 1), StoredTensor.From<float>("", [], 0, 3),
            new StoredTensor("", StoredType.C64, [1], new byte[8]), new StoredTensor("", StoredType.C128, [1], new byte[16]),
        ]),
        ["pair"] = new StoredList(["a", StoredValue.None], isTuple: true),
        ["numbers"] = new StoredList([0, 255, 256, -1, 1L << 40, long.MinValue, true, false]),
        [3] = "three",
    };

    static string Told(StoredValue value) => value switch
    {
        StoredTensor tensor => $"{tensor.Type} [{string.Join(", ", tensor.Shape)}] {Convert.ToHexString(tensor.Data.Span)}",
        StoredMapping mapping => $"{{{string.Join(", ", mapping.Select(entry => $"{entry.Key.GetType().Name} {entry.Key}: {Told(entry.Value)}"))}}}",
        StoredList list => $"{list} ({string.Join(", ", list.Items.Select(Told))})",
        _ => $"{value.GetType().Name} {value}",
    };

    [Fact]
    public void What_was_saved_is_read_again()
    {
        var root = Everything();
        root["real"] = 1e-8;
        PyTorchFile.Save(folder.File("c.pt"), root);
        using var file = StateFile.Open(folder.File("c.pt"));
        Assert.Equal(StoredFormat.PyTorch, file.Format);
        Assert.Equal(Told(root), Told(file.Root));
    }

    // The digest is that of a file that torch.load took in PyTorch 1.13.1, with weights_only True and False (check-states.py).
    [Fact]
    public void The_bytes_written_are_those_that_PyTorch_loads()
    {
        PyTorchFile.Save(folder.File("c.pt"), Everything());
        Assert.Equal("84e3c2016cf742cb", Golden.Digest(File.ReadAllBytes(folder.File("c.pt"))));
    }

    [Fact]
    public void A_network_travels_as_a_state_and_storages_are_aligned()
    {
        var net = new Sequential(new Linear(3, 2), new BatchNorm1d(2));
        net.Forward(Draw.Data([4, 3], 1));
        PyTorchFile.Save(folder.File("n.pt"), net.StateDict());
        var other = new Sequential(new Linear(3, 2), new BatchNorm1d(2));
        other.LoadStateDict(StateFile.Load(folder.File("n.pt")));
        Assert.Equal(Draw.Bits(net.StateDict()), Draw.Bits(other.StateDict()));
        byte[] bytes = File.ReadAllBytes(folder.File("n.pt"));
        foreach (string name in new[] { "0.weight", "0.bias", "1.running_mean", "1.running_var" })
        {
            var values = net.StateDict()[name].Tensor.AsSpan();
            int at = bytes.AsSpan().IndexOf(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values));
            Assert.Equal(0, at % 64);
        }

        using var zip = ZipFile.OpenRead(folder.File("n.pt"));
        Assert.Equal("archive/data.pkl", zip.Entries[0].FullName);
        Assert.All(zip.Entries, static entry => Assert.Equal(new DateTime(1980, 1, 1), entry.LastWriteTime.DateTime));
    }

    [Fact]
    public void An_archive_packed_anew_by_another_program_is_read_too()
    {
        PyTorchFile.Save(folder.File("c.pt"), Everything());
        using (var from = ZipFile.OpenRead(folder.File("c.pt")))
        using (var to = ZipFile.Open(folder.File("d.pt"), ZipArchiveMode.Create))
        {
            foreach (var entry in from.Entries)
            {
                using var read = entry.Open();
                using var write = to.CreateEntry(entry.FullName, CompressionLevel.Optimal).Open();
                read.CopyTo(write);
            }
        }

        using var file = StateFile.Open(folder.File("d.pt"));
        Assert.Equal(Told(Everything()), Told(file.Root));
    }

    [Fact]
    public void Types_that_PyTorch_lacks_are_refused_and_the_old_file_stays()
    {
        File.WriteAllText(folder.File("c.pt"), "old");
        var error = Assert.Throws<ArgumentException>(() => PyTorchFile.Save(folder.File("c.pt"), StoredTensor.From<ushort>("w", [1], 1)));
        Assert.Equal("PyTorchFile.Save: w U16 [1] has an element type that PyTorch 1.13 has no storage for. Convert it first, with " +
            "ToTensor.", error.Message);
        Assert.Equal("old", File.ReadAllText(folder.File("c.pt")));
    }
}
