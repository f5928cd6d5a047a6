using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using Pixels = System.Runtime.Intrinsics.Vector256<short>;
using Samples = System.Runtime.Intrinsics.Vector256<ushort>;

namespace Ballast;

/// <summary>RGB of a JPEG picture whose two colours Cb and Cr have fewer samples than its brightness Y: colours are interpolated between
/// their samples, and converted in whole numbers, as libjpeg does.</summary>
/// <remarks>
/// <para>A sample stands in the middle of its pixels. A pixel's colour is three quarters of the sample that it is in and one of that on its
/// other side, in each direction in which there are fewer samples; at an edge the sample itself. Of two rows and two columns the sum s has
/// 16 parts, rounded by 8 in columns of even number and 7 in the others; of two columns 4, rounded by 1 and 2; of two rows 4, rounded by 1 in rows of
/// even number and 2 in the others. With two samples of colour or fewer in a row of half the columns nothing is interpolated.</para>
/// <para>R = Y + 1.402 (Cr - 128), G = Y - 0.344136 (Cb - 128) - 0.714136 (Cr - 128), B = Y + 1.772 (Cb - 128), with factors of 16 bits.</para>
/// <para>Source: libjpeg-turbo 2.1, jdsample.c (h2v1_fancy_upsample, h1v2_fancy_upsample, h2v2_fancy_upsample) and jdcolor.c.</para>
/// </remarks>
sealed class JpegColors
{
    // Rows hold whole vectors, with at least one sample more than there is at either end: the first and the last one repeated.
    static readonly int Lead = Vector256<byte>.Count;

    readonly int width, height, samples, sampleRows, across, down;
    readonly ushort[] sums;
    readonly byte[] bright;
    readonly (byte[] Above, byte[] Here, byte[] Below, byte[] Wide)[] colors = new (byte[], byte[], byte[], byte[])[2];

    JpegColors(int width, int height, JpegFrame frame)
    {
        (this.width, this.height, across, down) = (width, height, frame.Across, frame.Down);
        (samples, sampleRows) = ((width + across - 1) / across, (height + down - 1) / down);
        int row = Lead + (width + Lead - 1) / Lead * Lead + 2 * Lead;
        (sums, bright) = (new ushort[row], new byte[row]);
        for (int c = 0; c < 2; c++)
            colors[c] = (new byte[row], new byte[row], new byte[row], new byte[row]);
    }

    bool IsInterpolated => across == 1 || samples > 2;

    /// <summary>Red, green and blue, plane after plane.</summary>
    /// <param name="image">Y, Cb and Cr of each pixel, with the samples of colour repeated.</param>
    /// <param name="frame">What a sample of colour stands for.</param>
    public static byte[] Planes(Image<Rgb24> image, JpegFrame frame)
    {
        byte[] planes = GC.AllocateUninitializedArray<byte>(3 * image.Width * image.Height);
        var work = new JpegColors(image.Width, image.Height, frame);
        image.ProcessPixelRows(rows => work.Convert(rows, planes));
        return planes;
    }

    void Convert(PixelAccessor<Rgb24> rows, byte[] planes)
    {
        int count = width * height;
        byte[] red = new byte[bright.Length], green = new byte[bright.Length], blue = new byte[bright.Length];
        for (int c = 0; c < 2; c++)
        {
            Take(rows, 0, c, colors[c].Here);
            colors[c].Here.CopyTo(colors[c].Above, 0);
            Take(rows, 1, c, colors[c].Below);
        }

        for (int y = 0; y < height; y++)
        {
            if (y > 0 && y % down == 0)
                Next(rows, y / down);
            PixelPlanes.Take(MemoryMarshal.AsBytes(rows.GetRowSpan(y)), 3, 0, bright.AsSpan(Lead, width));
            foreach (var (above, here, below, wide) in colors)
                Widen(y, y % down == 0 ? above : below, here, wide);
            ToRgb(bright, colors[0].Wide, colors[1].Wide, red, green, blue);
            red.AsSpan(Lead, width).CopyTo(planes.AsSpan(y * width));
            green.AsSpan(Lead, width).CopyTo(planes.AsSpan(count + y * width));
            blue.AsSpan(Lead, width).CopyTo(planes.AsSpan(2 * count + y * width));
        }
    }

    void Next(PixelAccessor<Rgb24> rows, int row)
    {
        for (int c = 0; c < 2; c++)
        {
            var (above, here, below, wide) = colors[c];
            colors[c] = (here, below, above, wide);
            Take(rows, row + 1, c, above);
        }
    }

    // A row of samples of Cb or Cr, the last one where there are no more.
    void Take(PixelAccessor<Rgb24> rows, int row, int color, byte[] to)
    {
        PixelPlanes.Take(MemoryMarshal.AsBytes(rows.GetRowSpan(Math.Min(row, sampleRows - 1) * down)), 3, 1 + color, to.AsSpan(Lead, width));
        for (int i = 0; i < samples && across == 2; i += Vector256<byte>.Count)
        {
            // Every other byte: the lower one of each two.
            var (first, second) = (Pair(to, Lead + 2 * i), Pair(to, Lead + 2 * i + Vector256<byte>.Count));
            Vector256.Narrow(first, second).StoreUnsafe(ref to[Lead + i]);
        }

        to[Lead - 1] = to[Lead];
        to[Lead + samples] = to[Lead + samples - 1];
    }

    static Samples Pair(byte[] from, int at)
    {
        var pairs = Vector256.LoadUnsafe(ref from[at]).AsUInt16();
        return BitConverter.IsLittleEndian ? pairs & Vector256.Create((ushort)255) : pairs >> 8;
    }

    // Colour of each pixel of a row, from the row of samples that it is in and that on its other side.
    void Widen(int y, byte[] other, byte[] here, byte[] to)
    {
        if (!IsInterpolated)
        {
            for (int x = 0; x < width; x++)
                to[Lead + x] = here[Lead + x / across];
            return;
        }

        for (int i = 0; i <= Lead + samples; i += Vector256<byte>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref here[i]));
            if (down == 2)
            {
                var (otherLow, otherHigh) = Vector256.Widen(Vector256.LoadUnsafe(ref other[i]));
                (low, high) = (low + low + low + otherLow, high + high + high + otherHigh);
            }

            low.StoreUnsafe(ref sums[i]);
            high.StoreUnsafe(ref sums[i + Samples.Count]);
        }

        if (across == 1)
        {
            var part = Vector256.Create((ushort)(y % 2 == 0 ? 1 : 2));
            for (int i = Lead; i < Lead + width; i += Vector256<byte>.Count)
            {
                var (low, high) = (Vector256.LoadUnsafe(ref sums[i]), Vector256.LoadUnsafe(ref sums[i + Samples.Count]));
                Vector256.Narrow((low + part) >> 2, (high + part) >> 2).StoreUnsafe(ref to[i]);
            }

            return;
        }

        var (left, right) = down == 2 ? (Vector256.Create((ushort)8), Vector256.Create((ushort)7)) : (Samples.One, Vector256.Create((ushort)2));
        int shift = down == 2 ? 4 : 2;
        for (int i = Lead; i < Lead + samples; i += Samples.Count)
        {
            var sum = Vector256.LoadUnsafe(ref sums[i]);
            var most = sum + sum + sum;
            var even = (most + Vector256.LoadUnsafe(ref sums[i - 1]) + left) >> shift;
            var odd = (most + Vector256.LoadUnsafe(ref sums[i + 1]) + right) >> shift;
            var (first, second) = BitConverter.IsLittleEndian ? (even, odd) : (odd, even);
            (first | (second << 8)).AsByte().StoreUnsafe(ref to[Lead + 2 * (i - Lead)]);
        }
    }

    static void ToRgb(byte[] y, byte[] cb, byte[] cr, byte[] red, byte[] green, byte[] blue)
    {
        for (int i = Lead; i < y.Length; i += Vector256<byte>.Count)
        {
            var (y0, y1) = Centered(y, i, 0);
            var (b0, b1) = Centered(cb, i, 128);
            var (r0, r1) = Centered(cr, i, 128);
            Store(red, i, Red(y0, r0), Red(y1, r1));
            Store(green, i, Green(y0, b0, r0), Green(y1, b1, r1));
            Store(blue, i, Blue(y0, b0), Blue(y1, b1));
        }
    }

    // 1.402 = 1 + 26345 / 65536, rounded: half of the rounded upper half of twice the product.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Pixels Red(Pixels y, Pixels cr) => y + cr + ((High(cr + cr, 26345) + Pixels.One) >> 1);

    // 1.772 = 2 - 14942 / 65536.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Pixels Blue(Pixels y, Pixels cb) => y + cb + cb + ((High(cb + cb, -14942) + Pixels.One) >> 1);

    // 0.714136 = 1 - 18734 / 65536; the sum of both products is rounded.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Pixels Green(Pixels y, Pixels cb, Pixels cr)
    {
        if (Avx2.IsSupported)
        {
            var factors = Vector256.Create((-22554 & 0xFFFF) | (18734 << 16)).AsInt16();
            var half = Vector256.Create(32768);
            var low = (Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(cb, cr), factors) + half) >> 16;
            var high = (Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(cb, cr), factors) + half) >> 16;
            return y - cr + Avx2.PackSignedSaturate(low, high);
        }

        var (cbLow, cbHigh) = Vector256.Widen(cb);
        var (crLow, crHigh) = Vector256.Widen(cr);
        return y - cr + Vector256.Narrow((cbLow * -22554 + crLow * 18734 + Vector256.Create(32768)) >> 16,
            (cbHigh * -22554 + crHigh * 18734 + Vector256.Create(32768)) >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Pixels High(Pixels values, short factor)
    {
        if (Avx2.IsSupported)
            return Avx2.MultiplyHigh(values, Vector256.Create(factor));
        var (low, high) = Vector256.Widen(values);
        return Vector256.Narrow((low * factor) >> 16, (high * factor) >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Pixels Low, Pixels High) Centered(byte[] from, int at, short middle)
    {
        var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref from[at]));
        return (low.AsInt16() - Vector256.Create(middle), high.AsInt16() - Vector256.Create(middle));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(byte[] to, int at, Pixels low, Pixels high) =>
        Vector256.Narrow(Byte(low).AsUInt16(), Byte(high).AsUInt16()).StoreUnsafe(ref to[at]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Pixels Byte(Pixels value) => Vector256.Min(Vector256.Max(value, Pixels.Zero), Vector256.Create((short)255));
}
