using System.Buffers.Binary;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Metadata;

namespace Ballast;

/// <summary>What the first bytes of a GIF file say. (ImageSharp's own walks through all its pictures, which takes as long as decoding one.)</summary>
/// <remarks>Source: GIF89a specification, 18: width and height of the logical screen, which all pictures lie in.</remarks>
sealed class GifInfo : IImageInfo
{
    public GifInfo(ReadOnlySpan<byte> file)
    {
        if (file.Length < 13)
            throw new InvalidDataException("GIF: the file ends within its header. It is truncated.");
        (Width, Height) = (BinaryPrimitives.ReadUInt16LittleEndian(file[6..]), BinaryPrimitives.ReadUInt16LittleEndian(file[8..]));
    }

    public int Width { get; }

    public int Height { get; }

    public PixelTypeInfo PixelType { get; } = new(8);

    public ImageMetadata Metadata { get; } = new();
}
