using System.Numerics;

namespace Ballast.Lab;

/// <summary>How a picture looks from afar: what is left of it when it is saved again with losses, or in another size.</summary>
/// <param name="Hash">Its difference hash: for 8 rows of 9 places each, whether it gets brighter from one place to the next.</param>
/// <param name="Small">Its channels in 8 by 8 places, 0 to 255, row by row.</param>
/// <param name="Contrast">The standard deviation of <paramref name="Small"/> within its channels.</param>
sealed record PictureLook(ulong Hash, float[] Small, double Contrast)
{
    /// <summary>How many bits of two hashes may differ.</summary>
    public const int MostBits = 7;

    const int Side = 8;

    // Flat pictures, such as a sheet of paper, look alike and are not the same.
    const double LeastContrast = 16;

    // The root mean square of how two pictures differ, as a share of their contrast. Of 590 pictures of CIFAR-10 and their copies: saved as JPEG of
    // quality 75 it is 0.07 in the middle and 0.13 at 95 %, at three quarters of the size and back 0.04 and 0.07; of a test picture of CIFAR-10 and
    // the nearest of its training pictures it is above 0.15 for all but 4 of 5,000.
    const double MostDifference = 0.14;

    /// <summary>Looks at a picture; null where there is too little in it to tell it from others.</summary>
    /// <param name="bytes">Its values, [channels, height, width].</param>
    /// <param name="shape">That shape.</param>
    public static PictureLook? Of(ReadOnlySpan<byte> bytes, Shape shape)
    {
        if (shape is not { Rank: 3 } || shape[1] < 2 * Side || shape[2] < 2 * Side)
            return null;
        var (channels, height, width) = (shape[0], shape[1], shape[2]);
        float[] small = new float[channels * Side * Side], gray = new float[Side * (Side + 1)];
        double squares = 0;
        for (int c = 0; c < channels; c++)
        {
            var plane = bytes.Slice(c * height * width, height * width);
            var own = small.AsSpan(c * Side * Side, Side * Side);
            Shrink(plane, height, width, own, Side, add: false);
            Shrink(plane, height, width, gray, Side + 1, add: true);
            double mean = 0;
            foreach (float value in own)
                mean += value / own.Length;
            foreach (float value in own)
                squares += (value - mean) * (value - mean);
        }

        double contrast = Math.Sqrt(squares / small.Length);
        if (contrast < LeastContrast)
            return null;
        ulong hash = 0;
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
                hash = hash << 1 | (gray[y * (Side + 1) + x + 1] > gray[y * (Side + 1) + x] ? 1UL : 0);
        }

        return new PictureLook(hash, small, contrast);
    }

    /// <summary>Whether another picture looks the same.</summary>
    public bool IsLike(PictureLook other)
    {
        if (BitOperations.PopCount(Hash ^ other.Hash) > MostBits)
            return false;
        double most = MostDifference * Math.Min(Contrast, other.Contrast), limit = most * most * Small.Length, sum = 0;
        for (int i = 0; i < Small.Length && sum <= limit; i++)
            sum += (Small[i] - other.Small[i]) * (Small[i] - other.Small[i]);
        return sum <= limit;
    }

    // Means of a plane's values in 8 rows of so many places.
    static void Shrink(ReadOnlySpan<byte> plane, int height, int width, Span<float> target, int columns, bool add)
    {
        for (int y = 0; y < Side; y++)
        {
            var (top, bottom) = (y * height / Side, (y + 1) * height / Side);
            for (int x = 0; x < columns; x++)
            {
                var (left, right) = (x * width / columns, (x + 1) * width / columns);
                int sum = 0;
                for (int row = top; row < bottom; row++)
                {
                    foreach (byte value in plane[(row * width + left)..(row * width + right)])
                        sum += value;
                }

                float mean = (float)sum / ((bottom - top) * (right - left));
                target[y * columns + x] = add ? target[y * columns + x] + mean : mean;
            }
        }
    }
}

/// <summary>Pictures by how they look, to find those that are like another one.</summary>
sealed class PictureLooks
{
    // One more band than bits may differ: two hashes that are alike have a band in common.
    const int Bands = PictureLook.MostBits + 1, Bits = 64 / Bands;

    readonly List<(int Index, PictureLook Look)>[] places = new List<(int, PictureLook)>[Bands << Bits];

    /// <summary>Takes pictures up.</summary>
    public PictureLooks(ScannedSamples pictures)
    {
        foreach (int index in pictures.Indices)
        {
            if (pictures.Look(index) is not { } look)
                continue;
            for (int band = 0; band < Bands; band++)
                (places[Place(look, band)] ??= []).Add((index, look));
        }
    }

    /// <summary>The first picture that looks like another one; null where none does.</summary>
    public int? Find(PictureLook look)
    {
        int? found = null;
        for (int band = 0; band < Bands; band++)
        {
            foreach (var (index, other) in places[Place(look, band)] ?? [])
            {
                if (!(index >= found) && look.IsLike(other))
                    found = index;
            }
        }

        return found;
    }

    static int Place(PictureLook look, int band) => (band << Bits) + (int)(look.Hash >> (band * Bits) & ((1UL << Bits) - 1));
}
