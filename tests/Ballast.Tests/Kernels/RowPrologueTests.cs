using System.Runtime.Intrinsics;
using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

public unsafe class RowPrologueTests
{
    static readonly byte[] EveryByte = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    delegate int Conversion(byte* source, float* destination, int i, int length);

    [Fact]
    public void Every_byte_becomes_exactly_itself_over_255_at_every_length() => Check((source, destination, _, length) =>
    {
        RowPrologue.Convert(source, destination, length);
        return length;
    });

    [Fact]
    public void So_it_does_at_every_width()
    {
        Check(RowPrologue.Convert<SimdScalar, float>);
        Check(RowPrologue.Convert<Simd128, Vector128<float>>);
        if (Vector256.IsHardwareAccelerated)
            Check(RowPrologue.Convert<Simd256, Vector256<float>>);
        if (Vector512.IsHardwareAccelerated)
            Check(RowPrologue.Convert<Simd512, Vector512<float>>);
    }

    // The last bytes of the 256 at every length: the vector loop sees every byte, and so does what is left behind it.
    static void Check(Conversion convert)
    {
        for (int length = 0; length <= 256; length++)
        {
            byte[] source = EveryByte[(256 - length)..];
            float[] destination = new float[length + 1];
            destination[length] = -1;
            fixed (byte* from = source)
            fixed (float* to = destination)
            {
                int done = convert(from, to, 0, length);
                for (int i = done; i < length; i++)
                    to[i] = from[i] / 255f;
            }

            for (int i = 0; i < length; i++)
                Assert.Equal(source[i] / 255f, destination[i]);
            Assert.Equal(-1, destination[length]);
        }
    }

    [Fact]
    public void A_part_of_a_row_is_copied_from_floats_and_from_bytes()
    {
        byte[] bytes = Draw.Bytes(5 * 37, 1);
        float[] floats = Array.ConvertAll(bytes, value => value / 255f);
        float[] fromBytes = new float[20], fromFloats = new float[20];
        byte*[] images = new byte*[5];
        fixed (byte* b = bytes)
        fixed (byte** all = images)
        fixed (float* f = floats, to = fromBytes, other = fromFloats)
        {
            for (int i = 0; i < 5; i++)
                all[i] = b + i * 37;
            Assert.True(new RowPrologue(f, 37).AreFloats && !new RowPrologue(all).AreFloats);
            new RowPrologue(all).Copy(3, 11, 20, to);
            new RowPrologue(f, 37).Copy(3, 11, 20, other);
        }

        Assert.Equal(floats.AsSpan(3 * 37 + 11, 20).ToArray(), fromBytes);
        Assert.Equal(fromBytes, fromFloats);
    }
}
