using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ballast;

/// <summary>One channel out of interleaved pixels: of pixels of 2, 3 or 4 bytes, 16 at once.</summary>
static class PixelPlanes
{
    const int Lanes = 16;

    // Where the bytes of a channel lie in each of the vectors that hold 16 pixels; 255 gives 0. [bytes a pixel][channel, vector]
    static readonly Vector128<byte>[][] Places = [[], [], Of(2), Of(3), Of(4)];

    /// <summary>Takes a channel.</summary>
    /// <param name="pixels">At least to.Length x stored bytes.</param>
    /// <param name="stored">Bytes a pixel, 1 to 4.</param>
    /// <param name="channel">Which of them.</param>
    /// <param name="to">Where they go.</param>
    public static void Take(ReadOnlySpan<byte> pixels, int stored, int channel, Span<byte> to)
    {
        pixels = pixels[..(to.Length * stored)];
        if (stored == 1)
        {
            pixels.CopyTo(to);
            return;
        }

        ref byte from = ref MemoryMarshal.GetReference(pixels);
        var places = Places[stored].AsSpan(channel * stored, stored);
        int i = 0;
        for (; i <= to.Length - Lanes; i += Lanes)
        {
            ref byte start = ref Unsafe.Add(ref from, i * stored);
            var values = Vector128.ShuffleNative(Vector128.LoadUnsafe(ref start), places[0]);
            for (int part = 1; part < places.Length; part++)
                values |= Vector128.ShuffleNative(Vector128.LoadUnsafe(ref start, (nuint)(part * Lanes)), places[part]);
            values.StoreUnsafe(ref to[i]);
        }

        for (; i < to.Length; i++)
            to[i] = pixels[i * stored + channel];
    }

    static Vector128<byte>[] Of(int stored)
    {
        var places = new Vector128<byte>[stored * stored];
        Span<byte> place = stackalloc byte[Lanes];
        for (int channel = 0; channel < stored; channel++)
        {
            for (int part = 0; part < stored; part++)
            {
                for (int i = 0; i < Lanes; i++)
                {
                    int at = i * stored + channel - part * Lanes;
                    place[i] = (byte)(at is >= 0 and < Lanes ? at : 255);
                }

                places[channel * stored + part] = Vector128.Create<byte>(place);
            }
        }

        return places;
    }
}
