using System.Security.Cryptography;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>Opens the files that runs learn.</summary>
static class FileTasks
{
    static readonly string[] Endings = [".csv", ".tsv", ".tab", ".txt", ".parquet"];

    /// <summary>Whether a word names a file of columns.</summary>
    public static bool IsFile(string word) => Endings.Contains(Path.GetExtension(word), StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads what a run learns.</summary>
    /// <param name="file">How the file is read.</param>
    /// <param name="settings">Where it is, and how it is trained on.</param>
    /// <param name="path">The file as it was named, for messages; null for as the settings have it.</param>
    /// <exception cref="ArgumentException">Settings out of range.</exception>
    /// <exception cref="InvalidDataException">A file that cannot be read or used.</exception>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    public static FileTask Open(FileSettings file, RunSettings settings, string? path = null) =>
        file.Kind == LearnedKind.Series ? new LearnedSeries(path ?? settings.Data!, file, settings)
            : new LearnedTable(path ?? settings.Data!, file, settings);

    /// <summary>What a run learns, of the file that it was begun with.</summary>
    /// <exception cref="InvalidDataException">The file has changed, or cannot be used.</exception>
    /// <exception cref="IOException">It is not there any more, or cannot be read.</exception>
    public static FileTask Reopen(RunFolder folder)
    {
        var task = Open(folder.Record.File!, folder.Record.Settings);
        FileRun.RefuseChanged(folder, task);
        return task;
    }

    /// <summary>The file of the weights that a run predicts with: those of its best epoch.</summary>
    /// <exception cref="FileNotFoundException">There are none yet.</exception>
    public static string Weights(string run)
    {
        string weights = Path.Combine(run, "weights.safetensors"), best = Path.Combine(run, "best.safetensors");
        return File.Exists(weights) ? weights : File.Exists(best) ? best
            : throw new FileNotFoundException($"{run} has no weights yet: not one epoch of it is over. Continue with: "
                + CommandText.Of("ballast", "train", "--resume", run));
    }

    /// <summary>A file's name and hash.</summary>
    public static DataFile Describe(string path)
    {
        using var stream = File.OpenRead(path);
        return new DataFile(Path.GetFileName(path), Convert.ToHexStringLower(SHA256.HashData(stream)));
    }
}
