using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Reductions along any axes of operands under strides of their own: sums of F(x, y), largest values and the like.</summary>
/// <remarks>A run is either reduced, to one value by a row's accumulators, or kept, when whole rows are joined column by column. Pieces
/// are joined in float, at most 64 values a lane or 256 rows, and the pieces in double, in an order that the shape fixes.</remarks>
static unsafe partial class StridedReductions
{
    const int PieceRows = 256;
    const int BlockColumns = 1024;
    const int ChunkLength = 1 << 15;
    const int SerialLength = 1 << 15;

    // Four accumulators of a register each: 64 values in a lane, however wide the registers are.
    static int PieceLength => 256 * Ballast.Compute.SimdWidth;

    /// <summary>result = factor times the reduction of F(x, y) along the axes on which the result's stride is 0.</summary>
    /// <param name="plan">The loop over x, y and the result, in x's order. In a run x lies side by side, and y does or repeats.</param>
    /// <param name="x">x's first element.</param>
    /// <param name="y">y's first element; x's where F takes one value.</param>
    /// <param name="result">The result's first element.</param>
    /// <param name="factor">The factor, such as 1 / count for a mean.</param>
    public static void Compute<R, F>(in StridedPlan plan, float* x, float* y, float* result, double factor)
        where R : struct, IReduction
        where F : struct, IBinary
    {
        var (kept, reduced) = Split(plan);
        var work = new Work<R, F> { Kept = kept, Reduced = reduced, X = x, Y = y, Result = result, Factor = factor };
        work.RunIsReduced = plan.RunStride(2) == 0;
        long length = kept.Length * reduced.Length;
        if (kept.Length == 0)
            return;
        if (reduced.Length == 0)
        {
            work.FillIdentity();
            return;
        }

        int units = work.Units;
        work.Chunks = (int)Math.Clamp(length / ChunkLength / units, 1, Math.Min(64, work.Pieces));
        if (work.Chunks > 1)
            work.Partials = (double*)Scratch.TakeShared(checked((int)(2 * work.Chunks * kept.Length)));
        Workers.Run(work, units * work.Chunks, length, SerialLength);
        if (work.Chunks > 1)
            work.JoinChunks();
    }

    struct Work<R, F> : IWork
        where R : struct, IReduction
        where F : struct, IBinary
    {
        public StridedPlan Kept, Reduced;
        public float* X, Y, Result;
        public double Factor;
        public bool RunIsReduced;
        public int Chunks;
        public double* Partials;

        // How many blocks of columns a kept run has.
        readonly int Blocks => RunIsReduced ? 1 : (Kept.Run + BlockColumns - 1) / BlockColumns;

        /// <summary>The units of kept values: single ones where a run is reduced, blocks of columns where it is kept.</summary>
        public readonly int Units => (int)(RunIsReduced ? Kept.Length : Kept.Runs * Blocks);

        readonly int RunPieces => (Reduced.Run + Piece - 1) / Piece;

        readonly int Piece => RunIsReduced ? PieceLength : PieceRows;

        /// <summary>The pieces that a kept value is reduced in.</summary>
        public readonly int Pieces => (int)(Reduced.Runs * RunPieces);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int first, int last)
        {
            if (RunIsReduced)
            {
                ReduceRuns(first, last);
                return;
            }

            for (int part = first; part < last; part++)
            {
                var (start, end) = PiecesOf(part % Chunks);
                ReduceRows(part / Chunks, part % Chunks, start, end);
            }
        }

        readonly (int Start, int End) PiecesOf(int chunk) =>
            Chunks == 1 ? (0, Pieces) : ((int)((long)Pieces * chunk / Chunks), (int)((long)Pieces * (chunk + 1) / Chunks));

        // Kept values, or chunks of one: each of its runs is reduced to one.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void ReduceRuns(int first, int last)
        {
            if (Chunks == 1 && Reduced.Rank == 1 && Reduced.Run <= PieceLength)
            {
                ReduceSingleRuns(first, last);
                return;
            }

            int chunk = first % Chunks;
            var kept = Kept.At(first / Chunks, inner: 0);
            for (int part = first; part < last; part++)
            {
                Put(chunk, kept.Offsets[2], ReduceChunk(X + kept.Offsets[0], Y + kept.Offsets[1], chunk));
                if (++chunk == Chunks)
                {
                    chunk = 0;
                    Kept.Advance(ref kept);
                }
            }
        }

        // Kept values of a single run each: those that follow one another are taken in one loop.
        readonly void ReduceSingleRuns(int first, int last)
        {
            var kept = Kept.At(first / Kept.Run);
            for (int unit = first; unit < last;)
            {
                int at = unit % Kept.Run, count = Math.Min(last - unit, Kept.Run - at);
                var rows = new SingleRuns
                {
                    X = X + kept.Offsets[0] + at * Kept.RunStride(0),
                    Y = Y + kept.Offsets[1] + at * Kept.RunStride(1),
                    Result = Result + kept.Offsets[2] + at * Kept.RunStride(2),
                    StrideX = Kept.RunStride(0),
                    StrideY = Kept.RunStride(1),
                    StrideResult = Kept.RunStride(2),
                    Count = count,
                    Length = Reduced.Run,
                    Factor = Factor,
                };
                ReduceEach<R, F>(rows, Reduced.RunStride(1) != 0);
                unit += count;
                Kept.Advance(ref kept);
            }
        }

        // One kept value, or a chunk of it: its runs, the longer ones in pieces. What is read next is fetched ahead, wherever it lies.
        readonly double ReduceChunk(float* firstX, float* firstY, int chunk)
        {
            bool sideBySide = Reduced.RunStride(1) != 0;
            var (piece, end) = PiecesOf(chunk);
            var at = Reduced.At(piece / RunPieces);
            int start = piece % RunPieces * PieceLength;
            double total = R.Identity;
            for (; piece < end; piece++)
            {
                float* x = firstX + at.Offsets[0] + start, y = firstY + at.Offsets[1] + (sideBySide ? start : 0);
                int length = Math.Min(PieceLength, Reduced.Run - start);
                nint ahead = Region.Page;
                start += length;
                if (start == Reduced.Run)
                {
                    Reduced.Advance(ref at);
                    start = 0;
                    nint next = (nint)(firstX + at.Offsets[0] - x);
                    ahead = next == length ? ahead : next;
                }

                total = R.Join(total, ReduceRun<R, F>(x, y, sideBySide, length, ahead));
            }

            return total;
        }

        // A block of columns of kept values: rows are joined to it.
        readonly void ReduceRows(int unit, int chunk, int first, int last)
        {
            int column = unit % Blocks * BlockColumns, columns = Math.Min(BlockColumns, Kept.Run - column);
            var kept = Kept.At(unit / Blocks);
            nint keptStep = Kept.RunStride(1);
            float* x = X + kept.Offsets[0] + column, y = Y + kept.Offsets[1] + column * keptStep;
            double* totals = stackalloc double[BlockColumns];
            float* joined = stackalloc float[BlockColumns];
            new Span<double>(totals, columns).Fill(R.Identity);
            var at = Reduced.At(first / RunPieces);
            for (int piece = first; piece < last; piece++)
            {
                int start = piece % RunPieces * PieceRows, rows = Math.Min(PieceRows, Reduced.Run - start);
                var loop = new RowsLoop<R, F>
                {
                    StrideX = Reduced.RunStride(0),
                    StrideY = Reduced.RunStride(1),
                    Rows = rows,
                    Joined = joined,
                    RepeatsY = keptStep == 0,
                };
                loop.X = x + at.Offsets[0] + start * loop.StrideX;
                loop.Y = y + at.Offsets[1] + start * loop.StrideY;
                Simd.Run(loop, columns);
                for (int c = 0; c < columns; c++)
                    totals[c] = R.Join(totals[c], joined[c]);
                if (piece % RunPieces == RunPieces - 1)
                    Reduced.Advance(ref at);
            }

            nint step = Kept.RunStride(2);
            for (int c = 0; c < columns; c++)
                Put(chunk, kept.Offsets[2] + (column + c) * step, totals[c]);
        }

        readonly void Put(int chunk, nint offset, double total)
        {
            if (Chunks > 1)
                Partials[chunk * Kept.Length + offset] = total;
            else
                Result[offset] = (float)(total * Factor);
        }

        /// <summary>Joins the chunks of each kept value, in their order.</summary>
        public readonly void JoinChunks()
        {
            for (long i = 0; i < Kept.Length; i++)
            {
                double total = Partials[i];
                for (int chunk = 1; chunk < Chunks; chunk++)
                    total = R.Join(total, Partials[chunk * Kept.Length + i]);
                Result[i] = (float)(total * Factor);
            }
        }

        /// <summary>The result of reducing nothing.</summary>
        public readonly void FillIdentity()
        {
            for (long i = 0; i < Kept.Length; i++)
                Result[i] = (float)(R.Identity * Factor);
        }
    }
}
