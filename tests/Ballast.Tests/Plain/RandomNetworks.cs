namespace Ballast.Tests.Plain;

/// <summary>Draws random networks.</summary>
static class RandomNetworks
{
    /// <summary>The network of a seed. One of 400 has images of 48 x 48 or 300 channels.</summary>
    public static RandomNetwork Draw(int seed)
    {
        using var generator = Generator.UseDefault(new Generator(seed));
        Random random = new(seed);
        bool large = seed % 400 == 0, wide = large && random.Next(2) == 0;
        Shape input = large
            ? wide ? [2, 300, random.Next(2, 5), random.Next(2, 5)] : [random.Next(1, 3), random.Next(1, 5), random.Next(48, 60), random.Next(48, 60)]
            : random.Next(5) == 0 ? [random.Next(2, 9), random.Next(1, 40)]
            : [random.Next(2, 5), random.Next(1, random.Next(2) == 0 ? 5 : 20), random.Next(1, 11), random.Next(1, 11)];
        List<Shape> shapes = [input];
        List<Layer> layers = [];
        int count = random.Next(1, large ? 5 : 9);
        long work = 0, most = large ? 3_000_000 : random.Next(20) == 0 ? 400_000 : 60_000;
        for (int tries = 0; layers.Count < count && tries < 40; tries++)
        {
            int from = random.Next(3) == 0 ? random.Next(shapes.Count) : shapes.Count - 1;
            if (LayerKinds.Grow(random, shapes, from, most - work) is not { } grown)
                continue;
            var (layer, products) = grown;
            work += products;
            layers.Add(layer);
            shapes.Add(layer.Shape);
            if (layer.Module is { } module && random.Next(6) == 0)
            {
                foreach (var parameter in module.Parameters())
                    parameter.Frozen = true;
            }
        }

        return new RandomNetwork(seed, input, layers)
        {
            Steps = random.Next(1, 4),
            Retains = random.Next(6) == 0,
            AsksInput = random.Next(3) > 0,
            Optimizer = OptimizerKinds.Draw(random),
        };
    }
}
