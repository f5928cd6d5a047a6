using System.Diagnostics;

namespace Ballast;

/// <summary>Where threads meet to sum numbers up: each leaves its own, the last one to come adds all up in their order, and each
/// takes the sums.</summary>
sealed class ThreadExchange(int size, TimeSpan timeout)
{
    readonly object bell = new();
    readonly double[][] rows = [.. Enumerable.Range(0, size).Select(static _ => Array.Empty<double>())];
    readonly int[] lengths = new int[size];
    readonly bool[] arrived = new bool[size];
    readonly bool[] left = new bool[size];
    double[] sums = [];
    long round;

    /// <summary>How many workers there are.</summary>
    public int Size => size;

    /// <summary>Why nobody can go on; null as long as all can.</summary>
    public string? Failure { get; private set; }

    /// <summary>Replaces each value by its sum over all workers.</summary>
    public void Sum(int rank, Span<double> values)
    {
        lock (bell)
        {
            if (left[rank])
                Fail($"Worker {rank} of {size} exchanges numbers after its end.");
            ThrowIfFailed();
            Put(rank, values);
            arrived[rank] = true;
            if (Array.TrueForAll(arrived, static here => here))
                AddUp(values.Length);
            else if (Array.IndexOf(left, true) is >= 0 and var gone)
                Fail(Gone(gone));
            else
                Await(round);
            ThrowIfFailed();
            sums.AsSpan(0, values.Length).CopyTo(values);
        }
    }

    /// <summary>Ends the exchange for all.</summary>
    public void Fail(string reason)
    {
        lock (bell)
        {
            Failure ??= reason;
            Monitor.PulseAll(bell);
        }
    }

    /// <summary>A worker takes part no more.</summary>
    public void Leave(int rank)
    {
        lock (bell)
        {
            left[rank] = true;
            if (Array.IndexOf(arrived, true) >= 0)
                Fail(Gone(rank));
            Monitor.PulseAll(bell);
        }
    }

    /// <summary>Waits until all workers have left; behind a failure no longer than the time limit, for one may hang.</summary>
    public void AwaitEnd()
    {
        lock (bell)
        {
            while (!Array.TrueForAll(left, static gone => gone))
            {
                if (Failure is null)
                    Monitor.Wait(bell);
                else if (!Monitor.Wait(bell, timeout))
                    return;
            }
        }
    }

    void Put(int rank, ReadOnlySpan<double> values)
    {
        if (rows[rank].Length < values.Length)
            rows[rank] = new double[values.Length];
        values.CopyTo(rows[rank]);
        lengths[rank] = values.Length;
    }

    // All are here, and nobody reads the sums of the round before any more.
    void AddUp(int length)
    {
        for (int rank = 0; rank < size; rank++)
        {
            if (lengths[rank] != length)
            {
                int other = lengths[0] != length ? 0 : rank;
                int last = Array.IndexOf(lengths, length);
                Fail($"Worker {other} of {size} sums up {lengths[other]} numbers where worker {last} sums up "
                    + $"{length}. All workers have to run the same network in the same order.");
                return;
            }
        }

        if (sums.Length < length)
            sums = new double[length];
        var total = sums.AsSpan(0, length);
        rows[0].AsSpan(0, length).CopyTo(total);
        for (int rank = 1; rank < size; rank++)
        {
            var row = rows[rank].AsSpan(0, length);
            for (int i = 0; i < length; i++)
                total[i] += row[i];
        }

        Array.Clear(arrived);
        round++;
        Monitor.PulseAll(bell);
    }

    void Await(long mine)
    {
        long start = Stopwatch.GetTimestamp();
        while (round == mine && Failure is null)
        {
            var rest = timeout - Stopwatch.GetElapsedTime(start);
            if (rest <= TimeSpan.Zero || !Monitor.Wait(bell, rest))
            {
                if (round == mine && Failure is null)
                {
                    string missing = string.Join(", ", Enumerable.Range(0, size).Where(rank => !arrived[rank]));
                    Fail(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                        $"Worker {missing} of {size} did not come within {timeout.TotalSeconds:0.###} s. Every "
                        + $"worker has to run the same network on as many batches; a longer timeout is an argument of ThreadCommunicator."));
                }
            }
        }
    }

    string Gone(int rank) =>
        $"Worker {rank} of {size} has ended, and others wait for it. Every worker has to run the same network on as many batches.";

    void ThrowIfFailed()
    {
        if (Failure is { } reason)
            Throw.Communication(reason);
    }
}
