using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>What one thread keeps reachable and notes of the tensors that it makes.</summary>
sealed class ThreadMemory
{
    [ThreadStatic] static ThreadMemory? current;

    readonly List<Buffer> inUse = [];
    readonly List<Tensor> made = [];
    bool notes;

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
    public static void EndOperation(Tensor? result = null)
    {
        if (current is not { } thread)
            return;
        if (thread.inUse.Count > 0)
            thread.inUse.Clear();
        if (thread.notes && result is not null)
            thread.made.Add(result);
    }

    /// <summary>Begins to note the tensors that are made on this thread, or ends it, until <see cref="Scope.Leave"/>.</summary>
    public static Scope Enter(bool notes) => new(current ??= new ThreadMemory(), notes);

    // A thread that writes into memory and makes no tensors meets the same buffers again and again.
    static void Compact(List<Buffer> list)
    {
        Buffer[] distinct = [.. list.Distinct()];
        list.Clear();
        list.AddRange(distinct);
    }

    /// <summary>A part of a computation whose tensors are noted apart from those around it.</summary>
    public readonly ref struct Scope
    {
        readonly ThreadMemory thread;
        readonly bool before;
        readonly int start;

        internal Scope(ThreadMemory thread, bool notes)
        {
            this.thread = thread;
            before = thread.notes;
            start = thread.made.Count;
            thread.notes = notes;
        }

        /// <summary>The tensors that were made in it.</summary>
        public ReadOnlySpan<Tensor> Made => CollectionsMarshal.AsSpan(thread.made)[start..];

        /// <summary>Ends it and forgets its tensors.</summary>
        public void Leave()
        {
            thread.notes = before;
            if (thread.made.Count > start)
                thread.made.RemoveRange(start, thread.made.Count - start);
        }

        /// <summary>Notes what it has made as one tensor of the part around it.</summary>
        public void AddResult(Tensor result)
        {
            if (before)
                thread.made.Add(result);
        }
    }
}
