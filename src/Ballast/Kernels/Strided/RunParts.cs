namespace Ballast.Kernels;

/// <summary>Work on the runs of a <see cref="StridedPlan"/>.</summary>
interface IRunWork
{
    /// <summary>The loop.</summary>
    StridedPlan Plan { get; }

    /// <summary>Computes <paramref name="length"/> elements of a run from its element <paramref name="start"/> on.</summary>
    void Run(in StridedPlan.Odometer at, int start, int length);
}

/// <summary>Runs shared among the threads: long ones in pieces, short ones several at a time. The cut depends on the shape alone.</summary>
static class RunParts
{
    const int Part = 1 << 13;

    /// <summary>Does all the work.</summary>
    public static void Share<W>(in W work)
        where W : struct, IRunWork
    {
        var plan = work.Plan;
        if (plan.Length == 0)
            return;
        int pieces = (plan.Run + Part - 1) / Part;
        long runs = Math.Max(1, Part / plan.Run);
        var parts = new Parts<W> { Work = work, Pieces = pieces, RunsInPart = runs };
        long count = pieces > 1 ? plan.Runs * pieces : (plan.Runs + runs - 1) / runs;
        Workers.Run(parts, (int)count, plan.Length, SharedFrom.Cache);
    }

    struct Parts<W> : IWork
        where W : struct, IRunWork
    {
        public W Work;
        public int Pieces;
        public long RunsInPart;

        public readonly void Run(int first, int last)
        {
            var plan = Work.Plan;
            if (Pieces > 1)
            {
                var at = plan.At(first / Pieces);
                for (int part = first; part < last; part++)
                {
                    int start = part % Pieces * Part;
                    Work.Run(at, start, Math.Min(Part, plan.Run - start));
                    if (part % Pieces == Pieces - 1)
                        plan.Advance(ref at);
                }

                return;
            }

            long end = Math.Min(plan.Runs, last * RunsInPart);
            var place = plan.At(first * RunsInPart);
            for (long run = first * RunsInPart; run < end; run++)
            {
                Work.Run(place, 0, plan.Run);
                plan.Advance(ref place);
            }
        }
    }
}
