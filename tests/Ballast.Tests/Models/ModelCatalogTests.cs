using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ballast.Tests;

/// <summary>The published networks against torchvision 0.14.1, made from the same seed.</summary>
public sealed class ModelCatalogTests
{
    static readonly JsonElement Recorded = CatalogState.Recorded;

    public static TheoryData<string> Names => [.. ModelCatalog.Names, "vit_tiny_cifar", "unet_bilinear"];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_seed_gives_torchvisions_state_and_its_outputs(string name)
    {
        var recorded = Recorded.GetProperty(name);
        var net = CatalogState.Make(name);
        var state = net.StateDict();
        Assert.Equal(recorded.GetProperty("keys").GetInt32(), state.Count);
        var lines = new StringBuilder();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var truncated = recorded.Find("truncated");
        foreach (var (key, entry) in state)
        {
            lines.Append(key).Append(" [").AppendJoin(", ", Enumerable.Range(0, entry.Shape.Rank).Select(axis => entry.Shape[axis])).Append("]\n");
            if (truncated?.Find(key) is not { } drawn)
                hash.AppendData(Bytes(entry));
            else
                CheckTruncated(drawn.Doubles(), entry.Tensor.AsSpan());
        }

        Assert.Equal(recorded.GetProperty("names").GetString(), Golden.Digest(Encoding.UTF8.GetBytes(lines.ToString())));
        Assert.Equal(recorded.GetProperty("weights").GetString(), Convert.ToHexStringLower(hash.GetHashAndReset())[..16]);

        if (recorded.Find("output") is not { } output)
            return;
        CatalogState.Prepare(net);
        net.Eval();
        using var scope = Tensor.NoGrad();
        float[] actual = net.Forward(CatalogState.Image(recorded.GetProperty("size").GetInt32())).ToArray();
        if (!name.StartsWith("unet", StringComparison.Ordinal))
            Assert.Equal(10, actual.Length);
        CatalogState.Near(output.Doubles(), actual, 1e-5);
    }

    // What trunc_normal_ draws is within a few roundings: the last value, and the sum of all without their signs.
    static void CheckTruncated(double[] recorded, ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
            sum += Math.Abs(value);
        Assert.InRange(values[^1] / recorded[0], 1 - 1e-6, 1 + 1e-6);
        Assert.InRange(sum / recorded[1], 1 - 1e-6, 1 + 1e-6);
    }

    // The counters of batches as float, as the script writes them.
    static ReadOnlySpan<byte> Bytes(StateEntry entry) =>
        MemoryMarshal.AsBytes(entry.Number is { } number ? new float[] { number } : entry.Tensor.AsSpan());

    public static TheoryData<string> Counted =>
    [
        "resnet18", "mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large", "shufflenet_v2_x0_5", "shufflenet_v2_x2_0", "efficientnet_b0",
        "vit_tiny", "unet",
    ];

    [Theory]
    [MemberData(nameof(Counted))]
    public void The_published_network_has_torchvisions_parameters_and_multiply_adds(string name)
    {
        var recorded = Recorded.GetProperty(name);
        var summary = ModelCatalog.Create(name, generator: new Generator(1)).Summary([1, 3, 224, 224]);
        Assert.Equal(recorded.GetProperty("parameters").GetInt64(), summary.Parameters);
        Assert.Equal(recorded.GetProperty("multiply_adds").GetInt64(), summary.MultiplyAdds);
    }

    [Fact]
    public void The_page_of_models_lists_all_with_these_numbers()
    {
        var lines = File.ReadLines(Path.Combine(ArchitectureTests.Root(), "docs", "models.md"));
        string[] rows = [.. lines.Where(static line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1)];
        Assert.Equal(ModelCatalog.Names, rows.Select(static row => row.Split('|')[2].Trim(' ', '`')));
        foreach (string row in rows)
        {
            string[] cells = [.. row.Split('|').Select(static cell => cell.Trim(' ', '`'))];
            var recorded = Recorded.GetProperty(cells[2]);
            Assert.Equal($"{recorded.GetProperty("parameters").GetInt64():N0}", cells[4]);
            Assert.Equal($"{recorded.GetProperty("multiply_adds").GetInt64():N0}", cells[5]);
        }
    }

    [Fact]
    public void A_name_that_is_not_there_is_refused_with_those_that_are()
    {
        var error = Assert.Throws<ArgumentException>(static () => ModelCatalog.Create("resnet19"));
        Assert.Contains("resnet19", error.Message, StringComparison.Ordinal);
        Assert.Contains("resnet18, resnet34", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(static () => ModelCatalog.Create("resnet18", classes: 0));
    }
}
