namespace Ballast;

public sealed partial class Picture
{
    /// <summary>The picture as a PNG file: 8 bits a sample, grey or RGB; read again it has the same bytes.</summary>
    public byte[] ToPng() => PngWriter.Write(Stack(this).Reshape(Shape));
}
