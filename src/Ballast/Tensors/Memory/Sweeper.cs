using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>Buffers under weak references: memory of results that were merely dropped goes back to the pool as soon as the garbage collector has
/// found that nothing refers to them any more, instead of with a collection of the oldest generation.</summary>
/// <remarks>
/// <para>What is lent is a young <see cref="Buffer"/> of its own on pooled memory. Reachability alone decides: whatever a program can
/// still name (a local, a field, a closure, a value that waits in another thread) is reachable, and is never taken. There are no
/// finalizers.</para>
/// <para>A pointer into memory does not keep the buffer reachable. <see cref="Buffer.Span(int)"/>, by which alone memory is reached,
/// therefore notes the buffer in a list of the thread, where it stays until the operation has made its result
/// (<see cref="ThreadMemory.EndOperation"/>). So a sweep is right at any moment and on any thread. The one rule: a span taken inside an operation is
/// not used after the operation's tensor was made. Spans that leave the library are no part of that: a tensor's <c>AsSpan</c>
/// gives the buffer up for good, and it is collected like any object.</para>
/// </remarks>
static class Sweeper
{
    /// <summary>Floats from which on a buffer is watched where no gradients are recorded: slices cost less to make than to watch.</summary>
    public const int Smallest = Buffer.LargestSlice + 1;

    // Where gradients are recorded, the backward pass hands nearly everything back; what it does not are large results of frozen layers.
    const int SmallestRecorded = 1 << 18;

    // What most third-level caches hold beside the operands: memory that is lent again before it has left the cache is written at the
    // cache's speed, which is worth more than a collection costs.
    const long SmallestBudget = 8L << 20;

    // In the midst of a computation its results are under way, so that sweeping waits longer there.
    const int MostBudgets = 2;

    static readonly Lock Gate = new();
    static readonly Stack<Watch> Unused = [];
    static Watch[] watched = new Watch[64];
    static int count;
    static long outstanding, low, oldest, largest, lately, recordedTrigger = SmallestBudget;
    static int sweeps;

    /// <summary>How many sweeps have asked for a collection.</summary>
    public static int Sweeps => Volatile.Read(ref sweeps);

    /// <summary>The bytes of buffers that are watched now.</summary>
    public static long Outstanding => Interlocked.Read(ref outstanding);

    /// <summary>Whether memory of a length is watched on this thread.</summary>
    public static bool Watches(int length) =>
        Buffer.IsChecked || length >= (Recording.IsOn ? SmallestRecorded : Smallest);

    /// <summary>A buffer of its own on pooled memory, watched from now on. Past two budgets, memory that nothing refers to goes back
    /// first; where values are read from time to time, that happens then, after one.</summary>
    public static Buffer Lend(Buffer memory)
    {
        lock (Gate)
        {
            long bytes = memory.Capacity * (long)sizeof(float);
            (largest, lately) = (Math.Max(largest, bytes), Math.Max(lately, bytes));
            outstanding += bytes;
            if (Exceeds(0, MostBudgets))
                Sweep();
            if (!Unused.TryPop(out var watch))
                watch = new Watch();
            var lent = new Buffer(memory, watch);
            watch.Set(lent, memory);
            if (count == watched.Length)
                Array.Resize(ref watched, 2 * count);
            watch.Index = count;
            watched[count++] = watch;
            return lent;
        }
    }

    /// <summary>Sweeps if the next large result would go past the budget: values have just been read, so that few results are under way,
    /// and what is under way at a collection stays until an older generation is collected.</summary>
    public static void AfterReading()
    {
        if (!Exceeds(largest, 1))
            return;
        lock (Gate)
        {
            if (Exceeds(largest, 1))
                Sweep();
        }
    }

    // Whether what is lent since the last sweep, and more, is past some budgets.
    static bool Exceeds(long more, int budgets) => outstanding + more > (Recording.IsOn ? recordedTrigger : low + budgets * Budget);

    /// <summary>Ends the watching of a buffer, and gives the pooled memory that it was lent on; null where it ended before.</summary>
    public static Buffer? End(ref Watch? watch)
    {
        lock (Gate)
        {
            if (watch is null)
                return null;
            var memory = watch.Memory!;
            Remove(watch);
            watch = null;
            return memory;
        }
    }

    // Three of the largest results are what a chain of layers has in use at once. One that does not come again counts half at each sweep.
    public static long Budget => Math.Max(SmallestBudget, 3 * largest);

    // Tensors that live at a collection are in the next generation afterwards, where a collection of the youngest does not find them: when
    // half a budget of them has gathered there, that one is collected too, and the oldest when all that it holds has doubled.
    static void Sweep()
    {
        long budget = Budget, before = outstanding;
        var held = Take();
        if (before - outstanding < budget / 2)
        {
            Interlocked.Increment(ref sweeps);
            int generation = held.Oldest > 2 * oldest + 4 * budget ? 2 : held.Middle > budget / 2 ? 1 : 0;
            GC.Collect(generation, GCCollectionMode.Forced, blocking: true);
            held = Take();
            if (generation == 2)
                oldest = held.Oldest;
        }

        low = outstanding;
        recordedTrigger = 2 * outstanding + budget;
        (largest, lately) = (Math.Max(lately, largest / 2), 0);
    }

    // Takes the memory of what nothing refers to; the bytes of all other buffers by their generation.
    static (long Middle, long Oldest) Take()
    {
        long middle = 0, oldest = 0;
        for (int i = count - 1; i >= 0; i--)
        {
            var watch = watched[i];
            switch (watch.Generation)
            {
                case null:
                    var memory = watch.Memory!;
                    Remove(watch);
                    memory.TakeBack();
                    break;
                case 1:
                    middle += watch.Bytes;
                    break;
                case > 1:
                    oldest += watch.Bytes;
                    break;
            }
        }

        return (middle, oldest);
    }

    static void Remove(Watch watch)
    {
        outstanding -= watch.Bytes;
        low = Math.Min(low, outstanding);
        watch.Clear();
        watched[watch.Index] = watched[--count];
        watched[watch.Index].Index = watch.Index;
        watched[count] = null!;
        Unused.Push(watch);
    }

    /// <summary>A buffer under a weak reference with the memory that it was lent. Handles are used again and again.</summary>
    public sealed class Watch
    {
        GCHandle weak = GCHandle.Alloc(null, GCHandleType.Weak);

        /// <summary>The position among those that are watched.</summary>
        public int Index { get; set; }

        /// <summary>The pooled memory.</summary>
        public Buffer? Memory { get; private set; }

        /// <summary>The length of the memory.</summary>
        public long Bytes => Memory!.Capacity * (long)sizeof(float);

        /// <summary>The collector's generation that the buffer is in; null where nothing refers to it any more.</summary>
        public int? Generation => weak.Target is { } lent ? GC.GetGeneration(lent) : null;

        /// <summary>Begins to watch a buffer.</summary>
        public void Set(Buffer lent, Buffer memory)
        {
            weak.Target = lent;
            Memory = memory;
        }

        /// <summary>Ends the watching.</summary>
        public void Clear()
        {
            weak.Target = null;
            Memory = null;
        }
    }
}
