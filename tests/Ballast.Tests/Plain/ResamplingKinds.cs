namespace Ballast.Tests.Plain;

/// <summary>Resampling, padding, rarer pools, dropouts and reparametrized layers in random networks.</summary>
static class ResamplingKinds
{
    /// <summary>A layer over the axes of an image, of its rows or of a volume made of it; null where the shape does not allow it.</summary>
    public static (Layer Layer, long Products)? Grow(Random random, List<Shape> shapes, int from)
    {
        var shape = shapes[from];
        if (shape.Rank == 2)
            return random.Next(3) == 0 ? Pairs(random, shape, from) : Reparametrized(random, shape, from);
        if (shape.Rank != 4 || shape.Length > 10_000)
            return null;
        return random.Next(6) switch
        {
            0 => Resampled(random, shape, from),
            1 => Padded(random, shape, from),
            2 or 3 => Pooled(random, shape, from),
            4 => Dropped(random, shape, from),
            _ => Reparametrized(random, shape, from),
        };
    }

    static (Layer, long)? Of(string name, int from, Module? module, Func<Tensor, Tensor> compute, long products = 0) =>
        (new Layer(name, [from], module, x => compute(x[0])), products);

    static (Layer, long)? Resampled(Random random, Shape shape, int from)
    {
        bool? aligned = random.Next(3) switch { 0 => null, 1 => false, _ => true };
        int h = random.Next(1, 9), w = random.Next(1, 9);
        bool recompute = random.Next(2) == 0;
        double factor = 1 + random.Next(1, 6) / 4.0;
        switch (random.Next(8))
        {
            case 0:
                return Of($"linear to {w}, {aligned}", from, null, x => Functional.Interpolate(VolumeKinds.Row(x), w, mode: InterpolateMode.Linear, alignCorners: aligned).Unsqueeze(3), shape.Length * 4);
            case 1:
                return Of($"bilinear to {h}, {w}, {aligned}", from, null,
                    x => Functional.Interpolate(x, (h, w), mode: InterpolateMode.Bilinear, alignCorners: aligned), shape.Length * 4);
            case 2:
                return Of($"bilinear by {factor}, {aligned}, {recompute}", from, null, x => Functional.Interpolate(
                    x, scaleFactor: factor, mode: InterpolateMode.Bilinear, alignCorners: aligned, recomputeScaleFactor: recompute), shape.Length * 16);
            case 3:
                return Of($"bicubic to {h}, {w}, {aligned}", from, null,
                    x => Functional.Interpolate(x, (h, w), mode: InterpolateMode.Bicubic, alignCorners: aligned), shape.Length * 16);
            case 4:
                return Of($"trilinear to {h}, {w}, 3, {aligned}", from, null,
                    x => Functional.Interpolate(VolumeKinds.Volume(x), (h, w, 3), mode: InterpolateMode.Trilinear, alignCorners: aligned).Flatten(3), shape.Length * 48);
            case 5:
                return Of($"nearest exact to {h}, {w}", from, null, x => Functional.Interpolate(x, (h, w), mode: InterpolateMode.NearestExact));
            case 6:
                return Of($"nearest by {factor}, {recompute}", from, null, x => Functional.Interpolate(x, scaleFactor: factor, recomputeScaleFactor: recompute));
            default:
                return Of($"area to {h}, {w}", from, null, x => Functional.Interpolate(x, (h, w), mode: InterpolateMode.Area), shape.Length * 4);
        }
    }

    static (Layer, long)? Padded(Random random, Shape shape, int from)
    {
        int least = Math.Min(shape[2], shape[3]), before = random.Next(3), after = random.Next(3), above = random.Next(3);
        int most = Math.Max(1, Math.Max(before, Math.Max(after, above))), kind = random.Next(8);
        if (kind is 0 or 3 or 5 ? most >= least : kind is 1 or 4 or 6 && most > least)
            return null;
        Module module = kind switch
        {
            0 => new ReflectionPad2d([before, after, above, 1 - above % 2]),
            1 => new CircularPad2d([before, after, above, above]),
            2 => new ConstantPad2d([before, -(after % 2) * (shape[3] > 1 ? 1 : 0), above, 0], 0.5),
            3 => new ReflectionPad1d([before, after]),
            4 => new CircularPad1d([before, after]),
            5 => new ReflectionPad3d([1, 0, before, after, above, 0]),
            6 => new CircularPad3d([1, 1, before, after, above, 0]),
            _ => new ReplicationPad3d([before, after, above, 0, 1, 2]),
        };
        return Of($"{module}", from, module, x => module is ReflectionPad1d or CircularPad1d ? module.Forward(VolumeKinds.Row(x)).Unsqueeze(2)
            : module is ReflectionPad3d or CircularPad3d or ReplicationPad3d ? module.Forward(VolumeKinds.Volume(x)).Flatten(3) : module.Forward(x));
    }

    static (Layer, long)? Pooled(Random random, Shape shape, int from)
    {
        int h = shape[2], w = shape[3], kernel = random.Next(1, 4), stride = random.Next(1, 3), padding = random.Next(kernel / 2 + 1), last = random.Next(2);
        bool ceil = random.Next(2) == 0, counts = random.Next(2) == 0;
        int? divisor = random.Next(3) == 0 ? random.Next(1, 5) : null;
        if (kernel > h || kernel > w)
            return null;
        int outH = random.Next(1, h + 1), outW = random.Next(1, w + 1), dilation = 2 * (kernel - 1) < Math.Min(h, w) ? random.Next(1, 3) : 1;
        Module module = random.Next(12) switch
        {
            0 => new AvgPool1d(kernel, stride, padding, ceil, counts),
            1 => new MaxPool1d(kernel, stride, padding, dilation, ceil),
            2 => new AvgPool3d((kernel, kernel, 2), (stride, stride, 1), (padding, padding, last), ceil, counts, divisor),
            3 => new MaxPool3d((kernel, kernel, 2), (stride, stride, 1), (padding, padding, last), (dilation, dilation, 1), ceil),
            4 => new AvgPool2d(kernel, stride, padding, ceil, counts, divisor),
            5 => new MaxPool2d(kernel, stride, padding, dilation, ceil),
            6 => new AdaptiveAvgPool1d(outW),
            7 => new AdaptiveMaxPool1d(outW),
            8 => new AdaptiveAvgPool3d((outH, outW, 1)),
            9 => new AdaptiveMaxPool3d((outH, outW, 2)),
            10 => new LPPool2d(random.Next(1, 4), kernel, stride, ceil),
            _ => new FractionalMaxPool2d(1, outputSize: (outH, outW)),
        };
        bool row = module is AvgPool1d or MaxPool1d or AdaptiveAvgPool1d or AdaptiveMaxPool1d;
        bool volume = module is AvgPool3d or MaxPool3d or AdaptiveAvgPool3d or AdaptiveMaxPool3d;
        return Of($"{module}", from, module, x => row ? module.Forward(VolumeKinds.Row(x)).Unsqueeze(2) : volume ? module.Forward(VolumeKinds.Volume(x)).Flatten(3)
            : module is LPPool2d ? module.Forward(x.Square() + 0.1) : module.Forward(x), (long)shape.Length * kernel * kernel * 4);
    }

    static (Layer, long)? Dropped(Random random, Shape shape, int from)
    {
        Module module = random.Next(6) switch
        {
            0 => new Dropout1d(0.3),
            1 => new Dropout3d(0.3),
            2 => new AlphaDropout(0.3),
            3 => new FeatureAlphaDropout(0.3),
            4 => new RReLU(),
            _ => new Softmax2d(),
        };
        if (random.Next(4) == 0)
            module.Eval();
        return Of($"{module}", from, module, x => module is Dropout1d ? module.Forward(VolumeKinds.Row(x)).Unsqueeze(2)
            : module is Dropout3d ? module.Forward(VolumeKinds.Volume(x)).Flatten(3) : module.Forward(x));
    }

    // Weights as their direction and length, or divided by their largest singular value.
    static (Layer, long)? Reparametrized(Random random, Shape shape, int from)
    {
        int c = shape[1], k = random.Next(2, 6), kernel = random.Next(1, 4);
        if (shape.Length / shape[0] > 300 || (shape.Rank == 4 && kernel > Math.Min(shape[2], shape[3])))
            return null;
        Module layer = shape.Rank == 2 ? new Linear(c, k) : random.Next(3) switch
        {
            0 => new ConvTranspose2d(c, k, kernel),
            1 => new Conv1d(c, k, kernel),
            _ => new Conv2d(c, k, kernel),
        };
        int? axis = random.Next(3) == 0 ? null : 0;
        Module module = random.Next(2) == 0 ? new WeightNorm(layer, axis) : new SpectralNorm(layer, random.Next(1, 3));
        if (random.Next(4) == 0)
            module.Eval();
        return Of($"{module}", from, module, x => layer is Conv1d ? module.Forward(VolumeKinds.Row(x)).Unsqueeze(2) : module.Forward(x), (long)shape.Length * k * kernel * kernel);
    }

    static (Layer, long)? Pairs(Random random, Shape shape, int from)
    {
        if (shape[1] > 16)
            return null;
        var module = new Bilinear(shape[1], shape[1], random.Next(1, 4), random.Next(2) == 0);
        return Of($"{module}", from, module, x => module.Forward(x, x.Tanh()), (long)shape.Length * shape[1] * 4);
    }
}
