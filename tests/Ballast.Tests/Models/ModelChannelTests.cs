namespace Ballast.Tests;

/// <summary>A network of each family for images of other channels than three.</summary>
public sealed class ModelChannelTests
{
    public static TheoryData<string> Families =>
    [
        "resnet18", "densenet121", "googlenet", "mobilenet_v2", "mobilenet_v3_small", "shufflenet_v2_x0_5", "efficientnet_b0", "convnext_tiny",
        "vgg11_bn", "vit_tiny", "unet",
    ];

    static Module Make(string name, int inChannels) => name switch
    {
        "vgg11_bn" => Vgg.Vgg11Bn(5, new Generator(1), hidden: 8, inChannels: inChannels),
        "vit_tiny" => VisionTransformer.Tiny(5, new Generator(1), imageSize: 32, inChannels: inChannels),
        _ => ModelCatalog.Create(name, 5, new Generator(1), inChannels),
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void Images_may_have_other_channels(string name)
    {
        var net = Make(name, 2);
        net.Eval();
        using var scope = Tensor.NoGrad();
        Assert.Equal(ModelCatalog.TellsPixels(name) ? [1, 5, 32, 32] : [1, 5], net.Forward(Draw.Data([1, 2, 32, 32], 1)).Shape.ToArray());

        // The first convolution's weight alone has another shape.
        var three = Make(name, 3).NamedParameters().ToDictionary(static entry => entry.Name, static entry => entry.Parameter.Shape);
        var others = net.NamedParameters().Where(entry => entry.Parameter.Shape != three[entry.Name]).ToArray();
        Assert.Equal(2, Assert.Single(others).Parameter.Shape[1]);
        Assert.ThrowsAny<ArgumentException>(() => net.Forward(Draw.Data([1, 3, 32, 32], 1)));
    }

    [Fact]
    public void None_is_refused() => Assert.Throws<ArgumentException>(static () => ModelCatalog.Create("resnet18", inChannels: 0));
}
