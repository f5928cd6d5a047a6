using Ballast.Kernels;

namespace Ballast.Tests.Plain;

// Products of matrices, convolutions, pools, dropout.
static partial class PlainOperations
{
    static Numbers MatMul(Numbers a, Numbers b)
    {
        int m = a.Shape[^2], k = a.Shape[^1], n = b.Shape[^1];
        Shape fronts = Tensor.Broadcast("plain", new Shape(a.Shape.ToArray().AsSpan(..^2)), new Shape(b.Shape.ToArray().AsSpan(..^2)));
        int[] ofA = Places.Broadcast(new Shape(a.Shape.ToArray().AsSpan(..^2)), fronts), ofB = Places.Broadcast(new Shape(b.Shape.ToArray().AsSpan(..^2)), fronts);
        return Numbers.Products(new Shape([.. fronts.ToArray(), m, n]), a, b, term =>
        {
            for (int batch = 0; batch < fronts.Length; batch++)
            {
                for (int row = 0; row < m; row++)
                {
                    for (int column = 0; column < n; column++)
                        term((batch * m + row) * n + column, (ofA[batch] * m + row) * k, ofB[batch] * k * n + column, k, 1, n);
                }
            }
        });
    }

    static Numbers Linear(Numbers x, Numbers w, Numbers? b)
    {
        int inputs = w.Shape[1];
        var rows = x.Reshape(x.Values.Length / Math.Max(1, inputs), inputs);
        var y = MatMul(rows, Permute(w, [1, 0]));
        y = b is null ? y : y + b;
        return y.Reshape([.. x.Shape.ToArray()[..^1], w.Shape[0]]);
    }

    // F(4x4, 3x3) adds up values of a patch with factors up to 8 before it multiplies, and a kernel's nine gradients are sums of the same products.
    static bool IsWinograd(ConvolutionShape s) =>
        s is { KernelH: 3, KernelW: 3, StrideH: 1, StrideW: 1, DilationH: 1, DilationW: 1, Groups: 1, Direct: false, KernelD: 1 };

    // Each value of the result with those of the input and the weight that it is made of, channel by channel.
    static void Terms(ConvolutionShape s, Numbers.Term term)
    {
        int area = s.OutD * s.OutH * s.OutW;
        for (int place = 0; place < s.N * s.K * area; place++)
        {
            int column = place % s.OutW, row = place / s.OutW % s.OutH, plane = place / s.OutW / s.OutH % s.OutD, k = place / area % s.K;
            int channel = place / area / s.K * s.C + k / s.GroupK * s.GroupC;
            for (int tap = 0; tap < s.Taps; tap++)
            {
                int i = tap / s.KernelW % s.KernelH, j = tap % s.KernelW, a = tap / s.KernelW / s.KernelH;
                int d = plane * s.StrideD - s.PadD + a * s.DilationD, h = row * s.StrideH - s.PadH + i * s.DilationH;
                int v = column * s.StrideW - s.PadW + j * s.DilationW;
                if (d >= 0 && d < s.D && h >= 0 && h < s.H && v >= 0 && v < s.W)
                    term(place, ((channel * s.D + d) * s.H + h) * s.W + v, k * s.Depth + tap, s.GroupC, s.D * s.H * s.W, s.Taps);
            }
        }
    }

    // The sizes of a result over as many axes as the input has.
    static Shape Sized(Numbers x, int channels, int d, int h, int w) => x.Shape.Rank switch
    {
        3 => [x.Shape[0], channels, w],
        4 => [x.Shape[0], channels, h, w],
        _ => [x.Shape[0], channels, d, h, w],
    };

    static Numbers Convolution(Numbers x, Numbers w, Numbers? b, ConvolutionShape s)
    {
        var y = Numbers.Products(Sized(x, s.K, s.OutD, s.OutH, s.OutW), x, w, term => Terms(s, term), IsWinograd(s) ? 4 : 1, IsWinograd(s) ? 9 : 1);
        return b is null ? y : y + b.Reshape([s.K, .. Enumerable.Repeat(1, x.Shape.Rank - 2)]);
    }

    // The result and the input in each other's places.
    static Numbers TransposedConvolution(Numbers x, Numbers w, ConvolutionShape s) => Numbers.Products(
        Sized(x, s.C, s.D, s.H, s.W), x, w, term => Terms(s, (place, element, tap, count, step, next) =>
        {
            for (int c = 0; c < count; c++)
                term(element + c * step, place, tap + c * next);
        }), IsWinograd(s) ? 4 : 1, IsWinograd(s) ? 9 : 1);

    // The positions of an axis under each window of a pool, and how many there would be with the padding.
    static (int[] Positions, int Padded)[] Windows(PoolAxis axis) => [.. Enumerable.Range(0, axis.Windows).Select(window =>
    {
        if (axis.Kernel == 0)
        {
            int from = window * axis.Size / axis.Windows, until = (int)Math.Ceiling((window + 1.0) * axis.Size / axis.Windows);
            return (Enumerable.Range(from, until - from).ToArray(), until - from);
        }

        var positions = Enumerable.Range(0, axis.Kernel).Select(i => window * axis.Stride - axis.Padding + i * axis.Dilation).ToArray();
        return (positions.Where(at => at >= 0 && at < axis.Size).ToArray(), positions.Count(at => at < axis.Size + axis.Padding));
    })];

    // The pixels under each window of a pool, and how many there would be with the padding.
    static (int[] Pixels, int Padded)[] Windows(PoolShape s) => [..
        from image in Enumerable.Range(0, s.N * s.C)
        from deep in Windows(s.Deep)
        from down in Windows(s.Down)
        from across in Windows(s.Across)
        select ((int[])[.. from d in deep.Positions from h in down.Positions from v in across.Positions
            select ((image * s.D + d) * s.H + h) * s.W + v], deep.Padded * down.Padded * across.Padded)];

    // The first of the largest values of each window.
    static int[] Largest(Numbers x, PoolShape s) => Array.ConvertAll(Windows(s), window =>
    {
        int best = window.Pixels[0];
        foreach (int pixel in window.Pixels)
            best = x.Values[pixel] > x.Values[best] ? pixel : best;
        return best;
    });

    static Numbers MaxPool(Numbers x, PoolShape s)
    {
        int[] best = Largest(x, s);
        return x.Move(Sized(x, s.C, s.OutD, s.OutH, s.OutW), place => best[place]);
    }

    // Where they lie in their channels.
    static Numbers MaxPoolPlaces(Numbers x, PoolShape s) => new(
        Sized(x, s.C, s.OutD, s.OutH, s.OutW), Array.ConvertAll(Largest(x, s), best => new Number(best % (s.D * s.H * s.W))))
    { Type = ElementType.Int64 };

    static Numbers AveragePool(Numbers x, PoolShape s, PoolDivisor divisor)
    {
        var windows = Windows(s);
        var sums = Numbers.Products(Sized(x, s.C, s.OutD, s.OutH, s.OutW), x, 1.0, term =>
        {
            for (int place = 0; place < windows.Length; place++)
            {
                foreach (int pixel in windows[place].Pixels)
                    term(place, pixel, 0);
            }
        });
        return sums / Numbers.Constant(sums.Shape, Array.ConvertAll(windows, window =>
            divisor.Fixed != 0 ? divisor.Fixed : (double)(divisor.CountPadding ? window.Padded : window.Pixels.Length)));
    }

    static Numbers Dropout(Numbers x, double p, Generator generator)
    {
        float[] mask = new float[x.Values.Length];
        generator.Bernoulli(mask, 1 - p, (float)(1 / (float)(1 - p)));
        return x * Numbers.Constant(x.Shape, Array.ConvertAll(mask, static v => (double)v));
    }

    static Dictionary<string, Rule> Products => new()
    {
        ["matmul"] = static (_, x) => MatMul(x[0], x[1]),
        ["linear"] = static (_, x) => Linear(x[0], x[1], x[2]),
        ["conv1d"] = static (node, x) => Convolution(x[0], x[1], x[2], node.Get<ConvolutionShape>("shape")),
        ["conv2d"] = static (node, x) => Convolution(x[0], x[1], x[2], node.Get<ConvolutionShape>("shape")),
        ["conv3d"] = static (node, x) => Convolution(x[0], x[1], x[2], node.Get<ConvolutionShape>("shape")),
        ["conv_transpose1d"] = static (node, x) => TransposedConvolution(x[0], x[1], node.Get<ConvolutionShape>("shape")),
        ["conv_transpose2d"] = static (node, x) => TransposedConvolution(x[0], x[1], node.Get<ConvolutionShape>("shape")),
        ["conv_transpose3d"] = static (node, x) => TransposedConvolution(x[0], x[1], node.Get<ConvolutionShape>("shape")),
        ["max_pool1d"] = static (node, x) => MaxPool(x[0], node.Get<PoolShape>("shape")),
        ["max_pool2d"] = static (node, x) => MaxPool(x[0], node.Get<PoolShape>("shape")),
        ["max_pool3d"] = static (node, x) => MaxPool(x[0], node.Get<PoolShape>("shape")),
        ["max_pool_indices"] = static (node, x) => MaxPoolPlaces(x[0], node.Get<PoolShape>("shape")),
        ["avg_pool1d"] = static (node, x) => AveragePool(x[0], node.Get<PoolShape>("shape"), node.Get<PoolDivisor>("divisor")),
        ["avg_pool2d"] = static (node, x) => AveragePool(x[0], node.Get<PoolShape>("shape"), node.Get<PoolDivisor>("divisor")),
        ["avg_pool3d"] = static (node, x) => AveragePool(x[0], node.Get<PoolShape>("shape"), node.Get<PoolDivisor>("divisor")),
        ["dropout"] = static (node, x) => Dropout(x[0], node.Get<double>("p"), node.Get<Generator>("generator")),
    };
}
