using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Sums and maps over each channel of each sample by itself: what normalizations are made of whose statistics are
/// those of a sample. A part of the work is a sample, which stays in the cache from one pass over it to the next.</summary>
static unsafe partial class SampleChannels
{
    /// <summary>How many sums a channel of a sample has.</summary>
    public const int Sums = 5;

    // Values that are summed in float before they are added up in double.
    const int PieceRows = 128;
    const int PieceValues = 1024;

    /// <summary>Adds up over each channel of each sample.</summary>
    /// <param name="x">The values.</param>
    /// <param name="gradient">Values of the same layout, or empty where the term reads none.</param>
    /// <param name="layout">Where the channels lie.</param>
    /// <param name="constants">[N, <see cref="SampleRows.Count"/>, C].</param>
    /// <param name="sums">[N, <see cref="Sums"/>, C].</param>
    public static void Sum<T>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, ReadOnlySpan<float> constants,
        Span<double> sums)
        where T : struct, ISampleTerm
    {
        fixed (float* from = x, g = gradient, k = constants)
        fixed (double* to = sums)
        {
            var work = new SumWork<T> { X = from, G = T.ReadsGradient ? g : from, Constants = k, Totals = to, Layout = layout };
            Workers.Run(work, layout.N, layout.Length);
        }
    }

    /// <summary>destination[i] = M(x[i], gradient[i]); the destination may be one of the sources.</summary>
    /// <param name="x">The values.</param>
    /// <param name="gradient">Values of the same layout, or empty where the map reads none.</param>
    /// <param name="layout">Where the channels lie.</param>
    /// <param name="constants">[N, <see cref="SampleRows.Count"/>, C].</param>
    /// <param name="destination">The results.</param>
    public static void Map<M>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, ReadOnlySpan<float> constants,
        Span<float> destination)
        where M : struct, ISampleMap
    {
        fixed (float* from = x, g = gradient, k = constants, to = destination)
        {
            var work = new MapWork<M> { X = from, G = M.ReadsGradient ? g : from, Constants = k, To = to, Layout = layout };
            Workers.Run(work, layout.N, layout.Length);
        }
    }

    struct SumWork<T> : IWork, IWideWork
        where T : struct, ISampleTerm
    {
        public float* X, G, Constants;
        public double* Totals;
        public ChannelLayout Layout;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int n = first; n < last; n++)
            {
                nint start = (nint)n * Layout.C * Layout.L, row = (nint)n * Layout.C;
                SumSample<T, S, V>(
                    X + start, G + start, Layout, Constants + row * SampleRows.Count, Totals + row * Sums);
            }
        }
    }

    struct MapWork<M> : IWork, IWideWork
        where M : struct, ISampleMap
    {
        public float* X, G, Constants, To;
        public ChannelLayout Layout;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int n = first; n < last; n++)
            {
                nint start = (nint)n * Layout.C * Layout.L;
                MapSample<M, S, V>(
                    X + start, G + start, To + start, Layout, Constants + (nint)n * Layout.C * SampleRows.Count);
            }
        }
    }
}
