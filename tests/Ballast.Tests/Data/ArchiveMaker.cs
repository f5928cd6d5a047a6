using System.Formats.Tar;
using System.IO.Compression;

namespace Ballast.Tests.Data;

/// <summary>Makes <c>.tar.gz</c> archives for the tests.</summary>
static class ArchiveMaker
{
    public static byte[] Make(params (string Name, byte[] Content)[] files)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            foreach (var (name, content) in files)
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }

        return packed.ToArray();
    }
}
