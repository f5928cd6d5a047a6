using System.Globalization;

namespace Ballast.Tests;

/// <summary>Pictures with bytes changed at random. BALLAST_MUTATIONS says how many; 100,000 take minutes.</summary>
public class MutatedPictureTests
{
    static readonly string[] Names =
    [
        "rgb.jpg", "progressive.jpg", "gray.jpg", "cmyk.jpg", "turned-6.jpg", "rgb.png", "rgba.png", "la.png", "palette.png", "bits.png",
        "transparent.png", "interlaced.png", "wide.png", "lossy.webp", "lossless.webp", "alpha.webp", "rgb.bmp", "palette.bmp", "still.gif",
        "moving.gif", "none.tif", "lzw.tif", "deflate.tif", "gray.tif", "pages.tif",
    ];

    static int Count => Environment.GetEnvironmentVariable("BALLAST_MUTATIONS") is { Length: > 0 } text
        ? int.Parse(text, CultureInfo.InvariantCulture) : 2000;

    [Fact]
    public void Mutated_pictures_are_decoded_or_refused_without_a_crash_a_hang_or_more_memory_than_is_said()
    {
        byte[][] files = [.. Names.Select(GoldenPicture.File)];
        var decoder = new PhotoDecoder();
        var options = new PictureOptions { Background = PictureColor.White, MaxPixels = 4_000_000 };
        int decoded = 0, refused = 0;
        long slowest = 0;
        Parallel.For(0, Count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            byte[] file = Mutate(files[i % files.Length], new Random(i));
            var clock = System.Diagnostics.Stopwatch.StartNew();
            try
            {
                var picture = decoder.Decode(file, options);
                Assert.InRange((long)picture.Width * picture.Height, 1, options.MaxPixels);
                Interlocked.Increment(ref decoded);
            }
            catch (InvalidDataException)
            {
                Interlocked.Increment(ref refused);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{Names[i % files.Length]}, mutation {i}: {e.Message}", e);
            }

            long took = clock.ElapsedMilliseconds;
            lock (files)
                slowest = Math.Max(slowest, took);
        });

        Assert.Equal(Count, decoded + refused);
        Assert.InRange(decoded, 1, Count - 1);
        Assert.InRange(slowest, 0, 20_000);
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        Assert.InRange(process.PeakWorkingSet64, 0, 3L << 30);
    }

    static byte[] Mutate(byte[] file, Random draw)
    {
        byte[] mutated = [.. file];
        switch (draw.Next(4))
        {
            case 0:                             // a few bytes
                for (int k = draw.Next(1, 6); k > 0; k--)
                    mutated[draw.Next(mutated.Length)] = (byte)draw.Next(256);
                break;
            case 1:                             // one of the header's
                mutated[draw.Next(Math.Min(64, mutated.Length))] ^= (byte)(1 << draw.Next(8));
                break;
            case 2:                             // a piece moved to another place
                int length = draw.Next(1, mutated.Length / 4), from = draw.Next(mutated.Length - length), to = draw.Next(mutated.Length - length);
                file.AsSpan(from, length).CopyTo(mutated.AsSpan(to));
                break;
            default:                            // extreme numbers
                byte[] extremes = [0, 0xFF, 0x7F, 0x80];
                mutated.AsSpan(draw.Next(mutated.Length - 4), 4).Fill(extremes[draw.Next(4)]);
                break;
        }

        return mutated;
    }
}
