namespace Ballast.Lab;

/// <summary>The networks of <see cref="ModelCatalog"/>, made for the samples that there are.</summary>
static class PublishedNetworks
{
    const string Transformer = "vit_tiny";

    // From here on the published patches are cut: 64 of them or more.
    const int LargeSide = 128, LargePatch = 16, SmallPatch = 4;

    /// <summary>A network of the catalogue by its name.</summary>
    public static NamedNetwork Of(string name) => new(name, "a published network", name)
    {
        Make = (sample, classes) => Make(name, sample, classes),
        TellsPixels = ModelCatalog.TellsPixels(name),
    };

    static Module Make(string name, Shape sample, int classes)
    {
        int channels = sample[0], height = sample[1], width = sample[2];
        if (name == Transformer)
            return MakeTransformer(channels, height, width, classes);
        int least = ModelCatalog.MinimumSize(name);
        if (height < least || width < least)
        {
            throw new ArgumentException(
                $"{name}: expected images of at least {least} pixels a side, got {height} x {width}: its strides use smaller ones up. "
                + $"Bring pictures to a larger size (--size {least}), or take another model.");
        }

        // Nothing in a run learns from the auxiliary heads.
        return name == "googlenet"
            ? new GoogLeNet(classes, auxiliary: false, inChannels: channels)
            : ModelCatalog.Create(name, classes, inChannels: channels);
    }

    static VisionTransformer MakeTransformer(int channels, int height, int width, int classes)
    {
        int patch = height >= LargeSide ? LargePatch : SmallPatch;
        if (height != width || height % patch != 0)
        {
            int side = (Math.Max(height, width) + patch - 1) / patch * patch;
            throw new ArgumentException(
                $"{Transformer}: expected square images that patches of {patch} pixels a side divide, got {height} x {width}. "
                + $"Bring pictures to such a size (--size {side}), or take another model.");
        }

        return VisionTransformer.Tiny(classes, imageSize: height, patchSize: patch, inChannels: channels);
    }
}
