using System.Globalization;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>Where runs are kept when nothing else is said: a folder each in <c>runs/</c>, named by the time.</summary>
static class RunPaths
{
    const string Root = "runs";

    /// <summary>The folder of a new run: the one that is named, or one that is made.</summary>
    public static NewFolder New(RunKind kind, string? named) => named is null ? Fresh(Word(kind)) : NewFolder.Named(named);

    /// <summary>The folder of a new study: the one that is named, or one that is made.</summary>
    public static NewFolder NewStudy(string study, string? named) => named is null ? Fresh($"study-{study}") : NewFolder.Named(named);

    /// <summary>Refuses a place for something new where it cannot be put, before the data is fetched and read.</summary>
    /// <param name="named">The folder that is named; null for one in <c>runs/</c>.</param>
    /// <param name="refuseUsed">Refuses a folder with something in it.</param>
    /// <exception cref="IOException">It is in use, or lies in a folder that was deleted.</exception>
    public static void Refuse(string? named, Action<string> refuseUsed)
    {
        WorkingFolder.RefuseGone(named ?? Root);
        if (named is not null)
            refuseUsed(named);
    }

    /// <summary>The newest study.</summary>
    public static string NewestStudy() => Newest("study-");

    static NewFolder Fresh(string word)
    {
        string time = DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        string name = Path.Combine(Root, $"{time}-{word}");
        return NewFolder.Make([name, .. Enumerable.Range(2, 998).Select(i => $"{name}-{i}")]);
    }

    /// <summary>Opens the run of a name, or the newest of a kind.</summary>
    public static RunFolder Find(string? path, RunKind kind)
    {
        var folder = RunFolder.Open(path ?? Newest(Word(kind)));
        if (folder.Record.Kind != kind && (kind, folder.Record.Kind) != (RunKind.Train, RunKind.Folds))
        {
            throw new UsageException(kind == RunKind.Train
                ? $"{folder.Path} holds a comparison. Resume it with: {CommandText.Of("ballast", "compare", "--resume", folder.Path)}"
                : $"{folder.Path} holds a training run. Resume it with: {CommandText.Of("ballast", "train", "--resume", folder.Path)}");
        }

        return folder;
    }

    /// <summary>Opens one trained network, not a comparison of two.</summary>
    /// <param name="path">The run's folder.</param>
    /// <param name="verb">What is to be done with it, for a message: <c>Evaluate</c>.</param>
    public static RunFolder Trained(string path, string verb)
    {
        var folder = RunFolder.Open(path);
        if (folder.Record.Kind == RunKind.Compare)
        {
            throw new UsageException(
                $"{path} holds a comparison. {verb} one of its runs: {Path.Combine(path, "with")} or {Path.Combine(path, "without")}.");
        }

        if (folder.Record.Kind == RunKind.Folds)
        {
            throw new UsageException(
                $"{path} holds a cross validation. {verb} one of its folds, such as {Path.Combine(path, FileFolds.NameOf(1))}.");
        }

        return folder;
    }

    static string Newest(string word)
    {
        WorkingFolder.RefuseGone(Root);
        // A run that was killed before it had begun has left a folder without a record.
        var found = Directory.Exists(Root)
            ? Directory.EnumerateDirectories(Root, $"*-{word}*").Where(static run => Directory.EnumerateFiles(run, "*.json").Any()) : [];
        return found.Max(StringComparer.Ordinal)
            ?? throw new UsageException($"There is no run in {Root}/ to resume. Name its folder: --resume DIR.");
    }

    static string Word(RunKind kind) => kind switch
    {
        RunKind.Train => "train",
        RunKind.Folds => "train-folds",
        _ => "compare",
    };
}
