namespace Ballast.Kernels;

/// <summary>The threads that share the arithmetic. Part p of P goes to the same worker each time, so that a worker's rows of
/// weights stay in its core's cache from the forward pass to the optimizer; with several <see cref="IWork.Pieces"/> it does
/// unless that worker lags behind. A worker that finds nothing to do spins for
/// about as long as the serial part of a small training step takes, then sleeps.</summary>
static partial class Workers
{
    static readonly Lock Gate = new();
    static Worker[] helpers = [];
    static Work? current;
    static int epoch;
    static int count = Environment.ProcessorCount;

    [ThreadStatic] static bool alone;

    /// <summary>Whether the calling thread does all its work itself.</summary>
    public static bool Alone
    {
        get => alone;
        set => alone = value;
    }

    /// <summary>Whether parts run one by one from the last to the first. The tests switch it on: a part that writes where another one
    /// does is overwritten in order, and found out so.</summary>
    public static bool Backwards { get; set; }

    /// <summary>How many threads share the work, the calling one included.</summary>
    public static int Count
    {
        get => count;
        set
        {
            lock (Gate)
            {
                count = value;
                foreach (var helper in helpers)
                    helper.Retire();
                helpers = [];
            }
        }
    }

    /// <summary>Runs parts 0 to <paramref name="parts"/> - 1 and returns when all are done. Called while another thread's
    /// work is running, it runs them all itself.</summary>
    public static void Run<T>(in T work, int parts)
        where T : struct, IWork
    {
        if (Backwards)
        {
            for (int part = parts - 1; part >= 0; part--)
                work.Run(part, part + 1);
            return;
        }

        int share = Math.Min(count, parts);
        if (share <= 1 || alone || !Gate.TryEnter())
        {
            work.Run(0, parts);
            return;
        }

        try
        {
            RunShared(work, parts);
        }
        finally
        {
            Gate.Exit();
        }
    }

    /// <summary>The same for work on so many values, of which the calling thread does few by itself: waking another takes longer.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <param name="parts">How many parts it has.</param>
    /// <param name="values">How many values it goes through.</param>
    /// <param name="shared">From how many on it is shared: one of <see cref="SharedFrom"/>.</param>
    public static void Run<T>(in T work, int parts, long values, int shared = SharedFrom.Memory)
        where T : struct, IWork
    {
        if (values < shared && !Backwards)
            work.Run(0, parts);
        else
            Run(work, parts);
    }

    static void RunShared<T>(in T work, int parts)
        where T : struct, IWork
    {
        if (Gate.IsHeldByCurrentThread && current is not null)
        {
            work.Run(0, parts); // Work that starts work: the helpers are busy with the outer one.
            return;
        }

        if (helpers.Length != count - 1)
            helpers = Worker.Start(count - 1);

        var shared = Work<T>.Instance;
        shared.Begin(work, parts, count);
        shared.Error = null;
        current = shared;
        int mine = Interlocked.Increment(ref epoch);
        foreach (var helper in helpers)
            helper.Wake();

        try
        {
            shared.Run(0, count);
        }
        finally
        {
            foreach (var helper in helpers)
                helper.Finish(shared, mine);
            current = null;
            shared.Value = default;
        }

        if (shared.Error is { } error)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
    }
}
