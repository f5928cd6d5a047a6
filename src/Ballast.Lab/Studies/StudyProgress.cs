using System.Diagnostics;

namespace Ballast.Lab;

/// <summary>How far a study is.</summary>
/// <param name="Done">How many trials are done.</param>
/// <param name="Trials">How many there are in all.</param>
/// <param name="Share">How much of all is done, 0 to 1, trials in progress included.</param>
/// <param name="Remaining">How long the rest takes at the speed so far; null before that can be told.</param>
/// <param name="Ended">The trial that has just ended; null between two ends.</param>
public readonly record struct StudyProgress(int Done, int Trials, double Share, TimeSpan? Remaining, TrialResult? Ended);

/// <summary>Adds up how far the trials are.</summary>
sealed class StudyTracker(int trials, int done, Action<StudyProgress>? listen)
{
    readonly Dictionary<int, double> running = [];
    readonly Stopwatch clock = Stopwatch.StartNew();
    readonly int before = done;
    int ended = done, next;

    public int Begin()
    {
        lock (running)
        {
            running[next] = 0;
            return next++;
        }
    }

    public void Report(int key, double share)
    {
        lock (running)
        {
            running[key] = share;
            Tell(null);
        }
    }

    public void End(int key, TrialResult result)
    {
        lock (running)
        {
            running.Remove(key);
            ended++;
            Tell(result);
        }
    }

    // Trials that an earlier sitting ran say nothing of this one's speed.
    void Tell(TrialResult? result)
    {
        double now = ended - before + running.Values.Sum();
        TimeSpan? remaining = now > 0.02 && clock.Elapsed.TotalSeconds > 1
            ? clock.Elapsed * ((trials - before - now) / now) : null;
        listen?.Invoke(new StudyProgress(ended, trials, (before + now) / trials, remaining, result));
    }
}
