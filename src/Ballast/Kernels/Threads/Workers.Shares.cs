namespace Ballast.Kernels;

// A share of the parts for each worker.
static partial class Workers
{
    abstract class Work
    {
        public Exception? Error;

        public abstract void Run(int worker, int workers);
    }

    // One per type of work, filled anew each time: starting parallel work allocates nothing.
    sealed class Work<T> : Work
        where T : struct, IWork
    {
        const int CacheLine = 16; // integers

        public static readonly Work<T> Instance = new();
        public T Value;
        int parts;
        int[] begun = []; // how many pieces of each share, each in a cache line of its own

        public void Begin(in T work, int partCount, int workers)
        {
            (Value, parts) = (work, partCount);
            if (T.Pieces == 1)
                return;
            if (begun.Length != workers * CacheLine)
                begun = new int[workers * CacheLine];
            Array.Clear(begun);
        }

        public override void Run(int worker, int workers)
        {
            if (T.Pieces == 1)
            {
                RunParts(Start(worker, workers), Start(worker + 1, workers));
                return;
            }

            for (int i = 0; i < workers; i++)
            {
                int owner = (worker + i) % workers, first = Start(owner, workers), length = Start(owner + 1, workers) - first;
                for (int piece; (piece = Interlocked.Increment(ref begun[owner * CacheLine]) - 1) < T.Pieces;)
                    RunParts(first + length * piece / T.Pieces, first + length * (piece + 1) / T.Pieces);
            }
        }

        int Start(int worker, int workers) => (int)((long)parts * worker / workers);

        void RunParts(int first, int last)
        {
            if (first < last)
                Value.Run(first, last);
        }
    }
}
