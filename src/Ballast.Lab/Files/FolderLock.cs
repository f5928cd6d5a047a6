using System.Globalization;

namespace Ballast.Lab;

/// <summary>Ownership of a folder that a run or a study writes to: one process at a time has it. The system takes it back when the
/// process ends, however it ends.</summary>
/// <remarks>It is a lock on the empty file <c>.lock</c>, which stays: were it deleted, two processes could each hold a lock on a file
/// of that name. Who the owner is stands beside it in <c>.owner</c>, which means nothing where the lock is free.</remarks>
sealed class FolderLock : IDisposable
{
    const string LockName = ".lock";
    const string OwnerName = ".owner";

    readonly string path;
    readonly FileStream held;

    FolderLock(string path, FileStream held) => (this.path, this.held) = (path, held);

    /// <summary>Takes a folder, and removes the temporary files that a killed owner has left in it.</summary>
    /// <exception cref="IOException">Another process has it, which is named; or it cannot be written.</exception>
    public static FolderLock Take(string path)
    {
        string file = Path.Combine(path, LockName);
        if (new FileInfo(file).LinkTarget is not null)
            throw new IOException($"{file} is a symbolic link. Delete it: Ballast makes a file of that name itself.");
        FileStream held;
        try
        {
            held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (IsTaken(error))
        {
            throw new IOException($"{path} is in use by {Owner(path)}. Wait for it or stop it, or choose another folder.", error);
        }

        try
        {
            AtomicFile.RemoveTemporaries(path);
            AtomicFile.Write(Path.Combine(path, OwnerName), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"process {Environment.ProcessId} on {Environment.MachineName}, since {DateTime.UtcNow:yyyy-MM-dd HH:mm:ss} UTC\n"))));
            return new FolderLock(path, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is nothing in a folder, or only what a process leaves that was killed before it had begun.</summary>
    public static bool IsUnused(string path) => !Directory.Exists(path) || Directory.EnumerateFileSystemEntries(path).All(
        static entry => Path.GetFileName(entry) is var name && (name == LockName || IsLeft(name)));

    static bool IsLeft(string name) => name == OwnerName || AtomicFile.IsTemporary(name);

    /// <summary>Removes what a killed owner has left in a folder that nobody goes on with. Nothing is done where there is nothing, where another
    /// process has the folder, or where it cannot be written.</summary>
    public static void Tidy(string path)
    {
        if (!Directory.EnumerateFiles(path, ".*").Any(static file => IsLeft(Path.GetFileName(file))))
            return;
        try
        {
            Take(path).Dispose();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is shown as it is.
        }
    }

    /// <summary>Gives the folder back.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(Path.Combine(path, OwnerName));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What the folder was is said by the lock alone.
        }

        held.Dispose();
    }

    // EWOULDBLOCK of Linux and of macOS; ERROR_SHARING_VIOLATION.
    static bool IsTaken(IOException error) =>
        error is not (DirectoryNotFoundException or PathTooLongException) && error.HResult is 11 or 35 or -2147024864;

    static string Owner(string path)
    {
        try
        {
            using var reader = new StreamReader(Path.Combine(path, OwnerName));
            return reader.ReadLine() is { Length: > 0 and <= 300 } owner ? owner : "another process";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
