using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

/// <summary>What lies around a result stays as it is.</summary>
public sealed unsafe class ResultEndTests : IDisposable
{
    const int Around = 4096; // more than two rows of the images here
    readonly int threads = Compute.Threads;

    public void Dispose() => Compute.Threads = threads;

    delegate void Kernel(Span<float> result);

    static float[] Check(string what, int length, Kernel kernel)
    {
        float[] memory = new float[length + 2 * Around];
        Array.Fill(memory, -77);
        kernel(memory.AsSpan(Around, length));
        Assert.False(memory.AsSpan(0, Around).ContainsAnyExcept(-77), $"{what}: in front of {length} values");
        Assert.False(memory.AsSpan(Around + length).ContainsAnyExcept(-77), $"{what}: behind {length} values");
        return memory[Around..^Around];
    }

    [Fact]
    public void Sums_and_products_along_lines()
    {
        foreach (var shape in (LineShape[])[new(1, 1, 1), new(3, 5, 1), new(6, 7, 3), new(20, 300, 4), new(16, 64, 16)])
        {
            int length = shape.Count * shape.Size;
            float[] x = Draw.Floats(length, 1, 0.8f, 1.2f), g = Draw.Floats(length, 2);
            Check("sums", length, y => LineScans.Sum(x, y, shape));
            Check("gradient of sums", length, y => LineScans.SumGradient(g, y, shape));
            Check("products", length, y => LineScans.Product(x, y, shape));
            Check("gradient of products", length, y => LineScans.ProductGradient(x, g, y, shape));
            Check("gradient of a product", length, y => LineScans.Others(x, g.AsSpan(0, shape.Count), y));
        }
    }

    [Fact]
    public void Reductions_of_some_values_and_of_none()
    {
        foreach (int kept in (int[])[1, 5, 64, 1100])
        {
            foreach (int reduced in (int[])[0, 1, 3, 300])
            {
                float[] x = Draw.Floats(Math.Max(1, kept * reduced), 1);
                Check($"sums of {reduced} rows", kept, y => Sum([reduced, kept], [kept, 1, 0, 0, 0, 1], x, y));
                Check($"sums of {reduced} columns", kept, y => Sum([kept, reduced], [reduced, 1, 0, 0, 1, 0], x, y));
            }
        }
    }

    static void Sum(int[] sizes, int[] strides, float[] x, Span<float> result)
    {
        fixed (float* from = x, to = result)
            StridedReductions.Compute<SumReduction, Loops.First>(StridedPlan.Of(sizes, strides), from, from, to, 1);
    }

    // An image is cut into several parts, of which the last is rarely whole; strides are wider and narrower than the kernels, and the last
    // rows and columns need not have every place that lies alike to the stride. Whole numbers make the sums exact.
    [Fact]
    public void Gradients_of_strided_convolutions()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            int groups = random.Next(1, 3), c = groups * random.Next(1, 10), k = groups * random.Next(1, 9), width = random.Next(6, 24);
            int kernelH = random.Next(1, 5), kernelW = random.Next(1, 4);
            var shape = new ConvolutionShape(
                random.Next(1, 4), c, random.Next(40, 70), width, k, kernelH, kernelW, random.Next(2, 5), random.Next(1, 4),
                random.Next(kernelH), random.Next(kernelW), random.Next(1, 3), 1, groups, Direct: true);
            float[] dy = Draw.Whole(shape.N * shape.OutH * shape.OutW * k, seed), w = Draw.Whole(k * shape.Depth, seed + 1);
            float[] expected = InputGradient(shape, dy, w);
            foreach (int count in (int[])[1, 2, 3, 4])
            {
                Compute.Threads = count;
                float[] dx = Check($"{shape}", expected.Length, to =>
                {
                    fixed (float* g = dy, weights = w, result = to)
                        Convolution.BackwardInput(shape, g, weights, result);
                });
                Assert.True(expected.AsSpan().SequenceEqual(dx), $"{shape} on {count} threads");
            }
        }
    }

    // Each value of the gradient goes back to the pixels that its kernel lay on.
    static float[] InputGradient(ConvolutionShape s, float[] dy, float[] w)
    {
        float[] dx = new float[s.N * s.H * s.W * s.C];
        for (int i = 0; i < dy.Length; i++)
        {
            int k = i % s.K, column = i / s.K % s.OutW, row = i / s.K / s.OutW % s.OutH, image = i / s.K / s.OutW / s.OutH;
            for (int tap = 0; tap < s.Taps; tap++)
            {
                int y = row * s.StrideH - s.PadH + tap / s.KernelW * s.DilationH, x = column * s.StrideW - s.PadW + tap % s.KernelW * s.DilationW;
                if ((uint)y >= (uint)s.H || (uint)x >= (uint)s.W)
                    continue;
                for (int c = 0; c < s.GroupC; c++)
                    dx[((image * s.H + y) * s.W + x) * s.C + k / s.GroupK * s.GroupC + c] += dy[i] * w[(k * s.GroupC + c) * s.Taps + tap];
            }
        }

        return dx;
    }
}
