using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ballast;

/// <summary>Resizing as Pillow does it, to the bit: a triangle filter as wide as the scale, first along the rows, then along the
/// columns, with coefficients of 22 bits and bytes in between.</summary>
static class PictureResize
{
    const int Bits = 22;
    const int Lanes = 8;

    /// <summary>Resizes a part of a picture and computes a part of the result.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="source">The part of it that is resized.</param>
    /// <param name="height">The whole result's height.</param>
    /// <param name="width">The whole result's width.</param>
    /// <param name="window">The part of the result that is computed; it lies inside.</param>
    public static Picture Run(Picture picture, PictureBox source, int height, int width, PictureBox window)
    {
        var columns = new Filter(source.Width, source.Left, width, window.Left, window.Width);
        var rows = new Filter(source.Height, source.Top, height, window.Top, window.Height);
        var result = new byte[picture.Channels * window.Height * window.Width];
        int firstRow = rows.First, rowCount = rows.Last - firstRow;
        byte[] between = GC.AllocateUninitializedArray<byte>(rowCount * window.Width);
        byte[] line = new byte[picture.Width + Lanes];
        int[] sums = new int[window.Width];
        for (int c = 0; c < picture.Channels; c++)
        {
            for (int y = 0; y < rowCount; y++)
            {
                var row = picture.Bytes.Slice((c * picture.Height + firstRow + y) * picture.Width, picture.Width);
                Horizontal(row, line, columns, between.AsSpan(y * window.Width, window.Width));
            }

            for (int y = 0; y < window.Height; y++)
                Vertical(between, rows, y, sums, result.AsSpan((c * window.Height + y) * window.Width, window.Width));
        }

        return new Picture([picture.Channels, window.Height, window.Width], result);
    }

    static void Horizontal(ReadOnlySpan<byte> row, byte[] line, Filter filter, Span<byte> to)
    {
        if (filter.IsIdentity)
        {
            row.Slice(filter.Start(0), to.Length).CopyTo(to);
            return;
        }

        row.CopyTo(line);                       // with room for the last lanes, whose coefficients are 0
        ref byte from = ref MemoryMarshal.GetArrayDataReference(line);
        for (int x = 0; x < to.Length; x++)
        {
            var coefficients = filter.Coefficients(x)[..((filter.Taps(x) + Lanes - 1) / Lanes * Lanes)];
            ref byte start = ref Unsafe.Add(ref from, filter.Start(x));
            var sum = Vector256<int>.Zero;
            for (int k = 0; k < coefficients.Length; k += Lanes)
            {
                var values = Vector256.WidenLower(Vector256.WidenLower(Vector256.CreateScalar(
                    Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, k))).AsByte())).AsInt32();
                sum += values * Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(coefficients), (nuint)k);
            }

            to[x] = Clip(Vector256.Sum(sum) + (1 << (Bits - 1)));
        }
    }

    static void Vertical(byte[] between, Filter filter, int y, int[] sums, Span<byte> to)
    {
        int start = filter.Start(y) - filter.First;
        if (filter.IsIdentity)
        {
            between.AsSpan(start * to.Length, to.Length).CopyTo(to);
            return;
        }

        Array.Fill(sums, 1 << (Bits - 1));
        var coefficients = filter.Coefficients(y)[..filter.Taps(y)];
        for (int k = 0; k < coefficients.Length; k++)
            Add(between.AsSpan((start + k) * to.Length, to.Length), coefficients[k], sums);
        for (int x = 0; x < to.Length; x++)
            to[x] = Clip(sums[x]);
    }

    static void Add(ReadOnlySpan<byte> row, int coefficient, Span<int> sums)
    {
        int x = 0;
        for (; x <= row.Length - Lanes; x += Lanes)
        {
            var values = Vector256.WidenLower(Vector256.WidenLower(Vector256.CreateScalar(
                MemoryMarshal.Read<ulong>(row[x..])).AsByte())).AsInt32();
            (Vector256.LoadUnsafe(ref sums[x]) + values * coefficient).StoreUnsafe(ref sums[x]);
        }

        for (; x < row.Length; x++)
            sums[x] += row[x] * coefficient;
    }

    static byte Clip(int sum) => (byte)Math.Clamp(sum >> Bits, 0, 255);

    /// <summary>The coefficients along one axis, of those results that are computed.</summary>
    sealed class Filter
    {
        readonly int[] coefficients;
        readonly int[] starts;
        readonly int[] taps;
        readonly int stride;

        public Filter(int size, int offset, int results, int first, int count)
        {
            double scale = (double)size / results, wide = Math.Max(scale, 1), support = wide, narrow = 1 / wide;
            stride = ((int)Math.Ceiling(support) * 2 + 1 + Lanes - 1) / Lanes * Lanes;
            (coefficients, starts, taps) = (new int[stride * count], new int[count], new int[count]);
            IsIdentity = size == results;
            Span<double> weights = new double[stride];
            (First, Last) = (int.MaxValue, 0);
            for (int i = 0; i < count; i++)
            {
                double center = (first + i + 0.5) * scale, sum = 0;
                int least = Math.Max(0, (int)(center - support + 0.5)), most = Math.Min(size, (int)(center + support + 0.5));
                for (int k = 0; k < most - least; k++)
                {
                    weights[k] = Math.Max(0, 1 - Math.Abs((k + least - center + 0.5) * narrow));
                    sum += weights[k];
                }

                for (int k = 0; k < most - least; k++)
                    coefficients[i * stride + k] = Fixed(sum == 0 ? weights[k] : weights[k] / sum);
                (starts[i], taps[i]) = (offset + least, most - least);
                (First, Last) = (Math.Min(First, starts[i]), Math.Max(Last, starts[i] + taps[i]));
                if (IsIdentity)
                    starts[i] = offset + first + i;
            }
        }

        /// <summary>Whether the size stays.</summary>
        public bool IsIdentity { get; }

        /// <summary>The first value that is read.</summary>
        public int First { get; }

        /// <summary>The value after the last one that is read.</summary>
        public int Last { get; }

        public int Start(int i) => starts[i];

        public int Taps(int i) => taps[i];

        public ReadOnlySpan<int> Coefficients(int i) => coefficients.AsSpan(i * stride, stride);

        static int Fixed(double weight) => weight < 0 ? (int)(-0.5 + weight * (1 << Bits)) : (int)(0.5 + weight * (1 << Bits));
    }
}
