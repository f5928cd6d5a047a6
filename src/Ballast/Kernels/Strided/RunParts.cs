namespace Ballast.Kernels;

/// <summary>Work on the runs of a <see cref="StridedPlan"/>.</summary>
interface IRunWork
{
    /// <summary>Computes <paramref name="length"/> elements of a run from its element <paramref name="start"/> on.</summary>
    /// <param name="plan">The loop.</param>
    /// <param name="at">Where in it the run begins.</param>
    /// <param name="start">The first element of the run.</param>
    /// <param name="length">How many elements.</param>
    void Run(in StridedPlan plan, in StridedPlan.Odometer at, int start, int length);
}

/// <summary>Runs shared among the threads: long ones in pieces, short ones several at a time. The cut depends on the shape alone.</summary>
static unsafe class RunParts
{
    const int Part = 1 << 13;

    /// <summary>Does all the work of a loop.</summary>
    public static void Share<W>(in StridedPlan plan, in W work)
        where W : struct, IRunWork
    {
        if (plan.Length == 0)
            return;
        int pieces = (plan.Run + Part - 1) / Part;
        long runs = Math.Max(1, Part / plan.Run);
        long count = pieces > 1 ? plan.Runs * pieces : (plan.Runs + runs - 1) / runs;
        // A plan is large: the parts look at the one that there is.
        fixed (StridedPlan* place = &plan)
        {
            var parts = new Parts<W> { Plan = place, Work = work, Pieces = pieces, RunsInPart = runs };
            Workers.Run(parts, (int)count, plan.Length, SharedFrom.Cache);
        }
    }

    struct Parts<W> : IWork
        where W : struct, IRunWork
    {
        public StridedPlan* Plan;
        public W Work;
        public int Pieces;
        public long RunsInPart;

        public readonly void Run(int first, int last)
        {
            ref readonly var plan = ref *Plan;
            if (Pieces > 1)
            {
                var at = plan.At(first / Pieces);
                for (int part = first; part < last; part++)
                {
                    int start = part % Pieces * Part;
                    Work.Run(plan, at, start, Math.Min(Part, plan.Run - start));
                    if (part % Pieces == Pieces - 1)
                        plan.Advance(ref at);
                }

                return;
            }

            long end = Math.Min(plan.Runs, last * RunsInPart);
            var place = plan.At(first * RunsInPart);
            for (long run = first * RunsInPart; run < end; run++)
            {
                Work.Run(plan, place, 0, plan.Run);
                plan.Advance(ref place);
            }
        }
    }
}
