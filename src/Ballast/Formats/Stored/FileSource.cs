using Microsoft.Win32.SafeHandles;

namespace Ballast;

/// <summary>A file's bytes, read at their offsets; several threads may read at once.</summary>
sealed class FileSource : ByteSource, IDisposable
{
    readonly SafeFileHandle handle;
    readonly string path;

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public static (ByteSource Source, IDisposable File) Open(string path)
    {
        if (Directory.Exists(path))
            throw new IOException($"{path} is a folder. Expected a file of weights: name the file in it.");
        var source = new FileSource(path);
        return (source, source);
    }

    FileSource(string path)
    {
        this.path = path;
        handle = File.OpenHandle(path);
        Length = RandomAccess.GetLength(handle);
    }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int read = RandomAccess.Read(handle, destination, offset);
            if (read == 0)
                Throw.InvalidData($"{path}: the file became shorter while it was read.");
            destination = destination[read..];
            offset += read;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => handle.Dispose();
}
