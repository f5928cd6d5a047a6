using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ballast.Tests;

/// <summary>The published networks against torchvision 0.14.1, made from the same seed.</summary>
public sealed class ModelCatalogTests
{
    static readonly JsonElement Recorded = Golden.Load("catalog_models.json");

    // The linear layers of VGG have 120 million weights, too many to draw in a test: the recorded networks have 64 values between them.
    static Module Make(string name)
    {
        var generator = new Generator(1);
        return name switch
        {
            "vgg11_bn" => Vgg.Vgg11Bn(10, generator, hidden: 64),
            "vgg13_bn" => Vgg.Vgg13Bn(10, generator, hidden: 64),
            "vgg16_bn" => Vgg.Vgg16Bn(10, generator, hidden: 64),
            "vgg19_bn" => Vgg.Vgg19Bn(10, generator, hidden: 64),
            _ => ModelCatalog.Create(name, 10, generator),
        };
    }

    public static TheoryData<string> Names => [.. ModelCatalog.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_seed_gives_torchvisions_state_and_its_outputs(string name)
    {
        var recorded = Recorded.GetProperty(name);
        var net = Make(name);
        var state = net.StateDict();
        Assert.Equal(recorded.GetProperty("keys").GetInt32(), state.Count);
        var lines = new StringBuilder();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, entry) in state)
        {
            lines.Append(key).Append(" [").AppendJoin(", ", Enumerable.Range(0, entry.Shape.Rank).Select(axis => entry.Shape[axis])).Append("]\n");
            hash.AppendData(Bytes(entry));
        }

        Assert.Equal(recorded.GetProperty("names").GetString(), Golden.Digest(Encoding.UTF8.GetBytes(lines.ToString())));
        Assert.Equal(recorded.GetProperty("weights").GetString(), Convert.ToHexStringLower(hash.GetHashAndReset())[..16]);

        if (recorded.Find("output") is not { } output)
            return;
        int size = recorded.GetProperty("size").GetInt32();
        float[] expected = output.Floats();
        net.Eval();
        float[] pixels = [.. Enumerable.Range(0, 3 * size * size).Select(static i => i * 7 % 29 / 14f - 1)];
        using var scope = Tensor.NoGrad();
        float[] actual = net.Forward(Tensor.From(pixels, [1, 3, size, size])).ToArray();
        float scale = expected.Max(MathF.Abs);
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second, pair.First - 1e-5f * scale, pair.First + 1e-5f * scale));
    }

    // The counters of batches as float, as the script writes them.
    static ReadOnlySpan<byte> Bytes(StateEntry entry) =>
        MemoryMarshal.AsBytes(entry.Number is { } number ? new float[] { number } : entry.Tensor.AsSpan());

    [Fact]
    public void A_name_that_is_not_there_is_refused_with_those_that_are()
    {
        var error = Assert.Throws<ArgumentException>(static () => ModelCatalog.Create("resnet19"));
        Assert.Contains("resnet19", error.Message, StringComparison.Ordinal);
        Assert.Contains("resnet18, resnet34", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(static () => ModelCatalog.Create("resnet18", classes: 0));
    }
}
