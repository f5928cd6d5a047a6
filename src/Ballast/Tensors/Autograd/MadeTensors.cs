using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>Notes of the tensors that one thread makes, while somebody wants to know.</summary>
sealed class MadeTensors
{
    [ThreadStatic] static MadeTensors? current;

    readonly List<Tensor> made = [];
    bool notes;

    /// <summary>Notes a tensor that was made on this thread.</summary>
    public static void Note(Tensor tensor)
    {
        if (current is { notes: true } thread)
            thread.made.Add(tensor);
    }

    /// <summary>Begins to note the tensors that are made on this thread, or ends it, until <see cref="Scope.Leave"/>.</summary>
    public static Scope Enter(bool notes) => new(current ??= new MadeTensors(), notes);

    /// <summary>A part of a computation whose tensors are noted apart from those around it.</summary>
    public readonly ref struct Scope
    {
        readonly MadeTensors thread;
        readonly bool before;
        readonly int start;

        internal Scope(MadeTensors thread, bool notes)
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
