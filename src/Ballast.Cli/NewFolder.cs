using System.Runtime.InteropServices;

namespace Ballast.Cli;

/// <summary>A folder that this process alone has made, for something new to be put into; one that stays empty is taken away again.
/// </summary>
sealed partial class NewFolder : IDisposable
{
    const int Exists = 17;                  // EEXIST
    const int ExistsOnWindows = 183;        // ERROR_ALREADY_EXISTS

    readonly bool made;

    NewFolder(string path, bool made) => (Path, this.made) = (path, made);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>A folder that was named: it is made by whoever puts something into it.</summary>
    public static NewFolder Named(string path) => new(path, made: false);

    /// <summary>Makes a folder, trying names in turn until one is free. Of several processes with the same names each gets one of its
    /// own.</summary>
    /// <param name="names">Paths in one folder.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static NewFolder Make(IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            if (System.IO.Path.GetDirectoryName(name) is { Length: > 0 } parent)
                Directory.CreateDirectory(parent);
            if (TryMake(name))
                return new NewFolder(name, made: true);
        }

        throw new IOException("All names for a new folder are taken. Name one.");
    }

    public void Dispose()
    {
        if (!made || !Directory.Exists(Path) || Directory.EnumerateFileSystemEntries(Path).Any())
            return;
        Directory.Delete(Path);
        if (System.IO.Path.GetDirectoryName(Path) is not { Length: > 0 } parent)
            return;
        try
        {
            Directory.Delete(parent);
        }
        catch (IOException)
        {
            // There are others in it.
        }
    }

    // .NET makes a folder or finds it there, and does not say which.
    static bool TryMake(string path)
    {
        bool windows = OperatingSystem.IsWindows();
        if (windows ? CreateDirectory(path, 0) != 0 : MakeDirectory(path, 0x1FF) == 0)
            return true;
        if (Marshal.GetLastPInvokeError() == (windows ? ExistsOnWindows : Exists))
            return false;
        Directory.CreateDirectory(path);        // fails likewise, with a message
        return true;
    }

    [LibraryImport("libc", EntryPoint = "mkdir", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MakeDirectory(string path, uint mode);

    [LibraryImport("kernel32", EntryPoint = "CreateDirectoryW", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int CreateDirectory(string path, nint security);
}
