namespace Ballast;

/// <summary>Notes which running statistics move on this thread, and what they were before, so that what moved them can be computed once more
/// from the same ones.</summary>
sealed class StatisticsJournal : IDisposable
{
    [ThreadStatic] static StatisticsJournal? current;

    readonly Dictionary<RunningMoments, RunningMoments.Kept> before = [];
    readonly StatisticsJournal? outer;

    StatisticsJournal()
    {
        outer = current;
        current = this;
    }

    /// <summary>Begins; it notes until it is disposed of.</summary>
    public static StatisticsJournal Begin() => new();

    /// <summary>Tells of statistics that are about to move.</summary>
    public static void Note(RunningMoments moments)
    {
        for (var journal = current; journal is not null; journal = journal.outer)
        {
            if (!journal.before.ContainsKey(moments))
                journal.before.Add(moments, moments.Keep());
        }
    }

    /// <summary>Does something with the statistics as they were before, and leaves them as they are now.</summary>
    public T Again<T>(Func<T> action)
    {
        var now = before.Keys.ToDictionary(static moments => moments, static moments => moments.Keep());
        foreach (var (moments, kept) in before)
            moments.PutBack(kept);
        try
        {
            return action();
        }
        finally
        {
            foreach (var (moments, kept) in now)
                moments.PutBack(kept);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => current = outer;
}
