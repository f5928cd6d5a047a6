using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>An activation of normalized values, F((x - center) scale + shift), in one pass over memory. Its gradient is
/// <see cref="ChannelGates"/>'s.</summary>
static unsafe class ChannelActivations
{
    // Rows that are the unit of work.
    const int PieceRows = 256;

    /// <summary>to[i] = F((x[i] - center) scale + shift).</summary>
    /// <param name="x">The values to normalize: [rows, C].</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="channels">C.</param>
    /// <param name="table">center, scale and shift: [3, C].</param>
    /// <param name="function">The activation.</param>
    /// <param name="to">[rows, C].</param>
    public static void Map<F>(ReadOnlySpan<float> x, int rows, int channels, ReadOnlySpan<float> table, F function, Span<float> to)
        where F : struct, IActivation
    {
        fixed (float* from = x, t = table, destination = to)
        {
            var work = new Work<F> { X = from, Table = t, To = destination, Rows = rows, Channels = channels, Function = function };
            int pieces = (rows + PieceRows - 1) / PieceRows;
            Workers.Run(work, pieces, (long)rows * channels, SharedFrom.Cache);
        }
    }

    struct Work<F> : IWork, IWideWork
        where F : struct, IActivation
    {
        public float* X, Table, To;
        public int Rows, Channels;
        public F Function;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int start = first * PieceRows, rows = Math.Min(Rows, last * PieceRows) - start, whole = Channels / S.Width * S.Width;
            float* x = X + (nint)start * Channels, to = To + (nint)start * Channels;
            RepeatedRows repeated = new(Channels, rows, S.Width);
            if (repeated.Of(rows) is > 0 and var joined)
            {
                int columns = repeated.Columns, done = repeated.Rows(joined);
                float* table = Scratch.Take(ChannelRows.Read * columns);
                repeated.Repeat(Table, ChannelRows.Read, table);
                Columns<S, V>(x, to, columns, table, columns, columns, joined);
                x += (nint)done * Channels;
                to += (nint)done * Channels;
                rows -= done;
            }

            Columns<S, V>(x, to, Channels, Table, Channels, whole, rows);
            if (whole < Channels)
                LastColumns<S, V>(x + whole, to + whole, Channels - whole, rows);
        }

        // The columns after the last whole register, filled up to one: an activation costs as much for one lane as for all.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void LastColumns<S, V>(float* x, float* to, int count, int rows)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            float* lane = stackalloc float[S.Width], table = stackalloc float[ChannelRows.Read * S.Width];
            new Span<float>(lane, S.Width).Clear();
            new Span<float>(table, ChannelRows.Read * S.Width).Clear();
            for (int row = 0; row < ChannelRows.Read; row++)
                new Span<float>(Table + (row + 1) * Channels - count, count).CopyTo(new Span<float>(table + row * S.Width, count));
            for (int row = 0; row < rows; row++, x += Channels, to += Channels)
            {
                new Span<float>(x, count).CopyTo(new Span<float>(lane, count));
                Columns<S, V>(lane, lane, S.Width, table, S.Width, S.Width, 1);
                new Span<float>(lane, count).CopyTo(new Span<float>(to, count));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Columns<S, V>(float* x, float* to, int stride, float* table, int pitch, int columns, int rows)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            var f = Function;
            for (int row = 0; row < rows; row++, x += stride, to += stride)
            {
                for (int c = 0; c < columns; c += S.Width)
                {
                    V normalized = S.Fma(
                        S.Subtract(S.Load(x + c), S.Load(table + c)), S.Load(table + pitch + c), S.Load(table + 2 * pitch + c));
                    S.Store(to + c, f.Apply<S, V>(normalized));
                }
            }
        }
    }
}
