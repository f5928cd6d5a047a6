using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Sums over channels, maps of channels and their statistics: what every normalization over a batch is made of. Where
/// channels lie side by side a register holds several of them; else it holds neighbouring values of one channel.</summary>
static unsafe partial class Channels
{
    /// <summary>From how many values on results are stored past the caches: no cache holds them until somebody reads them.
    /// </summary>
    internal const int AwayLength = 1 << 22;

    /// <summary>Two sums over all values of each channel.</summary>
    /// <param name="x">The values.</param>
    /// <param name="gradient">Values of the same layout, or empty where the term reads none.</param>
    /// <param name="layout">Where the channels lie.</param>
    /// <param name="table">center, scale and shift: [3, C].</param>
    /// <param name="sums">Both sums: [2, C].</param>
    public static void Sum<T>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, ReadOnlySpan<float> table,
        Span<double> sums)
        where T : struct, IChannelTerm
    {
        fixed (float* from = x, g = gradient, t = table)
        fixed (double* to = sums)
            Sum<T>(from, g, layout, new ChannelParts(layout), t, to);
    }

    /// <summary>The same, with the parts made before.</summary>
    internal static void Sum<T>(float* x, float* g, ChannelLayout layout, in ChannelParts parts, float* table, double* sums)
        where T : struct, IChannelTerm
    {
        int width = 2 * parts.Width;
        var work = new SumWork<T> { X = x, G = g, Table = table, Sums = sums, Pitch = layout.C * parts.Repeats, Parts = parts };
        if (parts.AreSums)
        {
            parts.Run(work);
            return;
        }

        float[] constants = RentConstants(work.Pitch, parts.Repeats);
        double[] rented = System.Buffers.ArrayPool<double>.Shared.Rent(parts.Count * width);
        fixed (float* repeated = constants)
        fixed (double* to = rented)
        {
            work.Table = Repeat(table, layout.C, parts.Repeats, repeated);
            work.Sums = to;
            parts.Run(work);
        }

        System.Buffers.ArrayPool<float>.Shared.Return(constants);

        Span<double> totals = new(sums, 2 * layout.C);
        totals.Clear();
        for (int p = 0; p < parts.Count; p++)
        {
            var part = parts[p];
            var partial = rented.AsSpan(p * width, width);
            for (int k = 0; k < part.Stretches; k++)
            {
                int c = parts.Channel(part.FirstStretch + k);
                totals[c] += partial[k];
                totals[layout.C + c] += partial[parts.Width + k];
            }
        }

        System.Buffers.ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>destination[i] = M(x[i], gradient[i]); the destination may be one of the sources.</summary>
    /// <param name="x">The values.</param>
    /// <param name="gradient">Values of the same layout, or empty where the map reads none.</param>
    /// <param name="layout">Where the channels lie.</param>
    /// <param name="table">center, scale and shift: [3, C].</param>
    /// <param name="more">Three more constants a channel, or empty where the map needs none: [3, C].</param>
    /// <param name="destination">The results.</param>
    public static void Map<M>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ChannelLayout layout, ReadOnlySpan<float> table,
        ReadOnlySpan<float> more, Span<float> destination)
        where M : struct, IChannelMap
    {
        fixed (float* from = x, g = gradient, t = table, a = more, to = destination)
            Map<M>(from, g, layout, new ChannelParts(layout), t, a, to);
    }

    /// <summary>The same, with the parts made before.</summary>
    internal static void Map<M>(float* x, float* g, ChannelLayout layout, in ChannelParts parts, float* table, float* more, float* to)
        where M : struct, IChannelMap =>
        Map<M>(x, g, layout, parts, table, more, to, layout.Length >= AwayLength && to != x && to != g);

    /// <summary>The same, with results stored past the caches or not.</summary>
    internal static void Map<M>(
        float* x, float* g, ChannelLayout layout, in ChannelParts parts, float* table, float* more, float* to, bool away)
        where M : struct, IChannelMap
    {
        int repeats = parts.Repeats, pitch = layout.C * repeats;
        float[] constants = RentConstants(2 * pitch, repeats);
        fixed (float* repeated = constants)
        {
            float* own = Repeat(table, layout.C, repeats, repeated);
            parts.Run(new MapWork<M>
            {
                X = x,
                G = M.ReadsGradient ? g : x,
                Table = own,
                More = more is null ? own : Repeat(more, layout.C, repeats, repeated + ChannelRows.Read * pitch),
                To = to,
                Pitch = pitch,
                Parts = parts,
                Away = away,
            });
        }

        System.Buffers.ArrayPool<float>.Shared.Return(constants);
    }

    static float[] RentConstants(int columns, int repeats) =>
        System.Buffers.ArrayPool<float>.Shared.Rent(repeats == 1 ? 0 : ChannelRows.Read * columns);

    // Three rows of constants with each of them as often as a channel has values in a run; where these are not taken one by one, as they are.
    static float* Repeat(float* table, int channels, int repeats, float* to)
    {
        if (repeats == 1)
            return table;
        for (int i = 0; i < ChannelRows.Read * channels; i++)
            new Span<float>(to + i * repeats, repeats).Fill(table[i]);
        return to;
    }

    /// <summary>Both sums of one part's stretches, [2, Width].</summary>
    static void SumPart<T, S, V>(
        float* x, float* g, in ChannelParts parts, in ChannelPart part, float* table, nint stride, double* sums)
        where T : struct, IChannelTerm
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        if (!parts.AreValues)
        {
            SumStretches<T, S, V>(x, g, parts, part, table, stride, sums);
            return;
        }

        nint start = part.FirstSample * parts.Step + part.FirstStretch;
        SumColumns<T> columns = new()
        {
            X = x + start,
            G = g + start,
            Part = part,
            Step = parts.Step,
            Table = table,
            Stride = stride,
            Sums = sums,
            Width = parts.Width,
            Rows = parts.Rows,
            AreCached = parts.AreCached,
        };
        Simd.Columns<S, V, SumColumns<T>>(columns, 0, part.Stretches);
    }

    struct SumWork<T> : IWork, IWideWork
        where T : struct, IChannelTerm
    {
        public static int Pieces => 4;

        public float* X, G, Table;
        public double* Sums;
        public int Pitch; // from one row of constants to the next
        public ChannelParts Parts;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int p = first; p < last; p++)
            {
                var part = Parts[p];
                float* table = Table + Parts.Column(part.FirstStretch);
                SumPart<T, S, V>(X, T.ReadsGradient ? G : X, Parts, part, table, Pitch, Sums + (nint)p * 2 * Parts.Width);
            }
        }
    }

    struct MapWork<M> : IWork, IWideWork
        where M : struct, IChannelMap
    {
        public static int Pieces => 4;

        public float* X, G, Table, More, To;
        public int Pitch;
        public bool Away;
        public ChannelParts Parts;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            // Backwards: what the pass before this one read last is still in the cache.
            for (int p = last - 1; p >= first; p--)
            {
                var part = Parts[p];
                int c = Parts.Column(part.FirstStretch);
                if (!Parts.AreValues)
                {
                    MapStretches<M, S, V>(X, G, To, Parts, part, Table + c, More + c, Pitch, Away);
                    continue;
                }

                nint start = part.FirstSample * Parts.Step + part.FirstStretch;
                MapColumns<M> columns = new()
                {
                    X = X + start,
                    G = G + start,
                    To = To + start,
                    Samples = part.Samples,
                    Rows = Parts.Rows,
                    Step = Parts.Step,
                    Table = Table + c,
                    More = More + c,
                    Stride = Pitch,
                    Away = Away,
                };
                Simd.Columns<S, V, MapColumns<M>>(columns, 0, part.Stretches);
            }

            if (Away)
                StoresAway.Fence();
        }
    }
}
