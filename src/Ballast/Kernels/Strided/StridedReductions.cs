namespace Ballast.Kernels;

/// <summary>Reductions along any axes of operands under strides of their own: sums of F(x, y), largest values and the like.</summary>
/// <remarks>A run is either reduced, to one value by a row's accumulators, or kept, when whole rows are joined column by column. Pieces
/// are joined in float, at most 64 values a lane or 256 rows, and the pieces in double, in an order that the shape fixes.</remarks>
static unsafe partial class StridedReductions
{
    const int PieceRows = 256;
    const int BlockColumns = 512;
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
        if (length < SerialLength)
            work.Run(0, units * work.Chunks);
        else
            Workers.Run(work, units * work.Chunks);
        if (work.Chunks > 1)
            work.JoinChunks();
    }

    // Two loops of one: over the axes that are kept, and over those that are reduced.
    static (StridedPlan Kept, StridedPlan Reduced) Split(in StridedPlan plan)
    {
        Span<int> sizes = stackalloc int[2 * StridedPlan.MaxAxes];
        Span<nint> strides = stackalloc nint[2 * 3 * StridedPlan.MaxAxes];
        Span<int> counts = [0, 0];
        for (int axis = 0; axis < plan.Rank; axis++)
            counts[plan.Stride(2, axis) == 0 && plan.Size(axis) != 1 ? 1 : 0]++;
        Span<int> at = [0, 0];
        for (int axis = 0; axis < plan.Rank; axis++)
        {
            int side = plan.Stride(2, axis) == 0 && plan.Size(axis) != 1 ? 1 : 0, i = at[side]++;
            sizes[side * StridedPlan.MaxAxes + i] = plan.Size(axis);
            for (int operand = 0; operand < 3; operand++)
                strides[(side * 3 * StridedPlan.MaxAxes) + operand * counts[side] + i] = plan.Stride(operand, axis);
        }

        return (StridedPlan.Of(sizes[..counts[0]], strides[..(3 * counts[0])]),
            StridedPlan.Of(
                sizes.Slice(StridedPlan.MaxAxes, counts[1]), strides.Slice(3 * StridedPlan.MaxAxes, 3 * counts[1])));
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

        public readonly void Run(int first, int last)
        {
            for (int part = first; part < last; part++)
            {
                int unit = part / Chunks, chunk = part % Chunks;
                long pieces = Pieces;
                int start = (int)(pieces * chunk / Chunks), end = (int)(pieces * (chunk + 1) / Chunks);
                if (RunIsReduced)
                    ReduceRuns(unit, chunk, start, end);
                else
                    ReduceRows(unit, chunk, start, end);
            }
        }

        // One kept value: each of its runs is reduced to one.
        readonly void ReduceRuns(int unit, int chunk, int first, int last)
        {
            var kept = Kept.At(unit, inner: 0);
            var at = Reduced.At(first / RunPieces);
            nint step = Reduced.RunStride(1);
            double total = R.Identity;
            for (int piece = first; piece < last; piece++)
            {
                int start = piece % RunPieces * PieceLength, length = Math.Min(PieceLength, Reduced.Run - start);
                float* x = X + kept.Offsets[0] + at.Offsets[0] + start, y = Y + kept.Offsets[1] + at.Offsets[1] + start * step;
                total = R.Join(total, ReduceRun<R, F>(x, y, step != 0, length));
                if (piece % RunPieces == RunPieces - 1)
                    Reduced.Advance(ref at);
            }

            Put(chunk, kept.Offsets[2], total);
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
