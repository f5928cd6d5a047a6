using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The gradient that passes an activation behind a normalization, and what the normalization's own gradient needs summed
/// up of it, in one pass over memory: for activations that are too dear to be computed in both of the passes that a
/// normalization makes anyway.</summary>
static unsafe class ChannelGates
{
    // Rows that are summed in float before they are added up in double, and the unit of work.
    const int PieceRows = 256;

    /// <summary>to[i] = gradient[i] F'((x[i] - center) scale + shift); first and second are the sums of to and of to times
    /// x - center.</summary>
    /// <param name="x">The values that were normalized: [rows, C].</param>
    /// <param name="gradient">The gradient of the activation's result.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="channels">C.</param>
    /// <param name="table">center, scale and shift: [3, C].</param>
    /// <param name="function">The activation.</param>
    /// <param name="to">Takes the gradient that passes; it may be the gradient itself.</param>
    /// <param name="sums">Takes both sums: [2, C].</param>
    /// <param name="parts">Memory for the sums of the parts.</param>
    public static void Apply<F>(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, int rows, int channels, ReadOnlySpan<float> table, F function,
        Span<float> to, Span<double> sums, ChannelSums parts)
        where F : struct, IActivation
    {
        int pieces = (rows + PieceRows - 1) / PieceRows;
        parts.Begin(pieces, channels);
        fixed (float* from = x, g = gradient, t = table, destination = to)
        {
            var work = new Work<F>
            {
                X = from,
                Dy = g,
                Table = t,
                To = destination,
                Rows = rows,
                Channels = channels,
                Function = function,
                Sums = parts,
            };
            Workers.Run(work, pieces, (long)rows * channels);
        }

        parts.Finish(sums);
    }

    struct Work<F> : IWork, IWideWork
        where F : struct, IActivation
    {
        public float* X, Dy, Table, To;
        public int Rows, Channels;
        public F Function;
        public ChannelSums Sums;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int whole = Channels / S.Width * S.Width;
            RepeatedRows repeated = new(Channels, Math.Min(PieceRows, Rows), S.Width);
            int columns = repeated.Columns;
            float* sums = Scratch.Take(2 * Channels + 2 * S.Width + ChannelRows.Read * columns), table = sums + 2 * Channels + 2 * S.Width;
            repeated.Repeat(Table, ChannelRows.Read, table);
            for (int piece = first; piece < last; piece++)
            {
                nint offset = (nint)piece * PieceRows * Channels;
                int rows = Math.Min(PieceRows, Rows - piece * PieceRows);
                new Span<float>(sums, 2 * Channels).Clear();
                if (repeated.Of(rows) is > 0 and var joined)
                {
                    // The sums are those of single rows: theirs are the bits of what is not computed in one pass.
                    int done = repeated.Rows(joined);
                    Pass<S, V>(X + offset, Dy + offset, To + offset, table, columns, joined);
                    PassedColumns passed = new()
                    {
                        X = X + offset,
                        Passed = To + offset,
                        Center = Table,
                        Sums = sums,
                        Rows = done,
                        Channels = Channels,
                    };
                    Simd.Columns<S, V, PassedColumns>(passed, 0, Channels);
                    offset += (nint)done * Channels;
                    rows -= done;
                }

                Columns<S, V>(X + offset, Dy + offset, To + offset, Channels, Table, sums, Channels, whole, rows);
                if (whole < Channels)
                    LastColumns<S, V>(X + offset + whole, Dy + offset + whole, To + offset + whole, Channels - whole, rows, sums + whole);
                for (int c = 0; c < Channels; c++)
                    Sums.Store<SimdScalar, float>(piece, c, sums[c], sums[Channels + c]);
            }
        }

        // The columns after the last whole register, filled up to one: an activation costs as much for one lane as for all.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void LastColumns<S, V>(float* x, float* g, float* to, int count, int rows, float* sums)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int width = S.Width;
            int room = (2 + 2 + ChannelRows.Read) * width; // x and the gradient, both sums, the constants
            float* lanes = stackalloc float[room], own = lanes + 2 * width, table = lanes + 4 * width;
            new Span<float>(lanes, room).Clear();
            for (int row = 0; row < ChannelRows.Read; row++)
                new Span<float>(Table + (row + 1) * Channels - count, count).CopyTo(new Span<float>(table + row * width, count));
            new Span<float>(sums, count).CopyTo(new Span<float>(own, count));
            new Span<float>(sums + Channels, count).CopyTo(new Span<float>(own + width, count));
            for (int row = 0; row < rows; row++, x += Channels, g += Channels, to += Channels)
            {
                new Span<float>(x, count).CopyTo(new Span<float>(lanes, count));
                new Span<float>(g, count).CopyTo(new Span<float>(lanes + width, count));
                Columns<S, V>(lanes, lanes + width, lanes + width, width, table, own, width, width, 1);
                new Span<float>(lanes + width, count).CopyTo(new Span<float>(to, count));
            }

            new Span<float>(own, count).CopyTo(new Span<float>(sums, count));
            new Span<float>(own + width, count).CopyTo(new Span<float>(sums + Channels, count));
        }

        // The gradient that passes, of joined rows.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Pass<S, V>(float* x, float* g, float* to, float* table, int columns, int rows)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            var f = Function;
            for (int row = 0; row < rows; row++, x += columns, g += columns, to += columns)
            {
                for (int c = 0; c < columns; c += S.Width)
                {
                    V normalized = S.Fma(
                        S.Subtract(S.Load(x + c), S.Load(table + c)), S.Load(table + columns + c), S.Load(table + 2 * columns + c));
                    V kept = F.KeepsResult ? f.Apply<S, V>(normalized) : normalized;
                    S.Store(to + c, f.Gradient<S, V>(kept, S.Load(g + c)));
                }
            }
        }

        // Row by row, as memory lies; the sums of all channels stay in the first-level cache.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Columns<S, V>(
            float* x, float* g, float* to, int stride, float* table, float* sums, int pitch, int columns, int rows)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            var f = Function;
            for (int row = 0; row < rows; row++, x += stride, g += stride, to += stride)
            {
                for (int c = 0; c < columns; c += S.Width)
                {
                    V deviation = S.Subtract(S.Load(x + c), S.Load(table + c));
                    V normalized = S.Fma(deviation, S.Load(table + pitch + c), S.Load(table + 2 * pitch + c));
                    V kept = F.KeepsResult ? f.Apply<S, V>(normalized) : normalized;
                    V passed = f.Gradient<S, V>(kept, S.Load(g + c));
                    S.Store(to + c, passed);
                    S.Store(sums + c, S.Add(S.Load(sums + c), passed));
                    S.Store(sums + pitch + c, S.Fma(passed, deviation, S.Load(sums + pitch + c)));
                }
            }
        }
    }

    // The sums of what was passed, and of its products with deviations.
    struct PassedColumns : IColumns
    {
        public float* X, Passed, Center, Sums;
        public int Rows, Channels;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(int first, int last, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            V mask = S.First(done);
            for (int c = first; c < last; c += S.Width)
            {
                V center = S.Load(Center + c), sum = S.Load(Sums + c), products = S.Load(Sums + Channels + c);
                nint at = c;
                for (int row = 0; row < Rows; row++, at += Channels)
                {
                    V value = S.Load(Passed + at);
                    sum = S.Add(sum, value);
                    products = S.Fma(value, S.Subtract(S.Load(X + at), center), products);
                }

                L.Store<S, V>(Sums + c, mask, sum);
                L.Store<S, V>(Sums + Channels + c, mask, products);
            }
        }
    }
}
