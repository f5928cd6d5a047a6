namespace Ballast.Kernels;

/// <summary>Sums and maps over each channel of each sample by itself: what normalizations are made of whose statistics are
/// those of a sample. A part of the work is a sample, which stays in the cache from one pass over it to the next.</summary>
static unsafe partial class SampleChannels
{
    /// <summary>How many constants a channel of a sample has; loops see the first eight.</summary>
    public const int Constants = 10;

    /// <summary>How many sums a channel of a sample has.</summary>
    public const int Sums = 5;

    const int SerialLength = 1 << 16;

    // Values that are summed in float before they are added up in double.
    const int PieceRows = 128;
    const int PieceValues = 1024;

    /// <summary>Adds up over each channel of each sample.</summary>
    /// <param name="x">The values.</param>
    /// <param name="gradient">Values of the same layout, or empty where the term reads none.</param>
    /// <param name="layout">Where the channels lie.</param>
    /// <param name="constants">[N, <see cref="Constants"/>, C].</param>
    /// <param name="sums">[N, <see cref="Sums"/>, C].</param>
    public static void Sum<T>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, ReadOnlySpan<float> constants,
        Span<double> sums)
        where T : struct, ISampleTerm
    {
        fixed (float* from = x, g = gradient, k = constants)
        fixed (double* to = sums)
            Share(new SumWork<T> { X = from, G = T.ReadsGradient ? g : from, Constants = k, Totals = to, Layout = layout }, layout);
    }

    /// <summary>destination[i] = M(x[i], gradient[i]); the destination may be one of the sources.</summary>
    /// <param name="x">The values.</param>
    /// <param name="gradient">Values of the same layout, or empty where the map reads none.</param>
    /// <param name="layout">Where the channels lie.</param>
    /// <param name="constants">[N, <see cref="Constants"/>, C].</param>
    /// <param name="destination">The results.</param>
    public static void Map<M>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, ReadOnlySpan<float> constants,
        Span<float> destination)
        where M : struct, ISampleMap
    {
        fixed (float* from = x, g = gradient, k = constants, to = destination)
            Share(new MapWork<M> { X = from, G = M.ReadsGradient ? g : from, Constants = k, To = to, Layout = layout }, layout);
    }

    /// <summary>The mean and the biased variance of each channel of each sample.</summary>
    /// <param name="x">The values.</param>
    /// <param name="layout">Where the channels lie.</param>
    /// <param name="moments">A mean and a variance: [N, 2, C].</param>
    public static void Moments(ReadOnlySpan<float> x, ChannelLayout layout, Span<double> moments)
    {
        fixed (float* from = x)
        fixed (double* to = moments)
            Share(new MomentsWork { X = from, Moments = to, Layout = layout }, layout);
    }

    static void Share<W>(in W work, ChannelLayout layout)
        where W : struct, IWork
    {
        if (layout.Length < SerialLength)
            work.Run(0, layout.N);
        else
            Workers.Run(work, layout.N);
    }

    struct SumWork<T> : IWork, IWideWork
        where T : struct, ISampleTerm
    {
        public float* X, G, Constants;
        public double* Totals;
        public ChannelLayout Layout;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int n = first; n < last; n++)
            {
                nint start = (nint)n * Layout.C * Layout.L, row = (nint)n * Layout.C;
                SumSample<T, S, V>(
                    X + start, G + start, Layout, Constants + row * SampleChannels.Constants, Totals + row * Sums);
            }
        }
    }

    struct MapWork<M> : IWork, IWideWork
        where M : struct, ISampleMap
    {
        public float* X, G, Constants, To;
        public ChannelLayout Layout;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int n = first; n < last; n++)
            {
                nint start = (nint)n * Layout.C * Layout.L;
                MapSample<M, S, V>(
                    X + start, G + start, To + start, Layout, Constants + (nint)n * Layout.C * SampleChannels.Constants);
            }
        }
    }

    struct MomentsWork : IWork, IWideWork
    {
        public float* X;
        public double* Moments;
        public ChannelLayout Layout;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int channels = Layout.C, length = Layout.L;
            float* centers = Scratch.Take(Constants * channels + 2 * Sums * channels);
            var sums = (double*)(centers + Constants * channels);
            for (int n = first; n < last; n++)
            {
                float* x = X + (nint)n * channels * length;
                double* means = Moments + (nint)n * 2 * channels, variances = means + channels;
                SumSample<SampleValueTerm, S, V>(x, x, Layout, centers, sums);
                for (int c = 0; c < channels; c++)
                    centers[c] = (float)(sums[c] / length);
                SumSample<SampleDeviationTerm, S, V>(x, x, Layout, centers, sums);
                for (int c = 0; c < channels; c++)
                {
                    double offset = sums[channels + c] / length; // what rounding the center to float left over
                    means[c] = centers[c] + offset;
                    variances[c] = Math.Max(0, sums[c] / length - offset * offset);
                }

                PreciseMoments.Mend(x, Layout with { N = 1 }, means);
            }
        }
    }
}
