namespace Ballast.Tests;

public sealed class CheckpointTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static Checkpoint Sample() => new()
    {
        Model = new StateDict { { "a.weight", Draw.Data([2, 3], 1) }, { "a.count", new StateEntry(5) }, { "a.seen", Tensor.FromInt64(3, 1L << 60) } },
        Optimizer = new StateDict { { "0.step", new StateEntry(7) }, { "0.exp_avg", Draw.Data([2, 3], 2) } },
        Epoch = 2,
        Batch = 3,
        Step = 21,
        LossSum = 0.1 + 0.2,
        Correct = 11,
        Samples = 30,
        DefaultGenerator = new Generator(1).GetState(),
        EpochGenerator = new Generator(2).GetState(),
        LoaderGenerator = new Generator(3).GetState(),
        Metadata = new Dictionary<string, string> { ["layers"] = "flatten" },
    };

    [Fact]
    public void Everything_comes_back()
    {
        var written = Sample();
        written.Save(folder.File("c"));
        var read = Checkpoint.Load(folder.File("c"));
        Assert.Equal(Draw.Bits(written.Model["a.weight"].Tensor.AsSpan()), Draw.Bits(read.Model["a.weight"].Tensor.AsSpan()));
        Assert.Equal([3, 1L << 60], read.Model["a.seen"].Tensor.ToArray<long>());
        Assert.Equal((3, 5L, 7L), (read.Model.Count, read.Model["a.count"].Number, read.Optimizer["0.step"].Number));
        Assert.Equal((2, 3, 21L, 0.1 + 0.2, 11L, 30L),
            (read.Epoch, read.Batch, read.Step, read.LossSum, read.Correct, read.Samples));
        Assert.Equal(written.DefaultGenerator, read.DefaultGenerator);
        Assert.Equal(written.EpochGenerator, read.EpochGenerator);
        Assert.Equal(written.LoaderGenerator, read.LoaderGenerator);
        Assert.Equal("flatten", read.Metadata["layers"]);
        written.Save(folder.File("c"));
        Assert.Equal(["c"], folder.Names());
    }

    [Fact]
    public void Weights_alone_are_no_checkpoint()
    {
        StateFile.Save(folder.File("w"), Sample().Model);
        var error = Assert.Throws<InvalidDataException>(() => Checkpoint.Load(folder.File("w")));
        Assert.EndsWith("expected a checkpoint of the format ballast-checkpoint-1, got none. Weights alone cannot be resumed from.",
            error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("step")]
    [InlineData("loss_sum")]
    [InlineData("generator.epoch")]
    public void What_is_missing_is_named(string key)
    {
        Sample().Save(folder.File("c"));
        var file = SafetensorsFile.Load(folder.File("c"));
        var metadata = new Dictionary<string, string>(file.Metadata);
        metadata.Remove(key);
        SafetensorsFile.Save(folder.File("d"), file.Entries.Where(entry => entry.Name != key), metadata);
        var error = Assert.Throws<InvalidDataException>(() => Checkpoint.Load(folder.File("d")));
        Assert.EndsWith($"the checkpoint has no usable entry {key}. It is damaged or of another version.", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_that_is_none_is_refused()
    {
        Sample().Save(folder.File("c"));
        var file = SafetensorsFile.Load(folder.File("c"));
        foreach (var (key, value) in new[] { ("step", "-1"), ("batch", "x"), ("epoch", "99999999999") })
        {
            var metadata = new Dictionary<string, string>(file.Metadata) { [key] = value };
            SafetensorsFile.Save(folder.File("d"), file.Entries, metadata);
            Assert.Throws<InvalidDataException>(() => Checkpoint.Load(folder.File("d")));
        }
    }

    [Fact]
    public void A_truncated_file_is_refused()
    {
        Sample().Save(folder.File("c"));
        byte[] bytes = File.ReadAllBytes(folder.File("c"));
        foreach (int length in new[] { 0, 7, 100, bytes.Length / 2, bytes.Length - 1 })
        {
            File.WriteAllBytes(folder.File("d"), bytes[..length]);
            Assert.Throws<InvalidDataException>(() => Checkpoint.Load(folder.File("d")));
        }
    }
}
