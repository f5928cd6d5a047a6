using System.Runtime.ExceptionServices;

namespace Ballast;

/// <summary>Does independent pieces of file work on all cores.</summary>
static class FileWork
{
    /// <summary>Runs <paramref name="work"/> for 0 up to <paramref name="count"/> - 1; what one of them throws is
    /// thrown as it is.</summary>
    public static void Each(int count, Action<int> work, CancellationToken cancellation)
    {
        try
        {
            Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation }, work);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
