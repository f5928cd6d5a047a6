namespace Ballast.Kernels;

/// <summary>One step of a <see cref="BlockProgram"/>: a function of operands and results of earlier steps.</summary>
/// <param name="Function">The function.</param>
/// <param name="Left">The first value: an operand's number, or the complement of a step's.</param>
/// <param name="Right">The second one.</param>
readonly record struct BlockStep(BlockFunction Function, int Left, int Right);

/// <summary>An element-wise expression computed in one pass: block by block, all steps of one before the next, with what lies between
/// two steps in the first-level cache. Bits are those of the steps one after another over all elements.</summary>
static unsafe class BlockProgram
{
    /// <summary>The most operands of a program.</summary>
    public const int MaxOperands = 12;

    /// <summary>The most steps of a program.</summary>
    public const int MaxSteps = 24;

    // Multiples of every register's width: which elements share a register is what it is in a loop over all of them.
    const int Block = 1 << 11;
    const int Part = 1 << 13;

    /// <summary>Computes the last step for all elements.</summary>
    /// <param name="steps">The steps, each after those it reads.</param>
    /// <param name="operands">Where the operands lie.</param>
    /// <param name="strides">1 for each operand of <paramref name="length"/> values, 0 for one of a single value.</param>
    /// <param name="to">Where the result goes.</param>
    /// <param name="length">The number of values.</param>
    public static void Run(ReadOnlySpan<BlockStep> steps, float** operands, int* strides, float* to, int length)
    {
        int* places = stackalloc int[MaxSteps];
        int slots = Assign(steps, places);
        var work = new Work
        {
            Steps = steps.ToArray(),
            Operands = operands,
            Strides = strides,
            Places = places,
            Slots = slots,
            To = to,
            Length = length,
        };
        Workers.Run(work, (length + Part - 1) / Part, length, SharedFrom.Cache);
    }

    // Gives each step but the last one of few blocks to write to: one whose value nobody reads any more.
    static int Assign(ReadOnlySpan<BlockStep> steps, int* places)
    {
        Span<int> lastReader = stackalloc int[MaxSteps];
        for (int i = 0; i < steps.Length; i++)
        {
            foreach (int operand in (ReadOnlySpan<int>)[steps[i].Left, steps[i].Right])
            {
                if (operand < 0)
                    lastReader[~operand] = i;
            }
        }

        Span<bool> taken = stackalloc bool[MaxSteps];
        int slots = 0;
        for (int i = 0; i < steps.Length - 1; i++)
        {
            for (int earlier = 0; earlier < i; earlier++)
            {
                if (lastReader[earlier] == i)
                    taken[places[earlier]] = false;
            }

            int place = taken.IndexOf(false);
            taken[place] = true;
            places[i] = place;
            slots = Math.Max(slots, place + 1);
        }

        return slots;
    }

    struct Work : IWork
    {
        public BlockStep[] Steps;
        public float** Operands;
        public int* Strides;
        public int* Places;
        public int Slots, Length;
        public float* To;

        public readonly void Run(int first, int last)
        {
            float* between = Scratch.Take(Slots * Block);
            int end = Math.Min(Length, last * Part);
            for (int start = first * Part; start < end; start += Block)
            {
                int count = Math.Min(Block, end - start);
                for (int i = 0; i < Steps.Length; i++)
                {
                    ref var step = ref Steps[i];
                    float* x = Find(step.Left, start, between, out int stepX);
                    float* y = Find(step.Right, start, between, out int stepY);
                    float* to = i == Steps.Length - 1 ? To + start : between + Places[i] * Block;
                    step.Function.Run(x, stepX, y, stepY, to, count);
                }
            }
        }

        readonly float* Find(int operand, int start, float* between, out int step)
        {
            if (operand < 0)
            {
                step = 1;
                return between + Places[~operand] * Block;
            }

            step = Strides[operand];
            return Operands[operand] + (nint)start * step;
        }
    }
}
