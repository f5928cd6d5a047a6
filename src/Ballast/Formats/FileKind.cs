using System.Runtime.InteropServices;

namespace Ballast;

/// <summary>The kind of what has a path: a file can be replaced by a new one, all else stays what it is.</summary>
static partial class FileKind
{
    const int WorkingDirectory = -100;      // AT_FDCWD
    const uint TypeAndMode = 1;             // STATX_TYPE
    const int StatxSize = 256;
    const int ModeOffset = 28;

    /// <summary>What a path is, if it is no file, through symbolic links: "a folder", "a device", "a pipe", "a socket"; null for a
    /// file, and where nothing is.</summary>
    /// <remarks>.NET tells a folder from a file and no more. Linux is asked for the rest; elsewhere what lies in <c>/dev</c> is known
    /// by its folder.</remarks>
    public static string? Other(string path)
    {
        if (Directory.Exists(path))
            return "a folder";
        // Names of open files too, which may be files: /dev/stdout, /dev/fd/1, /proc/self/fd/1.
        string folder = Path.GetDirectoryName(path) ?? "";
        if (!OperatingSystem.IsWindows()
            && (folder is "/dev" or "/dev/fd" || folder.StartsWith("/proc/", StringComparison.Ordinal)) && Path.Exists(path))
        {
            return "a device";
        }

        return OperatingSystem.IsLinux() ? OnLinux(path) : null;
    }

    static unsafe string? OnLinux(string path)
    {
        byte* status = stackalloc byte[StatxSize];
        if (Statx(WorkingDirectory, path, 0, TypeAndMode, status) != 0)
            return null;
        return (*(ushort*)(status + ModeOffset) & 0xF000) switch
        {
            0x1000 => "a pipe",
            0x2000 or 0x6000 => "a device",
            0xC000 => "a socket",
            _ => null,
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* status);
}
