using System.Buffers.Binary;

namespace Ballast.Tests;

/// <summary>Files that Goldens/pictures.py has written.</summary>
static class GoldenPicture
{
    public static readonly PictureColor Background = new(200, 30, 60);

    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Goldens", "pictures", name);

    public static byte[] File(string name) => System.IO.File.ReadAllBytes(PathOf(name));

    public static Picture Expected(string name)
    {
        byte[] bytes = File(name + ".raw");
        int Size(int i) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 * i));
        return new Picture([Size(0), Size(1), Size(2)], bytes[12..]);
    }

    /// <summary>The mean and the largest difference of two pictures of one shape.</summary>
    public static (double Mean, int Largest) Difference(Picture expected, Picture got)
    {
        Assert.Equal(expected.Shape, got.Shape);
        long sum = 0;
        int largest = 0;
        for (int i = 0; i < expected.Bytes.Length; i++)
        {
            int difference = Math.Abs(expected.Bytes[i] - got.Bytes[i]);
            sum += difference;
            largest = Math.Max(largest, difference);
        }

        return (sum / (double)expected.Bytes.Length, largest);
    }
}
