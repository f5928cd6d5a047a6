using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Ballast.Kernels;

/// <summary>The rows of a matrix as a product reads them: floats a stride apart, or the bytes of images wherever they are,
/// each standing for byte / 255. Bytes become floats in the reader's own cache: a quarter of the memory traffic of floats
/// made beforehand, and nothing that one core writes for another to read.</summary>
readonly unsafe struct RowPrologue
{
    const int CacheLine = 64;

    readonly float* floats;
    readonly byte** images;

    /// <summary>Rows of floats, <paramref name="stride"/> apart.</summary>
    public RowPrologue(float* floats, int stride)
    {
        this.floats = floats;
        Stride = stride;
    }

    /// <summary>Rows of bytes, each at an address of its own.</summary>
    public RowPrologue(byte** images) => this.images = images;

    /// <summary>From one row of floats to the next, in values.</summary>
    public int Stride { get; }

    /// <summary>Whether the rows are floats in memory already.</summary>
    public bool AreFloats => images is null;

    /// <summary>Where a row of floats begins.</summary>
    public float* Row(int row) => floats + (nint)row * Stride;

    /// <summary>Writes a part of a row as floats.</summary>
    public void Copy(int row, int start, int length, float* destination)
    {
        if (AreFloats)
            new ReadOnlySpan<float>(Row(row) + start, length).CopyTo(new Span<float>(destination, length));
        else
            Convert(images[row] + start, destination, length);
    }

    /// <summary>Writes a part of a row as floats, cut into tiles of four registers, <paramref name="stride"/> apart; the last
    /// one is filled up with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CopyTiles<S, V>(int row, int start, int length, float* destination, nint stride)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int tile = 4 * S.Width;
        int i = 0;
        if (AreFloats)
        {
            float* from = Row(row) + start;
            for (; i <= length - tile; i += tile, destination += stride)
            {
                for (int k = 0; k < tile; k += S.Width)
                    S.Store(destination + k, S.Load(from + i + k));
            }
        }
        else
        {
            byte* from = images[row] + start;
            for (; i <= length - tile; i += tile, destination += stride)
                Convert4<S, V>(from + i, destination);
        }

        if (i == length)
            return;
        Copy(row, start + i, length - i, destination);
        new Span<float>(destination + (length - i), tile - (length - i)).Clear();
    }

    /// <summary>Asks for a part of a row that will be copied soon. Images lie scattered over a large dataset: each is a wait
    /// for memory unless it is asked for while there is other work.</summary>
    public void Prefetch(int row, int start, int length)
    {
        if (AreFloats || !Sse.IsSupported)
            return;
        byte* from = images[row] + start;
        for (int i = 0; i < length; i += CacheLine)
            Sse.Prefetch0(from + i);
    }

    /// <summary>destination[i] = source[i] / 255, correctly rounded.</summary>
    public static void Convert(byte* source, float* destination, int length) =>
        Simd.Run(new ConvertLoop { Source = source, Destination = destination }, length);

    struct ConvertLoop : ILoop
    {
        public byte* Source;
        public float* Destination;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => Convert<S, V>(Source, Destination, start, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Convert<S, V>(byte* source, float* destination, int i, int length)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        for (; i <= length - 4 * S.Width; i += 4 * S.Width)
            Convert4<S, V>(source + i, destination + i);
        for (; i <= length - S.Width; i += S.Width)
            S.Store(destination + i, ToUnit<S, V>(S.LoadBytes(source + i)));
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Convert4<S, V>(byte* source, float* destination)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        S.Store(destination, ToUnit<S, V>(S.LoadBytes(source)));
        S.Store(destination + S.Width, ToUnit<S, V>(S.LoadBytes(source + S.Width)));
        S.Store(destination + 2 * S.Width, ToUnit<S, V>(S.LoadBytes(source + 2 * S.Width)));
        S.Store(destination + 3 * S.Width, ToUnit<S, V>(S.LoadBytes(source + 3 * S.Width)));
    }

    // 1 / 255 in two parts: with one rounding at the end the sum of both products has the bits of the division for every
    // byte, and takes two operations. Without a fused multiply-add it would be rounded twice, so there it is a division.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V ToUnit<S, V>(V value)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        const float High = 1 / 255f;
        const float Low = (float)(1 / 255.0 - High);
        return Fma.IsSupported
            ? S.Fma(value, S.Broadcast(High), S.Multiply(value, S.Broadcast(Low)))
            : S.Divide(value, S.Broadcast(255f));
    }
}
