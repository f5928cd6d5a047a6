namespace Ballast;

/// <summary>Writes files that are either complete or not there: a full disk, a crash or a cancellation in the middle
/// leaves the old file as it was.</summary>
public static class AtomicFile
{
    const int BufferSize = 1 << 16;

    /// <summary>Writes a file through a temporary one in the same folder, which is flushed to the disk and then takes
    /// the name of <paramref name="path"/>. A symbolic link stays one, and its target is replaced.</summary>
    /// <param name="path">The file to create or replace; its folder must exist.</param>
    /// <param name="write">Writes the content; the stream can be written and sought, and is closed afterwards.</param>
    /// <exception cref="IOException">The content could not be written. Whatever <paramref name="write"/> throws comes
    /// out too. In either case the temporary file is removed and the old file is untouched.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string target = TargetOf(path);
        string folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException(
                $"Cannot write {path}: the folder {folder} does not exist. Create it first.");
        }

        string temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}.tmp");
        bool created = false;
        try
        {
            using (var stream = new FileStream(
                temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferSize))
            {
                created = true;
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch when (created)
        {
            Remove(temporary);
            throw;
        }
    }

    static string TargetOf(string path)
    {
        string full = Path.GetFullPath(path);
        return new FileInfo(full).LinkTarget is null
            ? full
            : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
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
