using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>Work on elements that lie side by side in the result and in each operand.</summary>
unsafe interface IBlockWork
{
    /// <summary>Computes <paramref name="length"/> elements.</summary>
    void Run(float* result, float** operands, int length);
}

/// <summary>Runs of a few elements, as of [n, 3] * [3]: many of them make a block. An operand whose elements do not follow one another as
/// the result's do is brought into the result's order first; one that each run repeats is so once.</summary>
static unsafe class ShortRuns
{
    const int Longest = 32;
    const int FewestRuns = 4;
    const int Block = 1 << 10;
    const int PartBlocks = 8;

    /// <summary>Whether a loop's runs are short and follow one another in the result.</summary>
    public static bool Takes(in StridedPlan plan)
    {
        int last = plan.Rank - 1;
        return last > 0 && plan.Run <= Longest && plan.Size(last - 1) >= FewestRuns && plan.Stride(0, last) == 1
            && plan.Stride(0, last - 1) == plan.Run;
    }

    /// <summary>Does the work; the result is operand 0 of the plan, the others follow.</summary>
    public static void Share<W>(in W work, in StridedPlan plan, float* result, float* x, float* y = null, float* z = null)
        where W : struct, IBlockWork
    {
        if (plan.Length == 0)
            return;
        var parts = new Parts<W> { Inner = work, Plan = plan, Result = result, X = x, Y = y, Z = z };
        Workers.Run(parts, (int)((parts.Blocks + PartBlocks - 1) / PartBlocks), plan.Length, SharedFrom.Cache);
    }

    struct Parts<W> : IWork
        where W : struct, IBlockWork
    {
        public W Inner;
        public StridedPlan Plan;
        public float* Result, X, Y, Z;

        readonly int Rows => Block / Plan.Run;

        readonly int RowBlocks => (Plan.Size(Plan.Rank - 2) + Rows - 1) / Rows;

        public readonly long Blocks => Plan.Runs / Plan.Size(Plan.Rank - 2) * RowBlocks;

        public readonly void Run(int first, int last)
        {
            int most = Rows, each = RowBlocks, size = Plan.Size(Plan.Rank - 2);
            long block = (long)first * PartBlocks, end = Math.Min(Blocks, (long)last * PartBlocks);
            float** operands = stackalloc float*[StridedPlan.MaxOperands - 1];
            float* buffers = stackalloc float[(StridedPlan.MaxOperands - 1) * Block];
            nint* repeated = stackalloc nint[StridedPlan.MaxOperands - 1];
            new Span<nint>(repeated, StridedPlan.MaxOperands - 1).Fill(-1);
            var at = Plan.At(block / each, inner: 2);
            for (; block < end; block++)
            {
                int row = (int)(block % each) * most, rows = Math.Min(most, size - row);
                for (int i = 0; i < Plan.Operands - 1; i++)
                {
                    float* memory = i == 0 ? X : i == 1 ? Y : Z;
                    operands[i] = Ordered(memory, i + 1, at.Offsets[i + 1], row, rows, buffers + i * Block, ref repeated[i]);
                }

                Inner.Run(Result + at.Offsets[0] + row * Plan.Run, operands, rows * Plan.Run);
                if (block % each == each - 1)
                    Plan.Advance(ref at);
            }
        }

        // An operand's elements in the result's order: where they are, or in a buffer.
        readonly float* Ordered(float* memory, int operand, nint offset, int row, int rows, float* buffer, ref nint repeated)
        {
            nint outer = Plan.Stride(operand, Plan.Rank - 2), inner = Plan.RunStride(operand);
            float* from = memory + offset + row * outer;
            if (inner == 1 && outer == Plan.Run)
                return from;
            if (outer == 0 && repeated == offset)
                return buffer;
            Gather(from, outer, inner, buffer, outer == 0 ? Rows : rows, Plan.Run);
            repeated = outer == 0 ? offset : -1;
            return buffer;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Gather(float* from, nint outer, nint inner, float* to, int rows, int run)
    {
        if (run >= 4 && (inner is 0 or 1))
        {
            for (int row = 0; row < rows; row++, from += outer, to += run)
            {
                if (inner == 1)
                    Copy(from, to, run);
                else
                    Repeat(*from, to, run);
            }

            return;
        }

        for (int row = 0; row < rows; row++, from += outer)
        {
            float* x = from;
            for (int i = 0; i < run; i++, x += inner)
                *to++ = *x;
        }
    }

    // A run of 4 elements or more, the last few of which are written twice.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Copy(float* from, float* to, int run)
    {
        int i = 0;
        for (; i < run - 8; i += 8)
            Vector256.Load(from + i).Store(to + i);
        if (run >= 8)
        {
            Vector256.Load(from + run - 8).Store(to + run - 8);
            return;
        }

        Vector128.Load(from).Store(to);
        Vector128.Load(from + run - 4).Store(to + run - 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Repeat(float value, float* to, int run)
    {
        int i = 0;
        for (; i < run - 8; i += 8)
            Vector256.Create(value).Store(to + i);
        if (run >= 8)
        {
            Vector256.Create(value).Store(to + run - 8);
            return;
        }

        Vector128.Create(value).Store(to);
        Vector128.Create(value).Store(to + run - 4);
    }
}
