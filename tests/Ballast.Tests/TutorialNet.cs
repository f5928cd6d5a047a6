namespace Ballast.Tests;

/// <summary>The tutorial's network, with and without batch normalization, and data to train it on.</summary>
sealed class TutorialNet : Module
{
    readonly Sequential layers;

    public TutorialNet(bool bn)
    {
        List<Module> modules = [new Flatten(), new Linear(32 * 32 * 3, 64)];
        if (bn)
            modules.Add(new BatchNorm1d(64));
        modules.AddRange([new ReLU(), new Linear(64, 32)]);
        if (bn)
            modules.Add(new BatchNorm1d(32));
        modules.AddRange([new ReLU(), new Linear(32, 10)]);
        layers = Register("layers", new Sequential([.. modules]));
    }

    public override Tensor Forward(Tensor input) => layers.Forward(input);

    /// <summary>rng.py's 200 images, uniform from the generator 123, and then their labels.</summary>
    public static ArrayDataset SyntheticImages()
    {
        var generator = new Generator(123);
        float[] images = new float[200 * 3072];
        generator.Uniform(images);
        long[] labels = new long[200];
        generator.RandomIntegers(labels, 0, 10);
        return new ArrayDataset(images, Array.ConvertAll(labels, static label => (int)label), [3, 32, 32]);
    }
}
