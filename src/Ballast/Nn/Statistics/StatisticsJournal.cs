namespace Ballast;

/// <summary>Notes which running statistics, and other things that forward passes of training move, move on this thread, and what they were
/// before, so that what moved them can be computed once more from the same ones.</summary>
sealed class StatisticsJournal : IDisposable
{
    [ThreadStatic] static StatisticsJournal? current;

    readonly Dictionary<object, (Func<Action> Keep, Action PutBack)> before = [];
    readonly StatisticsJournal? outer;

    StatisticsJournal()
    {
        outer = current;
        current = this;
    }

    /// <summary>Begins; it notes until it is disposed of.</summary>
    public static StatisticsJournal Begin() => new();

    /// <summary>Tells of something that is about to move.</summary>
    /// <param name="owner">What owns it.</param>
    /// <param name="keep">Keeps it as it is; gives what puts that back.</param>
    public static void Note(object owner, Func<Action> keep)
    {
        for (var journal = current; journal is not null; journal = journal.outer)
        {
            if (!journal.before.ContainsKey(owner))
                journal.before.Add(owner, (keep, keep()));
        }
    }

    /// <summary>Does something with all of it as it was before, and leaves it as it is now.</summary>
    public T Again<T>(Func<T> action)
    {
        Action[] now = [.. before.Values.Select(static noted => noted.Keep())];
        foreach (var (_, putBack) in before.Values)
            putBack();
        try
        {
            return action();
        }
        finally
        {
            foreach (var putBack in now)
                putBack();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => current = outer;
}
