using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ballast;

/// <summary>The Mersenne Twister of Matsumoto and Nishimura (1998), 32 bits a word. The twist makes 624 words at a
/// time, and the tempered block is kept, so that drawing is a read.</summary>
sealed class Mt19937
{
    /// <summary>Words in the state.</summary>
    public const int StateLength = 624;

    const int Middle = 397;
    const uint Matrix = 0x9908B0DF;
    const uint UpperBit = 0x80000000;

    readonly uint[] state = new uint[StateLength];
    readonly uint[] words = new uint[StateLength];
    int position = StateLength;

    /// <summary>The untempered state of the present block.</summary>
    public ReadOnlySpan<uint> State => state;

    /// <summary>How many words of the present block are used up: 0 to <see cref="StateLength"/>.</summary>
    public int Position => position;

    /// <summary>Starts over from a seed, as <c>init_genrand</c> does.</summary>
    public void Seed(uint seed)
    {
        state[0] = seed;
        for (uint i = 1; i < StateLength; i++)
        {
            uint last = state[i - 1];
            state[i] = (1812433253u * (last ^ (last >> 30))) + i;
        }

        position = StateLength;
    }

    /// <summary>Takes up a state that <see cref="State"/> and <see cref="Position"/> gave.</summary>
    public void Restore(ReadOnlySpan<uint> saved, int savedPosition)
    {
        saved.CopyTo(state);
        position = savedPosition;
        Temper(state, words);
    }

    /// <summary>The next 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Next()
    {
        if (position == StateLength)
            Refill();
        return words[position++];
    }

    /// <summary>The next words in order: at least one, at most <paramref name="count"/>, as many as the present block
    /// still holds. Valid until the next draw.</summary>
    public ReadOnlySpan<uint> Take(int count)
    {
        if (position == StateLength)
            Refill();
        ReadOnlySpan<uint> taken = words.AsSpan(position, Math.Min(count, StateLength - position));
        position += taken.Length;
        return taken;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Refill()
    {
        Twist(state);
        Temper(state, words);
        position = 0;
    }

    /// <summary>Replaces a state by its successor, eight words at a time: each reads neighbours that lie at least 227
    /// words away from what was just written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Twist(Span<uint> state)
    {
        ref uint first = ref MemoryMarshal.GetReference(state[..StateLength]);
        int i = 0;
        for (; i <= StateLength - Middle - Vector256<uint>.Count; i += Vector256<uint>.Count)
            TwistEight(ref first, i, i + Middle);
        for (; i < StateLength - Middle; i++)
            TwistOne(state, i, i + 1, i + Middle);
        for (; i <= StateLength - 1 - Vector256<uint>.Count; i += Vector256<uint>.Count)
            TwistEight(ref first, i, i + Middle - StateLength);
        for (; i < StateLength - 1; i++)
            TwistOne(state, i, i + 1, i + Middle - StateLength);
        TwistOne(state, StateLength - 1, 0, Middle - 1);
    }

    /// <summary>The scalar reference of <see cref="Twist"/>.</summary>
    internal static void TwistReference(Span<uint> state)
    {
        for (int i = 0; i < StateLength; i++)
            TwistOne(state, i, (i + 1) % StateLength, (i + Middle) % StateLength);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void TwistEight(ref uint first, int i, int far)
    {
        var here = Vector256.LoadUnsafe(ref first, (nuint)i);
        var next = Vector256.LoadUnsafe(ref first, (nuint)i + 1);
        var mixed = (here & Vector256.Create(UpperBit)) | (next & Vector256.Create(~UpperBit));
        var odd = Vector256<uint>.Zero - (next & Vector256<uint>.One);
        var twisted = Vector256.LoadUnsafe(ref first, (nuint)far) ^ (mixed >>> 1) ^ (odd & Vector256.Create(Matrix));
        twisted.StoreUnsafe(ref first, (nuint)i);
    }

    static void TwistOne(Span<uint> state, int i, int next, int far)
    {
        uint mixed = (state[i] & UpperBit) | (state[next] & ~UpperBit);
        state[i] = state[far] ^ (mixed >> 1) ^ ((0 - (mixed & 1)) & Matrix);
    }

    /// <summary>Spreads each word's bits, eight words at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Temper(ReadOnlySpan<uint> state, Span<uint> words)
    {
        ref uint source = ref MemoryMarshal.GetReference(state[..StateLength]);
        ref uint destination = ref MemoryMarshal.GetReference(words[..StateLength]);
        for (nuint i = 0; i < StateLength; i += (nuint)Vector256<uint>.Count)
        {
            var y = Vector256.LoadUnsafe(ref source, i);
            y ^= y >>> 11;
            y ^= (y << 7) & Vector256.Create(0x9D2C5680u);
            y ^= (y << 15) & Vector256.Create(0xEFC60000u);
            y ^= y >>> 18;
            y.StoreUnsafe(ref destination, i);
        }
    }

    /// <summary>The scalar reference of <see cref="Temper"/>.</summary>
    internal static void TemperReference(ReadOnlySpan<uint> state, Span<uint> words)
    {
        for (int i = 0; i < StateLength; i++)
        {
            uint y = state[i];
            y ^= y >> 11;
            y ^= (y << 7) & 0x9D2C5680;
            y ^= (y << 15) & 0xEFC60000;
            words[i] = y ^ (y >> 18);
        }
    }
}
