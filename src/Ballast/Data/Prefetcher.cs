using System.Runtime.ExceptionServices;

namespace Ballast;

/// <summary>Prepares batches ahead on a thread of its own.</summary>
sealed class Prefetcher
{
    readonly Func<int, Batch> read;
    readonly int last;
    readonly (Batch Batch, Exception? Error)[] ring;
    readonly Thread thread;
    readonly object gate = new();
    int produced;
    int taken;
    bool stopped;

    /// <summary>Starts to read the batches from <paramref name="first"/> up to, not including, <paramref name="last"/>,
    /// at most <paramref name="depth"/> ahead of those taken.</summary>
    public Prefetcher(Func<int, Batch> read, int first, int last, int depth)
    {
        this.read = read;
        this.last = last;
        produced = taken = first;
        ring = new (Batch, Exception?)[depth];
        thread = new Thread(Loop) { IsBackground = true, Name = "Ballast prefetch" };
        thread.Start();
    }

    /// <summary>The next batch; waits until it is there. What reading it threw is thrown here.</summary>
    public Batch Take()
    {
        lock (gate)
        {
            while (Volatile.Read(ref produced) == taken)
                Monitor.Wait(gate);
            var (batch, error) = ring[taken % ring.Length];
            ring[taken % ring.Length] = default;
            taken++;
            // The reader sleeps when it is a whole ring ahead and is woken at half: one wake-up for many batches.
            if (produced - taken <= ring.Length / 2)
                Monitor.PulseAll(gate);
            if (error is not null)
                ExceptionDispatchInfo.Throw(error);
            return batch;
        }
    }

    /// <summary>Ends the thread: when this returns, it reads nothing more.</summary>
    public void Stop()
    {
        lock (gate)
        {
            stopped = true;
            Monitor.PulseAll(gate);
        }

        thread.Join();
    }

    void Loop()
    {
        for (int batch = produced; batch < last; batch++)
        {
            (Batch, Exception?) entry;
            try
            {
                entry = (read(batch), null);
            }
#pragma warning disable CA1031 // Whatever reading throws is thrown where the batch is taken.
            catch (Exception error)
#pragma warning restore CA1031
            {
                entry = (default, error);
            }

            lock (gate)
            {
                while (produced - taken == ring.Length && !stopped)
                    Monitor.Wait(gate);
                if (stopped)
                    return;
                ring[produced % ring.Length] = entry;
                produced++;
                if (produced - taken == 1)
                    Monitor.PulseAll(gate);
            }
        }
    }
}
