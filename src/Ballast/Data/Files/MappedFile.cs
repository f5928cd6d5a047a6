using System.Collections.Concurrent;
using System.IO.MemoryMappedFiles;

namespace Ballast;

/// <summary>A file of the cache mapped into memory, read-only. Mapping costs a quarter of what reading into arrays does, where
/// memory touched for the first time is dear, and processes share the pages.</summary>
/// <remarks>Mapping is safe here because files in the cache are only ever replaced by renaming a new one over them, never
/// written in place: a mapping keeps seeing the file it was made of, whose SHA-256 was checked. A file that others may shorten
/// is a <see cref="CopiedFile"/>: touching a mapped page past its end would kill the process. A mapping once made is kept for
/// the life of the process, so that no span over it can dangle.</remarks>
sealed unsafe class MappedFile : FileBytes
{
    static readonly ConcurrentDictionary<string, MappedFile> Mapped = new(StringComparer.Ordinal);

    readonly DateTime written;

    MappedFile(string path) : base(path)
    {
        written = File.GetLastWriteTimeUtc(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete,
            bufferSize: 0);
        Throw.Unless(stream.Length is > 0 and <= int.MaxValue,
            $"{path}: {stream.Length} bytes cannot be mapped; expected 1 to {int.MaxValue}.");
        Length = (int)stream.Length;
        using var file = MemoryMappedFile.CreateFromFile(
            stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        var view = file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        // Never given back: that alone keeps the pages mapped, also once a newer mapping has taken this one's place.
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Start = start;
    }

    /// <summary>The mapping of a file, the one already made where the file hasn't changed since.</summary>
    public static MappedFile Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (Mapped.TryGetValue(path, out var mapped) && mapped.IsCurrent())
            return mapped;
        mapped = new MappedFile(path);
        Mapped[path] = mapped;
        return mapped;
    }

    bool IsCurrent()
    {
        var file = new FileInfo(Path);
        return file.Exists && file.Length == Length && file.LastWriteTimeUtc == written;
    }
}
