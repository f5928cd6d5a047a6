using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>Work cut into parts by its shape, never by the number of threads: each part gives the same bits whoever runs
/// it.</summary>
interface IWork
{
    /// <summary>Into how many pieces each thread's share is cut. Who is done takes pieces that another has not begun, so that
    /// long work does not wait for a core that is busy with something else. 1 where a share is to stay with its thread, or is
    /// too short for that.</summary>
    static virtual int Pieces => 1;

    /// <summary>Runs the parts from <paramref name="first"/> up to, not including, <paramref name="last"/>.</summary>
    void Run(int first, int last);
}

/// <summary>The threads that share the arithmetic. Part p of P goes to the same worker each time, so that a worker's rows of
/// weights stay in its core's cache from the forward pass to the optimizer; with several <see cref="IWork.Pieces"/> it does
/// unless that worker lags behind. A worker that finds nothing to do spins for
/// about as long as the serial part of a small training step takes, then sleeps.</summary>
static class Workers
{
    const int SpinsBeforeSleep = 4000;
    const int SpinsBeforeYield = 2000;

    static readonly Lock Gate = new();
    static Worker[] helpers = [];
    static Work? current;
    static int epoch;
    static int count = Environment.ProcessorCount;

    [ThreadStatic] static bool alone;

    /// <summary>Whether the calling thread does all its work itself.</summary>
    public static bool Alone
    {
        get => alone;
        set => alone = value;
    }

    /// <summary>How many threads share the work, the calling one included.</summary>
    public static int Count
    {
        get => count;
        set
        {
            lock (Gate)
            {
                count = value;
                foreach (var helper in helpers)
                    helper.Retire();
                helpers = [];
            }
        }
    }

    /// <summary>Runs parts 0 to <paramref name="parts"/> - 1 and returns when all are done. Called while another thread's
    /// work is running, it runs them all itself.</summary>
    public static void Run<T>(in T work, int parts)
        where T : struct, IWork
    {
        int share = Math.Min(count, parts);
        if (share <= 1 || alone || !Gate.TryEnter())
        {
            work.Run(0, parts);
            return;
        }

        try
        {
            RunShared(work, parts);
        }
        finally
        {
            Gate.Exit();
        }
    }

    /// <summary>The same for work on so many values, of which the calling thread does few by itself: waking another takes longer.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <param name="parts">How many parts it has.</param>
    /// <param name="values">How many values it goes through.</param>
    /// <param name="shared">From how many on it is shared: one of <see cref="SharedFrom"/>.</param>
    public static void Run<T>(in T work, int parts, long values, int shared = SharedFrom.Memory)
        where T : struct, IWork
    {
        if (values < shared)
            work.Run(0, parts);
        else
            Run(work, parts);
    }

    static void RunShared<T>(in T work, int parts)
        where T : struct, IWork
    {
        if (Gate.IsHeldByCurrentThread && current is not null)
        {
            work.Run(0, parts); // Work that starts work: the helpers are busy with the outer one.
            return;
        }

        if (helpers.Length != count - 1)
            helpers = Worker.Start(count - 1);

        var shared = Work<T>.Instance;
        shared.Begin(work, parts, count);
        shared.Error = null;
        current = shared;
        int mine = Interlocked.Increment(ref epoch);
        foreach (var helper in helpers)
            helper.Wake();

        try
        {
            shared.Run(0, count);
        }
        finally
        {
            foreach (var helper in helpers)
                helper.Finish(shared, mine);
            current = null;
            shared.Value = default;
        }

        if (shared.Error is { } error)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Pause()
    {
        if (X86Base.IsSupported)
            X86Base.Pause();
        else
            Thread.SpinWait(1);
    }

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

#pragma warning disable CA1001 // A worker lives as long as its thread; a semaphore without a wait handle owns nothing.
    sealed class Worker(int index, int workers, int start)
#pragma warning restore CA1001
    {
        readonly SemaphoreSlim bell = new(0);
        volatile bool retired;
        int asleep;
        int claimed = start;
        int done = start;

        public static Worker[] Start(int helpers)
        {
            var started = new Worker[helpers];
            for (int i = 0; i < helpers; i++)
            {
                var worker = started[i] = new Worker(i + 1, helpers + 1, epoch);
                new Thread(worker.Loop) { IsBackground = true, Name = $"Ballast worker {i + 1}" }.Start();
            }

            return started;
        }

        public void Wake()
        {
            if (Volatile.Read(ref asleep) == 1 && Interlocked.Exchange(ref asleep, 0) == 1)
                bell.Release();
        }

        /// <summary>Waits until the helper's share is done. If it has not begun, because its core is busy with something
        /// else, the caller does that share too: more threads than free cores cost little.</summary>
        public void Finish(Work work, int ticket)
        {
            if (Claim(ticket))
            {
                Run(work, ticket);
                return;
            }

            for (int spins = 0; Volatile.Read(ref done) != ticket; spins++)
            {
                if (spins < SpinsBeforeYield)
                    Pause();
                else
                    Thread.Yield();
            }
        }

        // Every piece of work is claimed once, by the helper or by the caller, so the claims count up with the tickets.
        bool Claim(int ticket) => Interlocked.CompareExchange(ref claimed, ticket, ticket - 1) == ticket - 1;

        public void Retire()
        {
            retired = true;
            Wake();
        }

        void Loop()
        {
            int seen = done;
            while (true)
            {
                AwaitWork(seen);
                if (retired)
                    return;
                int ticket = Volatile.Read(ref epoch);
                if (ticket == seen)
                    continue; // a bell rung late, for work that is done already
                seen = ticket;
                if (!Claim(ticket))
                    continue;
                Run(current!, ticket);
            }
        }

        void Run(Work work, int ticket)
        {
            try
            {
                work.Run(index, workers);
            }
#pragma warning disable CA1031 // Whatever a part throws is thrown again on the calling thread, once all work is over.
            catch (Exception error)
#pragma warning restore CA1031
            {
                work.Error = error;
            }

            Volatile.Write(ref done, ticket);
        }

        void AwaitWork(int seen)
        {
            int limit = workers > Environment.ProcessorCount ? 0 : SpinsBeforeSleep;
            for (int spins = 0; spins < limit; spins++)
            {
                if (Volatile.Read(ref epoch) != seen || retired)
                    return;
                Pause();
            }

            Interlocked.Exchange(ref asleep, 1);
            if ((Volatile.Read(ref epoch) != seen || retired) && Interlocked.Exchange(ref asleep, 0) == 1)
                return;
            bell.Wait();
        }
    }
}
