using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace Ballast;

/// <summary>A file's bytes, mapped into memory until the file is disposed of.</summary>
sealed unsafe class MappedSource : ByteSource
{
    readonly Mapping mapping;
    readonly long start;

    MappedSource(Mapping mapping, long start, long length)
    {
        this.mapping = mapping;
        this.start = start;
        Length = length;
    }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? Memory =>
        Length <= int.MaxValue ? new Pages(mapping, start, (int)Length).Memory : null;

    /// <summary>Maps a file. An empty one has no pages, and is read.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static (ByteSource Source, IDisposable File) Open(string path)
    {
        if (Directory.Exists(path) || new FileInfo(path).Length == 0)
            return FileSource.Open(path);
        var mapping = new Mapping(path);
        return (new MappedSource(mapping, 0, mapping.Length), mapping);
    }

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination) =>
        new ReadOnlySpan<byte>(mapping.Pointer + start + offset, destination.Length).CopyTo(destination);

    /// <inheritdoc/>
    public override ByteSource Slice(long offset, long length) => new MappedSource(mapping, start + offset, length);

    sealed class Mapping : IDisposable
    {
        readonly MemoryMappedFile file;
        readonly MemoryMappedViewAccessor view;
        byte* pointer;

        public Mapping(string path)
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            Length = stream.Length;
            file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            view = file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
            // Held until Dispose, so that no finalizer takes the pages from under a span.
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
            pointer += view.PointerOffset;
        }

        public long Length { get; }

        public byte* Pointer
        {
            get
            {
                ObjectDisposedException.ThrowIf(pointer is null, typeof(StoredFile));
                return pointer;
            }
        }

        public void Dispose()
        {
            if (pointer is null)
                return;
            pointer = null;
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            file.Dispose();
        }
    }

    sealed class Pages(Mapping mapping, long start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(mapping.Pointer + start, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(mapping.Pointer + start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
