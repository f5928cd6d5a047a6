namespace Ballast.Tests.Plain;

/// <summary>Layers over sequences and volumes in random networks: an image as [N, C, H W], or twice as [N, C, H, W, 2].</summary>
static class VolumeKinds
{
    /// <summary>An image [N, C, H, W] as a sequence [N, C, H W].</summary>
    public static Tensor Row(Tensor x) => x.Flatten(2);

    /// <summary>An image [N, C, H, W] as a volume [N, C, H, W, 2].</summary>
    public static Tensor Volume(Tensor x) => Tensor.Stack([x, x.Tanh()], 4);

    /// <summary>A sequence or a volume as an image again.</summary>
    public static Tensor Image(Tensor y) => y.Shape.Rank == 3 ? y.Unsqueeze(2) : y.Shape.Rank == 5 ? y.Flatten(3) : y;

    /// <summary>What a module with so many axes behind the channels makes of an image.</summary>
    public static (Layer Layer, long Products)? Of(int from, Module module, int axes, long products = 0) =>
        (new Layer($"{module}", [from], module, x => Image(module.Forward(axes == 1 ? Row(x[0]) : axes == 3 ? Volume(x[0]) : x[0]))), products);

    /// <summary>A layer of an image's pixels as sequences or volumes; null where the shape does not allow it.</summary>
    public static (Layer Layer, long Products)? Grow(Random random, List<Shape> shapes, int from)
    {
        var shape = shapes[from];
        if (shape.Rank != 4 || shape.Length > 4000)
            return null;
        return random.Next(6) switch
        {
            0 or 1 => Normalized(random, shape, from),
            2 => Masked(random, shape, from),
            3 => Padded(random, shape, from),
            4 => Pooled(random, shape, from),
            _ => Unpooled(random, shape, from),
        };
    }

    // The same weight for all batches so far, or a tenth for the last one.
    static double? Momentum(Random random) => random.Next(4) == 0 ? null : 0.1;

    static (Layer, long)? Normalized(Random random, Shape shape, int from)
    {
        int c = shape[1], positions = shape[2] * shape[3];
        bool affine = random.Next(4) > 0, tracks = random.Next(2) == 0;
        if (positions < 4)
            return null;
        Module module = random.Next(4) switch
        {
            0 => new BatchNorm1d(c, 1e-5, Momentum(random), affine),
            1 => new BatchNorm3d(c, 1e-5, Momentum(random), affine),
            2 => new InstanceNorm1d(c, affine: affine, trackRunningStats: tracks),
            _ => new InstanceNorm3d(c, affine: affine, trackRunningStats: tracks),
        };
        if (random.Next(4) == 0)
            module.Eval();
        return Of(from, LayerKinds.Shaken(module, random), module is BatchNorm3d or InstanceNorm3d ? 3 : 1);
    }

    // At least four positions are valid.
    static (Layer, long)? Masked(Random random, Shape shape, int from)
    {
        int n = shape[0], positions = shape[2] * shape[3];
        if (n * positions < 4)
            return null;
        var mask = Tensor.From([.. Enumerable.Range(0, n * positions).Select(i => i < 4 || random.Next(3) > 0 ? 1f : 0)], [n, positions]);
        var module = LayerKinds.Shaken(new MaskedBatchNorm1d(shape[1], 1e-5, Momentum(random), random.Next(4) > 0), random);
        if (random.Next(4) == 0)
            module.Eval();
        return random.Next(4) == 0 ? Of(from, module, 1)
            : (new Layer($"{module} with a mask", [from], module, x => Image(module.Forward(Row(x[0]), mask))), 0);
    }

    static (Layer, long)? Padded(Random random, Shape shape, int from)
    {
        int before = random.Next(3), after = random.Next(3), above = random.Next(3), less = shape[3] > 1 ? -1 : 0;
        Module module = random.Next(7) switch
        {
            0 => new ConstantPad1d([before, shape[2] * shape[3] > 1 ? -1 : after], -0.5),
            1 => new ConstantPad3d([1, -1, less, after, above, before], 1.5),
            2 => new ZeroPad1d([before, after]),
            3 => new ZeroPad2d([before, less, above, after]),
            4 => new ZeroPad3d([0, 1, before, after, above, 0]),
            _ => new ReplicationPad1d([before, after]),
        };
        return Of(from, module, module is ZeroPad2d ? 2 : module is ConstantPad3d or ZeroPad3d ? 3 : 1);
    }

    // Sums of powers, and windows that are cut out and put together again.
    static (Layer, long)? Pooled(Random random, Shape shape, int from)
    {
        int h = shape[2], w = shape[3], kernel = random.Next(1, 4), stride = random.Next(1, 3);
        int padding = random.Next(2), dilation = random.Next(1, 3);
        if (random.Next(2) == 0)
        {
            var pool = new LPPool1d(random.Next(1, 4), kernel, stride, random.Next(2) == 0);
            return kernel > h * w ? null : (new Layer($"{pool}", [from], pool, x => Image(pool.Forward(Row(x[0].Square() + 0.1)))), shape.Length * 4);
        }

        if (dilation * (kernel - 1) >= Math.Min(h, w) + 2 * padding)
            return null;
        ModuleDict windows = new(
            ("out", new Unfold(kernel, dilation, padding, stride)), ("back", new Fold2d((h, w), kernel, dilation, padding, stride)));
        return (new Layer($"{windows["out"]} and {windows["back"]}", [from], windows, x => windows["back"].Forward(windows["out"].Forward(x[0]))),
            shape.Length * kernel * kernel * 2);
    }

    // The largest values, and back to their places.
    static (Layer, long)? Unpooled(Random random, Shape shape, int from)
    {
        int h = shape[2], w = shape[3], kernel = random.Next(1, 4), axes = random.Next(1, 4);
        if (kernel > Math.Min(h, w))
            return null;
        (MaxPoolNd pool, MaxUnpoolNd back, PerAxis size) = axes switch
        {
            1 => ((MaxPoolNd)new MaxPool1d(kernel), (MaxUnpoolNd)new MaxUnpool1d(kernel), (PerAxis)(h * w)),
            2 => (new MaxPool2d(kernel), new MaxUnpool2d(kernel), (h, w)),
            _ => (new MaxPool3d((kernel, kernel, 2)), new MaxUnpool3d((kernel, kernel, 2)), (h, w, 2)),
        };
        return (new Layer($"{pool} and {back}", [from], new ModuleList(pool, back), x =>
        {
            var (y, indices) = pool.ForwardWithIndices(axes == 1 ? Row(x[0]) : axes == 3 ? Volume(x[0]) : x[0]);
            return Image(back.Forward(y.Square(), indices, size));
        }), shape.Length * 9);
    }
}
