using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ballast;

/// <summary>Resizing as Pillow does it, to the bit: a triangle filter as wide as the scale, first along the rows, then along the
/// columns, with coefficients of 22 bits and bytes in between. Along the rows a coefficient is taken as two halves of 11 bits, so that 16 products
/// are one instruction, and four rows at once; the sums are exact.</summary>
static class PictureResize
{
    const int Bits = 22;
    const int HalfBits = 11;
    const int Lanes = 16;
    const int Rows = 4;

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
        byte[] between = GC.AllocateUninitializedArray<byte>((rowCount + Rows - 1) / Rows * Rows * window.Width);
        int length = picture.Width + Lanes;         // with room for the last lanes, whose coefficients are 0
        byte[] lines = new byte[Rows * length];
        int[] sums = new int[window.Width];
        for (int c = 0; c < picture.Channels; c++)
        {
            for (int y = 0; y < rowCount; y += Rows)
            {
                for (int k = 0; k < Rows; k++)          // the last row again where there are no more
                {
                    int row = c * picture.Height + firstRow + Math.Min(y + k, rowCount - 1);
                    picture.Bytes.Slice(row * picture.Width, picture.Width).CopyTo(lines.AsSpan(k * length));
                }

                Horizontal(lines, length, columns, between.AsSpan(y * window.Width, Rows * window.Width));
            }

            for (int y = 0; y < window.Height; y++)
                Vertical(between, rows, y, sums, result.AsSpan((c * window.Height + y) * window.Width, window.Width));
        }

        return new Picture([picture.Channels, window.Height, window.Width], result);
    }

    // Rows lie in lines, each of the length, and go to results one after the other.
    static void Horizontal(byte[] lines, int length, Filter filter, Span<byte> to)
    {
        int width = to.Length / Rows;
        if (filter.IsIdentity)
        {
            for (int k = 0; k < Rows; k++)
                lines.AsSpan(k * length + filter.Start(0), width).CopyTo(to[(k * width)..]);
            return;
        }

        ref byte from = ref MemoryMarshal.GetArrayDataReference(lines);
        ref byte result = ref MemoryMarshal.GetReference(to);
        ref short halves = ref filter.Halves;
        for (int x = 0; x < width; x++, halves = ref Unsafe.Add(ref halves, 2 * filter.Stride))
        {
            ref byte start = ref Unsafe.Add(ref from, filter.Start(x));
            Vector256<int> a = default, b = default, c = default, d = default;
            for (int k = 0, taps = filter.Taps(x); k < taps; k += Lanes)
            {
                var high = Vector256.LoadUnsafe(ref halves, (nuint)k);
                var low = Vector256.LoadUnsafe(ref halves, (nuint)(k + filter.Stride));
                a += Products(ref Unsafe.Add(ref start, k), high, low);
                b += Products(ref Unsafe.Add(ref start, k + length), high, low);
                c += Products(ref Unsafe.Add(ref start, k + 2 * length), high, low);
                d += Products(ref Unsafe.Add(ref start, k + 3 * length), high, low);
            }

            var sums = (Sums(a, b, c, d) + Vector128.Create(1 << (Bits - 1))) >> Bits;
            sums = Vector128.Min(Vector128.Max(sums, Vector128<int>.Zero), Vector128.Create(255));
            Unsafe.Add(ref result, x) = (byte)sums[0];
            Unsafe.Add(ref result, x + width) = (byte)sums[1];
            Unsafe.Add(ref result, x + 2 * width) = (byte)sums[2];
            Unsafe.Add(ref result, x + 3 * width) = (byte)sums[3];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> Products(ref byte from, Vector256<short> high, Vector256<short> low)
    {
        var (lower, upper) = Vector128.Widen(Vector128.LoadUnsafe(ref from));
        var values = Vector256.Create(lower, upper).AsInt16();
        return (PairSums(values, high) << HalfBits) + PairSums(values, low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<int> Sums(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d)
    {
        if (!Avx2.IsSupported)
            return Vector128.Create(Vector256.Sum(a), Vector256.Sum(b), Vector256.Sum(c), Vector256.Sum(d));
        var halves = Avx2.HorizontalAdd(Avx2.HorizontalAdd(a, b), Avx2.HorizontalAdd(c, d));
        return halves.GetLower() + halves.GetUpper();
    }

    // Sums of neighbouring products; elsewhere of others, which comes to the same once all are summed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> PairSums(Vector256<short> a, Vector256<short> b)
    {
        if (Avx2.IsSupported)
            return Avx2.MultiplyAddAdjacent(a, b);
        var (lowA, highA) = Vector256.Widen(a);
        var (lowB, highB) = Vector256.Widen(b);
        return lowA * lowB + highA * highB;
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
        for (; x <= row.Length - Vector256<int>.Count; x += Vector256<int>.Count)
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
        readonly short[] halves;
        readonly int[] starts;
        readonly int[] taps;

        public Filter(int size, int offset, int results, int first, int count)
        {
            double scale = (double)size / results, wide = Math.Max(scale, 1), support = wide, narrow = 1 / wide;
            Stride = ((int)Math.Ceiling(support) * 2 + 1 + Lanes - 1) / Lanes * Lanes;
            (coefficients, starts, taps) = (new int[Stride * count], new int[count], new int[count]);
            halves = new short[2 * Stride * count];
            IsIdentity = size == results;
            Span<double> weights = new double[Stride];
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
                    coefficients[i * Stride + k] = Fixed(sum == 0 ? weights[k] : weights[k] / sum);
                for (int k = 0; k < most - least; k++)
                {
                    int coefficient = coefficients[i * Stride + k];
                    halves[2 * i * Stride + k] = (short)(coefficient >> HalfBits);
                    halves[(2 * i + 1) * Stride + k] = (short)(coefficient & ((1 << HalfBits) - 1));
                }

                (starts[i], taps[i]) = (offset + least, most - least);
                (First, Last) = (Math.Min(First, starts[i]), Math.Max(Last, starts[i] + taps[i]));
                if (IsIdentity)
                    starts[i] = offset + first + i;
            }
        }

        /// <summary>Whether the size stays.</summary>
        public bool IsIdentity { get; }

        /// <summary>How many coefficients there is room for in each result.</summary>
        public int Stride { get; }

        /// <summary>Of each result the upper halves of its coefficients, then the lower ones: c = 2048 upper + lower.</summary>
        public ref short Halves => ref MemoryMarshal.GetArrayDataReference(halves);

        /// <summary>The first value that is read.</summary>
        public int First { get; }

        /// <summary>The value after the last one that is read.</summary>
        public int Last { get; }

        public int Start(int i) => starts[i];

        public int Taps(int i) => taps[i];

        public ReadOnlySpan<int> Coefficients(int i) => coefficients.AsSpan(i * Stride, Stride);

        static int Fixed(double weight) => weight < 0 ? (int)(-0.5 + weight * (1 << Bits)) : (int)(0.5 + weight * (1 << Bits));
    }
}
