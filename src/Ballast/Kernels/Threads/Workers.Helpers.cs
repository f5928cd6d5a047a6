using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

// The threads beside the calling one: they wait, claim their share, and do it.
static partial class Workers
{
    const int SpinsBeforeSleep = 4000;
    const int SpinsBeforeYield = 2000;

    // Waits a moment. A thread that spins in managed code has to be interrupted by a signal before a collection can begin, which takes longer than
    // a small collection; one that goes out of managed code and comes back stops by itself on the way.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe void Pause()
    {
        ((delegate* unmanaged<void>)&Nothing)();
        if (X86Base.IsSupported)
            X86Base.Pause();
        else
            Thread.SpinWait(1);
    }

    [UnmanagedCallersOnly]
    static void Nothing()
    {
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
