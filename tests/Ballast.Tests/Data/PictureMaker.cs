namespace Ballast.Tests.Data;

/// <summary>Writes small pictures for the tests: the bytes are drawn from a seed.</summary>
static class PictureMaker
{
    const int Gray = 0, Rgb = 2, GrayAlpha = 4, Rgba = 6;

    /// <summary>Writes a picture of these interleaved bytes, and the folders it lies in.</summary>
    public static string Write(string path, int width, int height, byte[] pixels)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        int color = (pixels.Length / (width * height)) switch { 1 => Gray, 2 => GrayAlpha, 3 => Rgb, _ => Rgba };
        File.WriteAllBytes(path, PngMaker.Encode(width, height, 8, color, pixels, y => y % 5));
        return path;
    }

    public static string WriteGray(string path, int width = 6, int height = 4, int seed = 1) =>
        Write(path, width, height, Draw.Bytes(width * height, seed));

    public static string WriteRgb(string path, int width = 6, int height = 4, int seed = 1) =>
        Write(path, width, height, Draw.Bytes(3 * width * height, seed));

    /// <summary>Writes two classes that a network can tell apart: dark pictures and bright ones.</summary>
    public static string WriteTask(string folder, int count = 12, int width = 6, int height = 4)
    {
        for (int i = 0; i < count; i++)
        {
            Write(Path.Combine(folder, "bright", $"{i:00}.png"), width, height, Shade(i, 200));
            Write(Path.Combine(folder, "dark", $"{i:00}.png"), width, height, Shade(i + 1000, 0));
        }

        return folder;

        byte[] Shade(int seed, int offset) => Array.ConvertAll(Draw.Bytes(width * height, seed), value => (byte)(offset + value / 5));
    }
}
