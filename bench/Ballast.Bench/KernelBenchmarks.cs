using Ballast.Kernels;
using BenchmarkDotNet.Attributes;

namespace Ballast.Bench;

/// <summary>The kernels of the tutorial's first layer at three batch sizes; divide 2 N 3072 64 operations by the time for
/// the speed.</summary>
public unsafe class ProductKernels
{
    const int Inputs = 3072, Outputs = 64;
    float[] x = [], w = [], y = [], first = [], second = [];

    [Params(10, 128, 1024)]
    public int N { get; set; }

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        Compute.Threads = Threads;
        x = new float[N * Inputs];
        w = new float[Outputs * Inputs];
        y = new float[N * Outputs];
        first = new float[Outputs * Inputs];
        second = new float[Outputs * Inputs];
        new Generator(1).Normal(x);
        new Generator(2).Normal(w);
    }

    [Benchmark(Description = "y = x W^T")]
    public void Forward()
    {
        fixed (float* a = x, b = w, c = y)
            RowProducts.Compute(new RowPrologue(a, Inputs), b, null, c, N, Outputs, Inputs);
    }

    [Benchmark(Description = "dW = dy^T x, applied by Adam")]
    public void Backward()
    {
        var rule = new AdamRule
        {
            Beta1 = 0.9f,
            Beta2 = 0.999f,
            Rest1 = 0.1f,
            Rest2 = 0.001f,
            Step = -1e-4f,
            Scale = 1,
            Epsilon = 1e-8f,
            WeightDecay = 0,
            Shrink = 1,
        };
        fixed (float* a = y, b = x, c = w, m = first, v = second)
        {
            ColumnProducts.Compute(a, Outputs, 1, new RowPrologue(b, Inputs), N, Outputs, Inputs,
                new ColumnProducts.ToReader(
                    Updates.OfBlocks<AdamRule>.For(rule, c, m, v), (Inputs + ColumnProducts.LongestChunk - 1) / ColumnProducts.LongestChunk, Inputs));
        }
    }
}

/// <summary>Passes over memory: batch normalization, softmax, Adam on a gradient in memory, bytes to floats.</summary>
public unsafe class PassKernels
{
    const int C = 64;
    float[] x = [], y = [], table = [], logSums = [];
    byte[] bytes = [];
    double[] sums = [];

    [Params(10, 1024)]
    public int N { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        Compute.Threads = 1;
        x = new float[N * C];
        y = new float[N * C];
        table = new float[3 * C];
        logSums = new float[N];
        bytes = new byte[N * C];
        sums = new double[2 * C];
        new Generator(1).Normal(x);
    }

    [Benchmark(Description = "mean and variance of each channel")]
    public void Statistics() => Channels.Statistics(x, new ChannelLayout(N, C, 1), sums);

    [Benchmark(Description = "normalize with ReLU")]
    public void Normalize() => Channels.Map<AffineReluMap>(x, default, new ChannelLayout(N, C, 1), table, default, y);

    [Benchmark(Description = "softmax of 64 classes")]
    public void SoftmaxRows() => Kernels.Softmax.Compute(x, y, logSums, N, C);

    [Benchmark(Description = "bytes / 255")]
    public void Convert()
    {
        fixed (byte* from = bytes)
        fixed (float* to = y)
            RowPrologue.Convert(from, to, N * C);
    }
}
