using System.Diagnostics;

namespace Ballast.Peers;

/// <summary>Times the sides of a row in turn: each pair is a chunk of Ballast and one of the peer, one right after the other.
/// </summary>
sealed class PeerTimer(int pairs, double seconds, PythonWorker? python)
{
    // Threads of a library that wait for its next operation turn for a while: they have to sleep before the next side is timed.
    const int Pause = 5;

    const double WarmUp = 250; // milliseconds of each side, until the last method has its final code

    /// <summary>Ballast beside the fastest peer; what is missing is null.</summary>
    public Comparison Run(Row row)
    {
        List<(string Name, Func<int, double> Time)> sides = [];
        if (row.Ballast is { } ballast)
            Add("ballast", () => Timed(ballast()));
        int peers = sides.Count;
        foreach (var (name, make) in row.Torch)
            Add(name, () => Timed(make()));
        if (row.Python is { } side && python is not null)
        {
            Add("py", () =>
            {
                python.Prepare(side);
                return python.Time;
            });
        }

        if (sides.Count == 0)
            return new Comparison(null, null, null, null);

        // As many runs in a chunk as fit in its time.
        double chunk = seconds * 1e3 / (pairs * sides.Count);
        int[] counts = [.. sides.Select(side =>
        {
            double one = side.Time(1), spent = one;
            while (spent < WarmUp)
            {
                one = side.Time(1);
                spent += one;
            }

            return (int)Math.Clamp(chunk / Math.Max(one, 1e-5), 1, 100_000);
        })];

        double[][] times = [.. sides.Select(_ => new double[pairs])];
        for (int pair = 0; pair < pairs; pair++)
        {
            for (int i = 0; i < sides.Count; i++)
            {
                int turn = pair % 2 == 0 ? i : sides.Count - 1 - i;
                Thread.Sleep(Pause);
                sides[turn].Time(1);
                times[turn][pair] = sides[turn].Time(counts[turn]);
            }
        }

        int? fastest = sides.Count > peers ? Enumerable.Range(peers, sides.Count - peers).MinBy(i => Median(times[i])) : null;
        return new Comparison(
            fastest is { } named ? sides[named].Name : null, peers > 0 ? Median(times[0]) : null,
            fastest is { } timed ? Median(times[timed]) : null,
            peers > 0 && fastest is { } peer ? Median([.. times[peer].Zip(times[0], static (its, ours) => its / ours)]) : null);

        void Add(string name, Func<Func<int, double>> make)
        {
            try
            {
                sides.Add((name, make()));
            }
#pragma warning disable CA1031 // A peer that cannot do a row is left out of it, whatever it says.
            catch (Exception error)
#pragma warning restore CA1031
            {
                Console.Error.WriteLine($"{row.Name}: {name} fails: {error.Message.Split('\n')[0]}");
            }
        }
    }

    static Func<int, double> Timed(Action action)
    {
        action();
        return count =>
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++)
                action();
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds / count;
        };
    }

    static double Median(double[] values)
    {
        double[] sorted = [.. values.Order()];
        int half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}

/// <summary>The fastest peer beside Ballast: medians in milliseconds, and the median of the pairs' ratios, peer by Ballast.</summary>
sealed record Comparison(string? Peer, double? Ballast, double? Time, double? Ratio);
