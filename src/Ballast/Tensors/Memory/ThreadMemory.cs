namespace Ballast;

/// <summary>What one thread keeps reachable.</summary>
sealed class ThreadMemory
{
    [ThreadStatic] static ThreadMemory? current;

    readonly List<Buffer> inUse = [];

    /// <summary>Keeps a buffer reachable until this thread's operation has made its result: a pointer into memory does not.</summary>
    public static void Use(Buffer buffer)
    {
        var list = (current ??= new ThreadMemory()).inUse;
        int length = list.Count;
        for (int i = Math.Max(0, length - 4); i < length; i++)
        {
            if (list[i] == buffer)
                return;
        }

        if (length >= 256 && (length & (length - 1)) == 0)
            Compact(list);
        list.Add(buffer);
    }

    /// <summary>Ends the use of buffers on this thread: an operation has made its result.</summary>
    public static void EndOperation()
    {
        if (current is { inUse: { Count: > 0 } list })
            list.Clear();
    }

    /// <summary>Begins to copy values out of buffers: what is noted until the end of it is noted no longer, while what an operation under
    /// way uses stays.</summary>
    public static Reading BeginReading() => new(current is null ? 0 : current.inUse.Count);

    // A thread that writes into memory and makes no tensors meets the same buffers again and again.
    static void Compact(List<Buffer> list)
    {
        Buffer[] distinct = [.. list.Distinct()];
        list.Clear();
        list.AddRange(distinct);
    }

    /// <summary>Values that are being copied out.</summary>
    public readonly ref struct Reading
    {
        readonly int before;

        internal Reading(int before) => this.before = before;

        /// <summary>Ends it.</summary>
        public void Dispose()
        {
            if (current is { inUse: var list } && list.Count > before)
                list.RemoveRange(before, list.Count - before);
            Sweeper.AfterReading();
        }
    }
}
