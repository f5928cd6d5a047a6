namespace Ballast.Tests.Plain;

/// <summary>Modules of several parts in random networks, and rarer layers of images and rows.</summary>
static class BlockKinds
{
    /// <summary>A block, or a layer of another file's kind that is drawn more rarely; null where the shape does not allow it.</summary>
    public static (Layer Layer, long Products)? Grow(Random random, List<Shape> shapes, int from)
    {
        var shape = shapes[from];
        if (shape.Rank is not (2 or 4) || shape.Length > 4000)
            return null;
        return random.Next(6) switch
        {
            0 or 1 => Chain(random, shape, from),
            2 => Own(random, shape, from),
            3 => shape.Rank == 4 ? Residual(random, shape, from) : Perceptron(random, shape, from),
            4 => Constant(random, shape, from),
            _ => shape.Rank == 4 && random.Next(2) == 0 ? Resized(random, shape, from) : Distance(random, shape, from),
        };
    }

    static (Layer, long)? Of(int from, Module module, long products = 0) =>
        (new Layer(module.ToString()!.ReplaceLineEndings(" "), [from], module, x => module.Forward(x[0])), products);

    // A chain of layers: what lies between them is nobody else's.
    static (Layer, long)? Chain(Random random, Shape shape, int from)
    {
        int c = shape[1], count = random.Next(2, 6);
        long products = 0;
        List<Module> parts = [];
        for (int i = 0; i < count; i++)
        {
            int outputs = random.Next(1, 8), kernel = random.Next(2) == 0 ? 1 : 3;
            switch (random.Next(7))
            {
                case 0 or 1 when shape.Rank == 4:
                    parts.Add(new Conv2d(c, outputs, kernel, padding: kernel / 2, bias: random.Next(2) == 0));
                    products += (long)shape.Length / shape[1] * c * outputs * kernel * kernel;
                    c = outputs;
                    break;
                case 0 or 1:
                    parts.Add(new Linear(c, outputs));
                    products += (long)shape[0] * c * outputs;
                    c = outputs;
                    break;
                case 2 when shape.Length / shape[1] >= 4:
                    parts.Add(LayerKinds.Shaken<Module>(shape.Rank == 4 ? new BatchNorm2d(c) : new BatchNorm1d(c), random));
                    break;
                case 3:
                    parts.Add(random.Next(2) == 0 ? new Identity() : new Dropout(0.2));
                    break;
                case 4:
                    parts.Add(new GELU());
                    break;
                case 5 when shape.Rank == 4:
                    parts.AddRange([new Flatten(2), new Tanh(), new Unflatten(2, shape[2], shape[3])]);
                    break;
                default:
                    parts.Add(new ReLU());
                    break;
            }
        }

        return Of(from, new Sequential([.. parts]), products);
    }

    // Parameters that no layer owns, by numbers or names.
    static (Layer, long)? Own(Random random, Shape shape, int from)
    {
        Shape size = shape.Rank == 4 ? [shape[1], 1, 1] : [shape[1]];
        Parameter scale = Draw.Weights(size, random.Next(100)), shift = Draw.Weights(size, random.Next(100));
        if (random.Next(2) == 0)
        {
            ParameterList list = new([scale, shift]);
            return (new Layer("scale and shift of a list", [from], list, x => x[0] * list[0] + list[1]), 0);
        }

        ParameterDict named = new(("scale", scale), ("shift", shift));
        return (new Layer("scale and shift by names", [from], named, x => (x[0] * named["scale"]).Tanh() + named["shift"]), 0);
    }

    static (Layer, long)? Residual(Random random, Shape shape, int from)
    {
        int c = shape[1], k = random.Next(3) == 0 ? c : random.Next(1, 6), stride = random.Next(1, 3), h = shape[2], w = shape[3];
        bool isPooled = h > 1 && w > 1 && random.Next(3) == 0;
        int left = isPooled ? h / 2 * (w / 2) : (h + stride - 1) / stride * ((w + stride - 1) / stride);
        if (shape[0] * left < 4)
            return null;
        if (isPooled)
            return Of(from, new AirBenchBlock(c, k), (long)shape.Length * 9 * k + (long)shape[0] * left * 9 * k * k);
        if (random.Next(3) == 0)
        {
            var standardized = new WeightStandardizedConv2d(c, k, 3, stride, 1, bias: random.Next(2) == 0);
            return Of(from, LayerKinds.Shaken(standardized, random), (long)shape.Length * 9 * k);
        }

        return Of(from, new BasicBlock(c, k, stride), (long)shape[0] * left * k * (10 * c + 9 * k));
    }

    static (Layer, long)? Perceptron(Random random, Shape shape, int from) =>
        shape[0] < 4 ? null : Of(from, new Mlp(shape[1], random.Next(1, 6)), (long)shape[0] * 64 * (shape[1] + 40));

    // Statistics that are given, or would be shared with other workers if there were some.
    static (Layer, long)? Constant(Random random, Shape shape, int from)
    {
        int c = shape[1];
        if (random.Next(2) == 0)
        {
            return shape.Length / c < 4 ? null
                : Of(from, LayerKinds.Shaken(new SyncBatchNorm(c, ThreadCommunicator.Create(1)[0], affine: random.Next(4) > 0), random));
        }

        FrozenBatchNorm frozen = new(c);
        StateDict state = [];
        foreach (string name in (string[])["weight", "bias", "running_mean", "running_var"])
            state.Add(name, Tensor.From([.. Enumerable.Range(0, c).Select(_ => 0.3f + random.NextSingle())], [c]));
        frozen.LoadStateDict(state);
        return Of(from, frozen);
    }

    static (Layer, long)? Resized(Random random, Shape shape, int from)
    {
        var size = (random.Next(1, 9), random.Next(1, 9));
        return Of(from, random.Next(2) == 0 ? new UpsamplingBilinear2d(size) : new UpsamplingNearest2d(size), shape.Length * 4);
    }

    static (Layer, long)? Distance(Random random, Shape shape, int from)
    {
        int n = shape[0], width = shape.Length / n;
        var other = Tensor.From([.. Enumerable.Range(0, n * width).Select(_ => random.NextSingle() * 4 - 2)], [n, width]);
        if (random.Next(2) == 0)
        {
            PairwiseDistance distance = new(random.Next(1, 3), keepAxis: true);
            return (new Layer($"{distance}", [from], distance, x => distance.Forward(x[0].Flatten(1), other)), 0);
        }

        CosineSimilarity similarity = new();
        return width < 2 ? null : (new Layer($"{similarity}", [from], similarity,
            x => similarity.Forward(x[0].Flatten(1) + other, other).Unsqueeze(1)), 0);
    }
}
