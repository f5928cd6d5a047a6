namespace Ballast.Tests.Plain;

/// <summary>The kinds of layers of random networks.</summary>
static class LayerKinds
{
    delegate (Layer Layer, long Products)? Kind(Random random, List<Shape> shapes, int from);

    /// <summary>A layer that reads a value and perhaps others; null where the shape does not allow it or it is too much work.</summary>
    public static (Layer Layer, long Products)? Grow(Random random, List<Shape> shapes, int from, long most)
    {
        var kind = Kinds[random.Next(Kinds.Length)];
        if (kind(random, shapes, from) is not { } grown || grown.Products > most)
            return null;
        var layer = grown.Layer;
        using (Tensor.NoGrad())
        using (Generator.UseDefault(new Generator(1)))
        {
            bool training = layer.Module?.Training ?? false;
            layer.Module?.Eval();
            layer.Shape = layer.Compute(Array.ConvertAll(layer.Inputs, i => Tensor.Zeros(shapes[i]))).Shape;
            layer.Module?.Train(training);
        }

        return layer.Shape.Length is 0 or > 60_000 ? null : (layer, grown.Products + layer.Shape.Length);
    }

    static (Layer, long)? Of(string name, int from, Func<Tensor, Tensor> compute) => (new Layer(name, [from], null, x => compute(x[0])), 0);

    static (Layer, long)? Of(int from, Module module, long products = 0) =>
        (new Layer(module.ToString()!, [from], module, x => module.Forward(x[0])), products);

    static bool IsImage(Shape shape) => shape.Rank == 4;

    /// <summary>A module whose parameters are away from where they begin.</summary>
    public static T Shaken<T>(T module, Random random)
        where T : Module
    {
        foreach (var parameter in module.Parameters())
        {
            float[] values = parameter.ToArray();
            for (int i = 0; i < values.Length; i++)
                values[i] += (random.NextSingle() - 0.5f) * 0.6f;
            parameter.CopyFrom(values);
        }

        return module;
    }

    static readonly Kind[] Kinds =
    [
        Convolution, Convolution, Convolution, Convolution, OtherConvolution,
        BatchNormalization, BatchNormalization, BatchNormalization,
        Normalization, Normalization,
        LinearLayer, LinearLayer,
        static (_, _, from) => Of("relu", from, static x => x.Relu()),
        static (_, _, from) => Of("relu", from, static x => x.Relu()),
        ActivationKinds.Grow, ActivationKinds.Grow,
        Add, Add, Pair, Pool, Pool, View, View, Joined, Read, Reduction, Reduction,
        SequenceKinds.Grow, SequenceKinds.Grow, SequenceKinds.Grow, LossKinds.Grow, ResamplingKinds.Grow, ResamplingKinds.Grow, ResamplingKinds.Grow,
        VolumeKinds.Grow, VolumeKinds.Grow, LazyKinds.Grow, BlockKinds.Grow, BlockKinds.Grow,
    ];

    static (Layer, long)? Convolution(Random random, List<Shape> shapes, int from)
    {
        var shape = shapes[from];
        if (!IsImage(shape))
            return null;
        int c = shape[1], kernel = random.Next(6) switch { 0 or 1 => 1, 5 => 2 + random.Next(4), _ => 3 };
        int stride = random.Next(4) == 0 ? 2 : 1, padding = random.Next(3) == 0 ? 0 : kernel / 2, dilation = random.Next(8) == 0 ? 2 : 1;
        bool depthwise = random.Next(8) == 0;
        int groups = depthwise ? c : random.Next(8) == 0 && c % 2 == 0 ? 2 : 1;
        int k = depthwise ? c : groups * random.Next(1, random.Next(3) == 0 ? 20 / groups : 6);
        int other = random.Next(5) == 0 ? random.Next(1, 4) : kernel;
        var mode = padding > 0 && padding < Math.Min(shape[2], shape[3]) && random.Next(8) == 0 ? PadMode.Reflect : PadMode.Constant;
        if (random.Next(8) == 0)
        {
            // Where no kernel reaches, all pixels are the bias, and the mean of so many equal values is rounded further than is allowed.
            if (kernel < stride || other < stride || (shape[2] - 1) * stride + dilation * (kernel - 1) < 2 * padding || (shape[3] - 1) * stride + dilation * (other - 1) < 2 * padding)
                return null;
            var transposed = new ConvTranspose2d(c, k, (kernel, other), stride, padding, random.Next(stride), groups, random.Next(2) == 0, dilation);
            return Of(from, transposed, (long)shape.Length * kernel * other * k / groups);
        }

        if (shape[2] + 2 * padding < dilation * (kernel - 1) + 1 || shape[3] + 2 * padding < dilation * (other - 1) + 1)
            return null;
        var layer = new Conv2d(c, k, (kernel, other), stride, padding, dilation, groups, bias: random.Next(2) == 0, mode);
        return Of(from, layer, (long)layer.OutputShape(shape).Length * kernel * other * c / groups);
    }

    // The same over sequences and volumes, which an image is made of and becomes again.
    static (Layer, long)? OtherConvolution(Random random, List<Shape> shapes, int from)
    {
        var shape = shapes[from];
        if (!IsImage(shape))
            return null;
        int c = shape[1], k = random.Next(1, 6), kernel = random.Next(1, 4), stride = random.Next(1, 3), padding = random.Next(kernel);
        Module layer = random.Next(4) switch
        {
            0 => new Conv1d(c, k, kernel, stride, padding),
            1 => new Conv3d(c, k, kernel, stride, padding),
            2 => new ConvTranspose1d(c, k, kernel + 1, stride, padding / 2, random.Next(stride)),
            _ => new ConvTranspose3d(c, k, kernel + 1, stride, padding / 2, random.Next(stride)),
        };
        bool volume = layer is Conv3d or ConvTranspose3d;
        if (kernel > Math.Min(shape[2], shape[3]))
            return null;
        return (new Layer(layer.ToString()!, [from], layer, x =>
        {
            var y = layer.Forward(volume ? x[0].Unsqueeze(2).Expand(-1, -1, kernel, -1, -1) : x[0].Flatten(2));
            return volume ? y.Flatten(3) : y.Unsqueeze(2);
        }), (long)shape.Length * kernel * kernel * kernel * kernel * k * stride * stride);
    }

    static (Layer, long)? BatchNormalization(Random random, List<Shape> shapes, int from)
    {
        var shape = shapes[from];
        if (shape.Rank is not (2 or 4) || shape.Length / shape[1] < 4)
            return null;
        bool affine = random.Next(4) > 0;
        BatchNorm norm = shape.Rank == 2 ? new BatchNorm1d(shape[1], affine: affine) : new BatchNorm2d(shape[1], affine: affine);
        if (random.Next(4) == 0)
            norm.Eval();
        return Of(from, Shaken(norm, random));
    }

    static (Layer, long)? Normalization(Random random, List<Shape> shapes, int from)
    {
        var shape = shapes[from];
        if (shape.Rank is not (2 or 4) || shape.Length / shape[1] < 4)
            return null;
        int c = shape[1], groups = c % 4 == 0 ? 4 : c % 2 == 0 ? 2 : 1, positions = shape.Length / shape[0] / c;
        Module? module = random.Next(12) switch
        {
            0 when positions > 3 => new GroupNorm(groups, c),
            1 when shape.Rank == 4 => new LayerNorm([c, shape[2], shape[3]]),
            2 => new LayerNorm([shape[^1]]),
            3 => new RMSNorm([shape[^1]]),
            4 when shape.Rank == 4 && positions > 3 => new InstanceNorm2d(c, affine: true, trackRunningStats: random.Next(2) == 0),
            5 when shape[0] % 2 == 0 && shape[0] / 2 * positions > 3 => new GhostBatchNorm(c, shape[0] / 2),
            6 => new BatchRenorm(c),
            7 when shape[0] % 2 == 0 && shape[0] / 2 * positions > 3 => new SplitBatchNorm(c),
            8 when shape.Rank == 4 => new FilterResponseNorm(c),
            9 when shape.Rank == 4 && positions > 3 => new EvoNormS0(c, groups),
            10 when shape.Rank == 4 && positions > 3 => new EvoNormB0(c),
            11 when shape.Rank == 4 => new LocalResponseNorm(random.Next(1, 6)),
            _ => null,
        };
        if (module is null || (shape[^1] < 4 && module is LayerNorm or RMSNorm))
            return null;
        if (random.Next(4) == 0)
            module.Eval();
        return Of(from, Shaken(module, random));
    }

    static (Layer, long)? LinearLayer(Random random, List<Shape> shapes, int from)
    {
        var shape = shapes[from];
        int outputs = random.Next(1, random.Next(4) == 0 ? 200 : 30);
        if (shape.Rank == 4)
        {
            int inputs = shape.Length / shape[0];
            var flat = new Linear(inputs, outputs, bias: random.Next(3) > 0);
            return (new Layer($"flatten, {flat}", [from], flat, x => flat.Forward(x[0].Flatten(1))), (long)shape[0] * inputs * outputs);
        }

        return shape.Rank == 2 ? Of(from, new Linear(shape[1], outputs, bias: random.Next(3) > 0), (long)shape[0] * shape[1] * outputs) : null;
    }

    static (Layer, long)? Add(Random random, List<Shape> shapes, int from)
    {
        int other = shapes.FindLastIndex(shape => shape == shapes[from]);
        if (random.Next(2) == 0)
            other = shapes.FindIndex(shape => shape == shapes[from]);
        return (new Layer("add", [from, other], null, static x => x[0] + x[1]), 0);
    }

    static (Layer, long)? Pair(Random random, List<Shape> shapes, int from)
    {
        int other = random.Next(shapes.Count);
        var (a, b) = (shapes[from], shapes[other]);
        for (int axis = 1; axis <= Math.Min(a.Rank, b.Rank); axis++)
        {
            if (a[^axis] != b[^axis] && a[^axis] != 1 && b[^axis] != 1)
                return null;
        }

        return random.Next(4) switch
        {
            0 => (new Layer("subtract", [from, other], null, static x => x[0] - x[1]), 0),
            1 => (new Layer("divide", [from, other], null, static x => x[0] / (x[1].Square() + 1)), 0),
            2 when from != other => (new Layer("maximum", [from, other], null, static x => x[0].Maximum(x[1])), 0),
            _ => (new Layer("multiply", [from, other], null, static x => x[0] * x[1]), 0),
        };
    }

    static (Layer, long)? Pool(Random random, List<Shape> shapes, int from)
    {
        var shape = shapes[from];
        if (!IsImage(shape))
            return null;
        int kernel = random.Next(2, 4), stride = random.Next(3) == 0 ? 1 : kernel == 3 ? random.Next(2, 4) : 2, padding = random.Next(3) == 0 ? 1 : 0;
        if (shape[2] + 2 * padding < kernel || shape[3] + 2 * padding < kernel)
            return null;
        var size = (random.Next(1, 5), random.Next(1, 5));
        return random.Next(9) switch
        {
            4 => Of(from, new AdaptiveAvgPool2d(size), shape.Length * 4),
            5 => Of(from, new AdaptiveMaxPool2d(size), shape.Length * 4),
            6 => Of(from, new MaxPool2d((kernel, 1), (stride, 1), (padding, 0), ceilMode: true), shape.Length * 9),
            7 => (new Layer("average pool of sequences", [from], null, x => Functional.AvgPool1d(x[0].Flatten(2), kernel, 1, padding).Unsqueeze(3)), shape.Length * 9),
            8 => (new Layer("max pool of volumes", [from], null, x => Functional.MaxPool3d(x[0].Unsqueeze(3), (kernel, 1, 2), (1, 1, stride), (padding, 0, padding)).Flatten(3)), shape.Length * 9),
            0 => Of(from, new AvgPool2d(kernel, stride, padding), shape.Length * 9),
            1 => Of(from, new GlobalAvgPool2d(), shape.Length),
            _ => Of(from, new MaxPool2d(kernel, stride, padding), shape.Length * 9),
        };
    }

    static (Layer, long)? View(Random random, List<Shape> shapes, int from)
    {
        var shape = shapes[from];
        int axis = random.Next(shape.Rank), size = shape[axis], half = size / 2;
        switch (random.Next(16))
        {
            case 0 when IsImage(shape):
                return Of("permuted twice", from, static x => x.Permute(0, 2, 3, 1).Relu().Permute(0, 3, 1, 2));
            case 1 when IsImage(shape):
                return Of("transposed", from, static x => x.Transpose(2, 3));
            case 2:
                return Of($"flip {axis}", from, x => x.Flip(axis));
            case 3 when size > 1 && axis > 0:
                return Of($"second half of {axis}", from, x => x.Narrow(axis, half, size - half));
            case 4 when size > 2 && axis > 1:
                return Of($"every second of {axis}", from, x => x.IndexSelect(axis, Tensor.Arange(0L, size, 2)));
            case 5:
                return Of($"roll {axis}", from, x => x.Roll(1, axis));
            case 6 when IsImage(shape):
                return Of("pad", from, static x => x.Pad([1, 0, 0, 1]));
            case 7 when IsImage(shape):
                return Of(from, new Upsample(scaleFactor: 2));
            case 8 when IsImage(shape):
                return Of(from, new Upsample((random.Next(1, 8), random.Next(1, 8)), mode: InterpolateMode.Bilinear, alignCorners: random.Next(2) == 0));
            case 9 when IsImage(shape) && shape[1] % 4 == 0:
                return Of(from, new PixelShuffle(2));
            case 10 when IsImage(shape) && shape[1] % 2 == 0:
                return Of(from, new ChannelShuffle(2));
            case 11 when IsImage(shape):
                return Of(from, new ReplicationPad2d([1, 0, 2, 1]));
            case 12 when IsImage(shape):
                return Of(from, new Dropout2d(0.3));
            case 13 when shape.Rank > 1:
                return Of(from, new StochasticDepth(0.3));
            case 14 when IsImage(shape) && shape[2] % 2 == 0 && shape[3] % 2 == 0:
                return Of(from, new PixelUnshuffle(2));
            case 15 when IsImage(shape) && shape[2] > 1 && shape[3] > 1:
                return Of("unfolded and folded", from, x => Functional.Fold(Functional.Unfold(x, 2), (x.Shape[2], x.Shape[3]), 2));
            default:
                return null;
        }
    }

    static (Layer, long)? Joined(Random random, List<Shape> shapes, int from)
    {
        int axis = random.Next(shapes[from].Rank), other = random.Next(shapes.Count);
        var (a, b) = (shapes[from].ToArray(), shapes[other].ToArray());
        if (a.Length != b.Length || axis == 0)
            return null;
        b[axis] = a[axis];
        return a.SequenceEqual(b) ? (new Layer($"concat {axis}", [from, other], null, x => Tensor.Concat([x[0], x[1]], axis)), 0) : null;
    }

    // Somebody looks at a value in between.
    static (Layer, long)? Read(Random random, List<Shape> shapes, int from) => Of("read", from, static x =>
    {
        _ = x.AsSpan()[0];
        return x;
    });

    static (Layer, long)? Reduction(Random random, List<Shape> shapes, int from)
    {
        int axis = random.Next(1, Math.Max(2, shapes[from].Rank));
        if (shapes[from].Rank < 2)
            return null;
        return random.Next(5) switch
        {
            0 => Of($"less the mean of {axis}", from, x => x - x.Mean([axis], keepAxes: true)),
            1 => Of($"sum over {axis}", from, x => x.Sum([axis], keepAxes: true)),
            2 => Of($"cumulative sum of {axis}", from, x => x.CumSum(axis)),
            3 => Of($"logsumexp of {axis}", from, x => x.LogSumExp([axis], keepAxes: true)),
            _ => Of($"largest of {axis}", from, x => x.Amax([axis], keepAxes: true)),
        };
    }
}
