using System.Text.RegularExpressions;

namespace Ballast;

/// <summary>Writes files that are either complete or not there: a full disk, a crash or a cancellation in the middle
/// leaves the old file as it was.</summary>
public static partial class AtomicFile
{
    const int BufferSize = 1 << 16;

    /// <summary>The age at which a temporary file's writer is taken for dead.</summary>
    static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>Writes a file through a temporary one in the same folder, which is flushed to the disk and then takes
    /// the name of <paramref name="path"/>. The temporary file has a name that cannot be foreseen and is always a new one.
    /// A symbolic link of the name <paramref name="path"/> is replaced by the file; what it leads to is not touched. A folder, a device,
    /// a pipe or a socket is refused before anything is written, also where a link leads to it: <c>/dev/null</c>, <c>/dev/stdout</c>.
    /// </summary>
    /// <remarks>A program that is killed while it writes leaves its temporary file, <c>.NAME.RANDOM.tmp</c>. The next write of
    /// the same file removes it once it is a day old.</remarks>
    /// <param name="path">The file to create or replace; its folder must exist.</param>
    /// <param name="write">Writes the content; the stream can be written and sought, and is closed afterwards.</param>
    /// <exception cref="IOException">There is something of this name that is no file. The content could not be written. Whatever
    /// <paramref name="write"/> throws comes out too. In either case the temporary file is removed and the old file is untouched.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = Prepare(path, write);
        try
        {
            File.Move(temporary, Path.GetFullPath(path), overwrite: true);
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    /// <summary>Writes files that belong together, as <see cref="Write"/> writes one: all are complete in temporary ones before the first takes its
    /// name. While they take their names the last one, which names the others, is not there.</summary>
    /// <param name="files">The files, in one folder.</param>
    internal static void WriteAll(IReadOnlyList<(string Path, Action<Stream> Write)> files)
    {
        List<string> temporaries = [];
        try
        {
            foreach (var (path, write) in files)
                temporaries.Add(Prepare(path, write));
            File.Delete(files[^1].Path);
            for (int i = 0; i < files.Count; i++)
                File.Move(temporaries[i], Path.GetFullPath(files[i].Path), overwrite: true);
        }
        catch
        {
            foreach (string temporary in temporaries)
                Remove(temporary);
            throw;
        }
    }

    // The content in a temporary file beside the one that it is for.
    static string Prepare(string path, Action<Stream> write)
    {
        string target = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException(
                $"Cannot write {path}: the folder {folder} does not exist. Create it first.");
        }

        string name = Path.GetFileName(target);
        if (FileKind.Other(target) is { } other)
        {
            throw new IOException(
                $"Cannot write {path}: it is {other}, and only a file can be replaced. Name a file that is new or may be replaced.");
        }

        RemoveTemporaries(folder, name, Abandoned);
        string temporary = Path.Combine(folder, $".{name}.{Path.GetRandomFileName()}.tmp");
        bool created = false;
        try
        {
            using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferSize);
            created = true;
            write(stream);
            stream.Flush(flushToDisk: true);
        }
        catch when (created)
        {
            Remove(temporary);
            throw;
        }

        return temporary;
    }

    /// <summary>Removes the temporary files that killed programs have left in a folder. Only the one process that writes to
    /// the folder may call it.</summary>
    /// <param name="folder">The folder; those in it are left alone.</param>
    public static void RemoveTemporaries(string folder) => RemoveTemporaries(folder, "", TimeSpan.Zero);

    /// <summary>Whether a file of this name is a temporary one of <see cref="Write"/>.</summary>
    /// <param name="name">The name, without its folder.</param>
    public static bool IsTemporary(string name) => Temporary().IsMatch(name);

    [GeneratedRegex(@"^\..+\.[a-z0-9]{8}\.[a-z0-9]{3}\.tmp$", RegexOptions.CultureInvariant)]
    private static partial Regex Temporary();

    static void RemoveTemporaries(string folder, string target, TimeSpan age)
    {
        foreach (string file in Directory.EnumerateFiles(folder, ".*.tmp"))
        {
            string name = Path.GetFileName(file);
            // ".NAME.12345678.123.tmp"
            if (IsTemporary(name) && (target.Length == 0 || name.AsSpan(1, name.Length - 18).SequenceEqual(target))
                && DateTime.UtcNow - File.GetLastWriteTimeUtc(file) >= age)
            {
                Remove(file);
            }
        }
    }

    static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to report; this one only leaves a hidden file behind.
        }
    }
}
