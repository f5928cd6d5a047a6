namespace Ballast.Tests.Plain;

/// <summary>Layers of random networks whose sizes are those of their first input.</summary>
static class LazyKinds
{
    /// <summary>A layer that has no sizes yet; null where the shape does not allow it.</summary>
    public static (Layer Layer, long Products)? Grow(Random random, List<Shape> shapes, int from)
    {
        var shape = shapes[from];
        int outputs = random.Next(1, 6), rows = shape.Rank == 4 ? shape[0] * shape[2] * shape[3] : 0;
        bool bias = random.Next(3) > 0;
        if (shape.Rank == 2)
        {
            return random.Next(2) == 0 ? VolumeKinds.Of(from, new LazyLinear(outputs, bias), 0, (long)shape.Length * outputs)
                : shape[0] < 4 ? null : VolumeKinds.Of(from, new LazyBatchNorm1d(affine: bias), 0);
        }

        if (shape.Rank != 4 || shape.Length > 4000)
            return null;
        int kernel = random.Next(1, 4), stride = random.Next(1, 3), padding = random.Next(kernel), kind = random.Next(13), more = random.Next(stride);
        if (kind < 6 && kernel > Math.Min(shape[2], shape[3]))
            return null;
        if (kind is >= 6 and < 9 && rows < 4)
            return null;
        if (kind is >= 9 and < 12 && shape[2] * shape[3] < 4)
            return null;
        Module module = kind switch
        {
            0 => new LazyConv1d(outputs, kernel, stride, padding, bias: bias),
            1 => new LazyConv2d(outputs, kernel, stride, padding, bias: bias),
            2 => new LazyConv3d(outputs, (kernel, kernel, 2), stride, (padding, padding, 0), bias: bias),
            3 => new LazyConvTranspose1d(outputs, kernel + 1, stride, padding / 2, more, bias: bias),
            4 => new LazyConvTranspose2d(outputs, kernel + 1, stride, padding / 2, more, bias: bias),
            5 => new LazyConvTranspose3d(outputs, kernel + 1, stride, padding / 2, more, bias: bias),
            6 => new LazyBatchNorm1d(affine: bias),
            7 => new LazyBatchNorm2d(affine: bias),
            8 => new LazyBatchNorm3d(affine: bias),
            9 => new LazyInstanceNorm1d(affine: bias, trackRunningStats: stride == 1),
            10 => new LazyInstanceNorm2d(affine: bias, trackRunningStats: stride == 1),
            11 => new LazyInstanceNorm3d(affine: bias, trackRunningStats: stride == 1),
            _ => new LazyLinear(outputs, bias),
        };
        if (random.Next(6) == 0)
            module.Eval();
        long taps = (long)Math.Pow(kernel + 1, 3) * outputs * (kind is >= 3 and < 6 ? stride * stride * stride : 1);
        return kind == 12 ? VolumeKinds.Of(from, module, 2, (long)shape.Length * outputs)
            : VolumeKinds.Of(from, module, 1 + kind % 3, kind < 6 ? shape.Length * taps : 0);
    }
}
