using System.Text.Json;

namespace Ballast.Tests;

/// <summary>The networks of <c>Goldens/catalog_models.py</c>, made as it makes them.</summary>
static class CatalogState
{
    public static readonly JsonElement Recorded = Golden.Load("catalog_models.json");

    // The linear layers of VGG have 120 million weights, too many to draw in a test: the recorded networks have 64 values between them.
    public static Module Make(string name)
    {
        var generator = new Generator(1);
        return name switch
        {
            "vgg11_bn" => Vgg.Vgg11Bn(10, generator, hidden: 64),
            "vgg13_bn" => Vgg.Vgg13Bn(10, generator, hidden: 64),
            "vgg16_bn" => Vgg.Vgg16Bn(10, generator, hidden: 64),
            "vgg19_bn" => Vgg.Vgg19Bn(10, generator, hidden: 64),
            "vit_tiny_cifar" => VisionTransformer.Tiny(10, generator, imageSize: 32, patchSize: 4),
            "unet" or "unet_bilinear" => new UNet(3, 10, bilinear: name == "unet_bilinear", width: 16, generator),
            _ => ModelCatalog.Create(name, 10, generator),
        };
    }

    /// <summary>Gives values to what is 0, or almost 0, at first: the output would not depend on the rest.</summary>
    public static void Prepare(Module net)
    {
        foreach (var (name, parameter) in net.NamedParameters())
        {
            if (name.EndsWith("layer_scale", StringComparison.Ordinal) || name.StartsWith("heads.head", StringComparison.Ordinal))
                parameter.CopyFrom([.. Enumerable.Range(0, parameter.Length).Select(static i => (float)Pattern(i))]);
        }
    }

    public static double Pattern(int i) => i * 7 % 29 / 14f - 1;

    public static Tensor Image(int size) => Tensor.From(
        [.. Enumerable.Range(0, 3 * size * size).Select(static i => i * 7 % 29 / 14f - 1)], [1, 3, size, size]);

    public static Tensor Batch(int size, long first = 0) => Tensor.From(
        [.. Enumerable.Range(0, 4 * 3 * size * size).Select(i => (i + first * 1_000_003) * 7919 % 10007 * 31 % 101 / 50f - 1)], [4, 3, size, size]);

    public static void Near(double[] expected, float[] actual, double tolerance)
    {
        double scale = expected.Max(Math.Abs);
        Assert.True(expected.Length <= actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.InRange(actual[i], expected[i] - tolerance * scale, expected[i] + tolerance * scale);
    }
}
