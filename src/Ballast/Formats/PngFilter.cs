using System.Numerics;

namespace Ballast;

/// <summary>Undoes the five row filters of PNG (specification, section 9): each byte was stored as the difference from a
/// guess made of the byte one pixel to the left (a), the one above (b) and the one above left (c).</summary>
static class PngFilter
{
    /// <summary>Restores <paramref name="row"/> in place.</summary>
    /// <param name="filter">The byte before the row: 0 none, 1 left, 2 above, 3 their mean, 4 Paeth's choice.</param>
    /// <param name="row">The stored row, without its filter byte.</param>
    /// <param name="above">The restored row above, zeros for the first.</param>
    /// <param name="pixel">Bytes a pixel, 1 where pixels are smaller than a byte.</param>
    /// <exception cref="InvalidDataException">There is no such filter.</exception>
    public static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int pixel)
    {
        above = above[..row.Length];
        switch (filter)
        {
            case 0:
                break;
            case 1:
                Left(row, pixel);
                break;
            case 2:
                Above(row, above);
                break;
            case 3:
                Mean(row, above, pixel);
                break;
            case 4:
                Paeth(row, above, pixel);
                break;
            default:
                Throw.InvalidData($"PNG: a row has filter {filter}, there are 0 to 4. The file is damaged.");
                break;
        }
    }

    static void Left(Span<byte> row, int pixel)
    {
        for (int i = pixel; i < row.Length; i++)
            row[i] += row[i - pixel];
    }

    static void Above(Span<byte> row, ReadOnlySpan<byte> above)
    {
        int i = 0;
        for (; i <= row.Length - Vector<byte>.Count; i += Vector<byte>.Count)
            (new Vector<byte>(row[i..]) + new Vector<byte>(above[i..])).CopyTo(row[i..]);
        for (; i < row.Length; i++)
            row[i] += above[i];
    }

    static void Mean(Span<byte> row, ReadOnlySpan<byte> above, int pixel)
    {
        for (int i = 0; i < Math.Min(pixel, row.Length); i++)
            row[i] += (byte)(above[i] >> 1);
        for (int i = pixel; i < row.Length; i++)
            row[i] += (byte)(row[i - pixel] + above[i] >> 1);
    }

    static void Paeth(Span<byte> row, ReadOnlySpan<byte> above, int pixel)
    {
        for (int i = 0; i < Math.Min(pixel, row.Length); i++)
            row[i] += above[i];
        for (int i = pixel; i < row.Length; i++)
            row[i] += (byte)Nearest(row[i - pixel], above[i], above[i - pixel]);
    }

    /// <summary>Which of a, b, c is nearest to a + b - c, the earlier one where two are. Chosen by masks: on photographs
    /// a branch here is guessed wrong half the time.</summary>
    static int Nearest(int a, int b, int c)
    {
        int nearest = a;
        int distance = Math.Abs(b - c);
        int toB = Math.Abs(a - c) - distance;
        int mask = toB >> 31;
        nearest ^= (nearest ^ b) & mask;
        distance += toB & mask;
        mask = Math.Abs(a + b - 2 * c) - distance >> 31;
        return nearest ^ (nearest ^ c) & mask;
    }
}
