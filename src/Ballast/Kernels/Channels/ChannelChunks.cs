namespace Ballast.Kernels;

/// <summary>A batch in chunks of equally many samples, each of which is normalized with constants of its own: virtual batches, or
/// the data of several sources. A single chunk is the whole batch.</summary>
/// <remarks>A chunk is a piece of memory and a batch for itself, so the loops are those of <see cref="Channels"/>. Small chunks
/// are shared out among the threads whole, large ones part by part.</remarks>
readonly unsafe record struct ChannelChunks(ChannelLayout Whole, int Count)
{
    /// <summary>Where the channels of one chunk lie.</summary>
    public ChannelLayout Each => Whole with { N = Whole.N / Count };

    /// <summary>How the work on one chunk is cut.</summary>
    public ChannelParts Parts => new(Each, Count);

    /// <summary>How many channels there are, each counted once for each chunk.</summary>
    public int Channels => Count * Whole.C;

    /// <summary>Two sums over all values of each channel of each chunk.</summary>
    /// <param name="x">The values.</param>
    /// <param name="gradient">Values of the same layout, or empty where the term reads none.</param>
    /// <param name="table">Each chunk's center, scale and shift, [3, C], one chunk <paramref name="pitch"/> behind the other.</param>
    /// <param name="pitch">From one chunk's constants to the next.</param>
    /// <param name="sums">Both sums: [Count, 2, C].</param>
    public void Sum<T>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ReadOnlySpan<float> table, int pitch, Span<double> sums)
        where T : struct, IChannelTerm
    {
        if (Whole.Length == 0)
        {
            sums.Clear(); // a worker without samples
            return;
        }

        if (Count == 1)
        {
            Kernels.Channels.Sum<T>(x, gradient, Whole, table, sums);
            return;
        }

        fixed (float* from = x, g = gradient, constants = table)
        fixed (double* to = sums)
            Run(new SumWork<T> { Each = Each, Parts = Parts, X = from, G = g, Table = constants, Pitch = pitch, Sums = to });
    }

    /// <summary>destination[i] = M(x[i], gradient[i]) with the constants of each chunk; the destination may be one of the sources.
    /// </summary>
    /// <param name="x">The values.</param>
    /// <param name="gradient">Values of the same layout, or empty where the map reads none.</param>
    /// <param name="table">Each chunk's center, scale and shift, [3, C], one chunk <paramref name="pitch"/> behind the other.</param>
    /// <param name="pitch">From one chunk's constants to the next.</param>
    /// <param name="more">Three more constants a channel, [Count, 3, C], or empty where the map needs none.</param>
    /// <param name="destination">The results.</param>
    public void Map<M>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ReadOnlySpan<float> table, int pitch, ReadOnlySpan<float> more,
        Span<float> destination)
        where M : struct, IChannelMap
    {
        if (Whole.Length == 0)
            return;
        if (Count == 1)
        {
            Kernels.Channels.Map<M>(x, gradient, Whole, table, more, destination);
            return;
        }

        fixed (float* from = x, g = gradient, constants = table, a = more, to = destination)
            Run(new MapWork<M> { Each = Each, Parts = Parts, X = from, G = g, Table = constants, Pitch = pitch, More = a, To = to });
    }

    /// <summary>Runs work that has a part for each chunk.</summary>
    public void Run<W>(in W work)
        where W : struct, IWork
    {
        if (Count > 1 && Each.Length < SharedFrom.Memory)
            Workers.Run(work, Count, Whole.Length);
        else
            work.Run(0, Count);
    }

    struct SumWork<T> : IWork
        where T : struct, IChannelTerm
    {
        public ChannelLayout Each;
        public ChannelParts Parts;
        public float* X, G, Table;
        public int Pitch;
        public double* Sums;

        public readonly void Run(int first, int last)
        {
            for (int chunk = first; chunk < last; chunk++)
            {
                nint start = (nint)chunk * Each.Length;
                Kernels.Channels.Sum<T>(
                    X + start, G + (T.ReadsGradient ? start : 0), Each, Parts, Table + (nint)chunk * Pitch, Sums + (nint)chunk * 2 * Each.C);
            }
        }
    }

    struct MapWork<M> : IWork
        where M : struct, IChannelMap
    {
        public ChannelLayout Each;
        public ChannelParts Parts;
        public float* X, G, Table, More, To;
        public int Pitch;

        public readonly void Run(int first, int last)
        {
            // Backwards: what the pass before this one read last is still in the cache.
            for (int chunk = last - 1; chunk >= first; chunk--)
            {
                nint start = (nint)chunk * Each.Length;
                Kernels.Channels.Map<M>(
                    X + start, G + (M.ReadsGradient ? start : 0), Each, Parts, Table + (nint)chunk * Pitch,
                    More is null ? null : More + (nint)chunk * GradientRows.Count * Each.C, To + start);
            }
        }
    }
}
