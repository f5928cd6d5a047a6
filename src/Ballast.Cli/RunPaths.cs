using System.Globalization;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>Where runs are kept when nothing else is said: a folder each in <c>runs/</c>, named by the time.</summary>
static class RunPaths
{
    const string Root = "runs";

    /// <summary>A folder that is not there yet.</summary>
    public static string New(RunKind kind) => Fresh(Word(kind));

    /// <summary>A folder for a study that is not there yet.</summary>
    public static string NewStudy(string study) => Fresh($"study-{study}");

    /// <summary>The newest study.</summary>
    public static string NewestStudy() => Newest("study-");

    static string Fresh(string word)
    {
        string time = DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        string name = Path.Combine(Root, $"{time}-{word}");
        string path = name;
        for (int i = 2; Path.Exists(path); i++)
            path = $"{name}-{i}";
        return path;
    }

    /// <summary>Opens the run of a name, or the newest of a kind.</summary>
    public static RunFolder Find(string? path, RunKind kind)
    {
        var folder = RunFolder.Open(path ?? Newest(Word(kind)));
        if (folder.Record.Kind != kind)
        {
            throw new UsageException(kind == RunKind.Train
                ? $"{folder.Path} holds a comparison. Resume it with ballast compare --resume {folder.Path}."
                : $"{folder.Path} holds a training run. Resume it with ballast train --resume {folder.Path}.");
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

        return folder;
    }

    static string Newest(string word)
    {
        // A run that was killed before it had begun has left a folder without a record.
        var found = Directory.Exists(Root)
            ? Directory.EnumerateDirectories(Root, $"*-{word}*").Where(static run => Directory.EnumerateFiles(run, "*.json").Any()) : [];
        return found.Max(StringComparer.Ordinal)
            ?? throw new UsageException($"There is no run in {Root}/ to resume. Name its folder: --resume DIR.");
    }

    static string Word(RunKind kind) => kind == RunKind.Train ? "train" : "compare";
}
