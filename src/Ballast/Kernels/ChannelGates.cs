using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The gradient that passes an activation behind a normalization, and what the normalization's own gradient needs summed
/// up of it, in one pass over memory: for activations that are too dear to be computed in both of the passes that a
/// normalization makes anyway.</summary>
static unsafe class ChannelGates
{
    // Rows that are summed in float before they are added up in double, and the unit of work.
    const int PieceRows = 256;
    const int SerialLength = 1 << 16;

    /// <summary>to[i] = G(x[i], gradient[i]); first and second are the sums of to and of to times x - center.</summary>
    /// <param name="x">The values that were normalized: [rows, C].</param>
    /// <param name="gradient">The gradient of the activation's result.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="channels">C.</param>
    /// <param name="table">center, scale and shift: [3, C].</param>
    /// <param name="to">Takes the gradient that passes; it may be the gradient itself.</param>
    /// <param name="sums">Takes both sums: [2, C].</param>
    /// <param name="parts">Memory for the sums of the parts.</param>
    public static void Apply<G>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, int rows, int channels, ReadOnlySpan<float> table, Span<float> to,
        Span<double> sums, ChannelSums parts)
        where G : struct, IGate
    {
        int pieces = (rows + PieceRows - 1) / PieceRows;
        parts.Begin(pieces, channels);
        fixed (float* from = x, g = gradient, t = table, destination = to)
        {
            var work = new Work<G> { X = from, Dy = g, Table = t, To = destination, Rows = rows, Channels = channels, Sums = parts };
            if ((long)rows * channels < SerialLength)
                work.Run(0, pieces);
            else
                Workers.Run(work, pieces);
        }

        parts.Finish(sums);
    }

    struct Work<G> : IWork, IWideWork
        where G : struct, IGate
    {
        public float* X, Dy, Table, To;
        public int Rows, Channels;
        public ChannelSums Sums;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int piece = first; piece < last; piece++)
            {
                int done = Piece<S, V>(piece, 0);
                if (done < Channels)
                    Piece<SimdScalar, float>(piece, done);
            }
        }

        // Row by row, as memory lies; the sums of all channels stay in the first-level cache.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly int Piece<S, V>(int piece, int start)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int channels = Channels, end = start + (channels - start) / S.Width * S.Width;
            int count = Math.Min(PieceRows, Rows - piece * PieceRows);
            nint offset = (nint)piece * PieceRows * channels;
            float* x = X + offset, g = Dy + offset, to = To + offset;
            V zero = S.Broadcast(0);
            float* sums = Scratch.Take(2 * channels);
            for (int c = start; c < end; c += S.Width)
            {
                S.Store(sums + c, zero);
                S.Store(sums + channels + c, zero);
            }

            for (int row = 0; row < count; row++, x += channels, g += channels, to += channels)
            {
                for (int c = start; c < end; c += S.Width)
                {
                    Channel<V> channel = new(S.Load(Table + c), S.Load(Table + channels + c), S.Load(Table + 2 * channels + c));
                    V value = S.Load(x + c), passed = G.Pass<S, V>(value, S.Load(g + c), channel);
                    S.Store(to + c, passed);
                    S.Store(sums + c, S.Add(S.Load(sums + c), passed));
                    float* second = sums + channels + c;
                    S.Store(second, S.Fma(passed, S.Subtract(value, channel.Center), S.Load(second)));
                }
            }

            for (int c = start; c < end; c += S.Width)
                Sums.Store<S, V>(piece, c, S.Load(sums + c), S.Load(sums + channels + c));
            return end;
        }
    }
}
