namespace Ballast.Tests;

/// <summary>A decoder that counts what it decodes, and takes its time.</summary>
/// <param name="inner">Decodes.</param>
/// <param name="milliseconds">How long it waits before each picture.</param>
sealed class WatchedDecoder(PictureDecoder inner, int milliseconds = 0) : PictureDecoder
{
    public int Decoded;

    public override string Formats => inner.Formats;

    public override string Version => inner.Version;

    public override PictureInfo Identify(ReadOnlyMemory<byte> file) => inner.Identify(file);

    public override Picture Decode(ReadOnlyMemory<byte> file, PictureOptions options)
    {
        Interlocked.Increment(ref Decoded);
        Thread.Sleep(milliseconds);
        return inner.Decode(file, options);
    }
}
