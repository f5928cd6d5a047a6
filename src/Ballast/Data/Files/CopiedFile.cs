namespace Ballast;

/// <summary>A file read into memory once. What others do to the file afterwards changes nothing.</summary>
sealed unsafe class CopiedFile : FileBytes
{
    readonly byte[] bytes;

    CopiedFile(string path, byte[] bytes) : base(path)
    {
        this.bytes = bytes;
        Length = bytes.Length;
        fixed (byte* start = this.bytes) // pinned for as long as it lives
            Start = start;
    }

    /// <summary>Reads a file of one byte or more.</summary>
    /// <exception cref="InvalidDataException">It is empty, or too large for one array.</exception>
    /// <exception cref="IOException">It cannot be read, or is written to meanwhile.</exception>
    public static CopiedFile Read(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        long length = stream.Length;
        if (length == 0)
            Throw.InvalidData($"{path} is empty. Expected a file of samples.");
        if (length > Array.MaxLength)
            Throw.InvalidData($"{path} has {length} bytes. Expected {Array.MaxLength} at most: take a part of it.");
        var written = File.GetLastWriteTimeUtc(stream.SafeFileHandle);
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)length, pinned: true);
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (read < length || stream.Length != length || File.GetLastWriteTimeUtc(stream.SafeFileHandle) != written)
            throw new IOException($"{path} was written to while it was read: of {length} bytes there were {read}. "
                + "Wait until it is complete, and begin again.");
        return new CopiedFile(path, bytes);
    }
}
