namespace Ballast;

/// <summary>The networks of this package by torchvision's names: <c>resnet50</c>, <c>vgg16_bn</c>, <c>mobilenet_v2</c>, ..., which tell the
/// class of an image; <c>vit_tiny</c>, which torchvision does not name, is its VisionTransformer for images of 224 x 224 pixels; <c>unet</c>, which
/// it has not, tells a class for each pixel (<see cref="TellsPixels"/>).</summary>
public static class ModelCatalog
{
    static readonly (string Name, Func<int, Generator?, int, Module> Make)[] models =
    [
        ("resnet18", ResNet.ResNet18),
        ("resnet34", ResNet.ResNet34),
        ("resnet50", ResNet.ResNet50),
        ("resnet101", ResNet.ResNet101),
        ("resnet152", ResNet.ResNet152),
        ("wide_resnet50_2", ResNet.WideResNet50x2),
        ("wide_resnet101_2", ResNet.WideResNet101x2),
        ("resnext50_32x4d", ResNet.ResNeXt50x32x4d),
        ("resnext101_32x8d", ResNet.ResNeXt101x32x8d),
        ("vgg11_bn", static (classes, generator, inChannels) => Vgg.Vgg11Bn(classes, generator, inChannels: inChannels)),
        ("vgg13_bn", static (classes, generator, inChannels) => Vgg.Vgg13Bn(classes, generator, inChannels: inChannels)),
        ("vgg16_bn", static (classes, generator, inChannels) => Vgg.Vgg16Bn(classes, generator, inChannels: inChannels)),
        ("vgg19_bn", static (classes, generator, inChannels) => Vgg.Vgg19Bn(classes, generator, inChannels: inChannels)),
        ("densenet121", DenseNet.DenseNet121),
        ("googlenet", static (classes, generator, inChannels) => new GoogLeNet(classes, generator, inChannels: inChannels)),
        ("mobilenet_v2", static (classes, generator, inChannels) => new MobileNetV2(classes, generator, inChannels: inChannels)),
        ("mobilenet_v3_small", static (classes, generator, inChannels) => MobileNetV3.Small(classes, generator, inChannels: inChannels)),
        ("mobilenet_v3_large", static (classes, generator, inChannels) => MobileNetV3.Large(classes, generator, inChannels: inChannels)),
        ("shufflenet_v2_x0_5", ShuffleNetV2.X05),
        ("shufflenet_v2_x1_0", ShuffleNetV2.X10),
        ("shufflenet_v2_x1_5", ShuffleNetV2.X15),
        ("shufflenet_v2_x2_0", ShuffleNetV2.X20),
        ("efficientnet_b0", static (classes, generator, inChannels) => EfficientNet.B0(classes, generator, inChannels: inChannels)),
        ("convnext_tiny", static (classes, generator, inChannels) => ConvNeXt.Tiny(classes, generator, inChannels: inChannels)),
        ("vit_tiny", static (classes, generator, inChannels) => VisionTransformer.Tiny(classes, generator, inChannels: inChannels)),
        ("unet", static (classes, generator, inChannels) => new UNet(inChannels, classes, generator: generator)),
    ];

    /// <summary>The names that <see cref="Create"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. models.Select(static model => model.Name)];

    /// <summary>The fewest pixels that a side of its images can have: pools and strides use up those of smaller ones. The <c>vit_tiny</c> of
    /// <see cref="Create"/> takes 224, no more and no less.</summary>
    /// <param name="name">torchvision's name.</param>
    /// <exception cref="ArgumentException">An unknown name.</exception>
    public static int MinimumSize(string name) => !Names.Contains(name) ? throw Unknown(name) : name.Split('_')[0] switch
    {
        "vgg11" or "vgg13" or "vgg16" or "vgg19" or "convnext" => 32,
        "densenet121" => 29,
        "googlenet" => 15,
        "unet" => 16,
        "vit" => 224,
        _ => 1,
    };

    /// <summary>Whether the network gives logits [N, C, H, W], a class for each pixel, and not [N, C].</summary>
    /// <param name="name">torchvision's name, or <c>unet</c>.</param>
    /// <exception cref="ArgumentException">An unknown name.</exception>
    public static bool TellsPixels(string name) => !Names.Contains(name) ? throw Unknown(name) : name == "unet";

    /// <summary>Makes the network of that name and draws its initial weights.</summary>
    /// <param name="name">torchvision's name, such as <c>resnet50</c>.</param>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="inChannels">How many channels images have: 3 of pictures in colour, 1 of grey ones.</param>
    /// <exception cref="ArgumentException">An unknown name, or fewer than one class or channel.</exception>
    public static Module Create(string name, int classes = 1000, Generator? generator = null, int inChannels = 3)
    {
        foreach (var model in models)
        {
            if (model.Name == name)
                return model.Make(classes, generator, inChannels);
        }

        throw Unknown(name);
    }

    static ArgumentException Unknown(string name) =>
        new($"ModelCatalog: there is no model '{name}'. Known are {string.Join(", ", Names)}.", nameof(name));
}
