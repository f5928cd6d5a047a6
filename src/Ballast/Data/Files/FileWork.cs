using System.Runtime.ExceptionServices;

namespace Ballast;

/// <summary>Does independent pieces of file work on all cores.</summary>
static class FileWork
{
    /// <summary>Runs <paramref name="work"/> for 0 up to <paramref name="count"/> - 1; what one of them throws is
    /// thrown as it is.</summary>
    /// <param name="count">How many pieces there are.</param>
    /// <param name="work">Does one of them.</param>
    /// <param name="cancellation">Looked at with every piece.</param>
    /// <param name="threads">How many threads share them at most; null for one a core.</param>
    public static void Each(int count, Action<int> work, CancellationToken cancellation, int? threads = null)
    {
        try
        {
            Parallel.For(0, count, new ParallelOptions
            {
                CancellationToken = cancellation,
                MaxDegreeOfParallelism = threads ?? Environment.ProcessorCount,
            }, work);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
