using System.Buffers.Binary;

namespace Ballast;

public sealed partial class Generator
{
    const int StateVersion = 1;
    const int WordsOffset = 36;

    /// <summary>The length of a saved state in bytes.</summary>
    public const int StateSize = WordsOffset + (Mt19937.StateLength * sizeof(uint));

    static ReadOnlySpan<byte> StateMark => "BRNG"u8;

    /// <summary>Everything that decides the coming draws, for a checkpoint; the generator is not changed.</summary>
    /// <remarks>Little-endian, <see cref="StateSize"/> bytes: 0 "BRNG"; 4 version, int32, 1; 8 initial seed, int64; 16
    /// words of the present block used up, int32, 0 to 624; 20 whether a normal value is kept, int32, 0 or 1; 24 that
    /// value, float64, 0 if none; 32 zero, int32; 36 the 624 words of the twister, uint32, untempered.</remarks>
    public byte[] GetState()
    {
        byte[] saved = new byte[StateSize];
        Span<byte> bytes = saved;
        StateMark.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], StateVersion);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], InitialSeed);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], engine.Position);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], cachedNormal.HasValue ? 1 : 0);
        BinaryPrimitives.WriteDoubleLittleEndian(bytes[24..], cachedNormal.GetValueOrDefault());
        for (int i = 0; i < Mt19937.StateLength; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[(WordsOffset + (i * sizeof(uint)))..], engine.State[i]);
        return saved;
    }

    /// <summary>Takes up what <see cref="GetState"/> saved: the next draws are those that were next then.</summary>
    /// <exception cref="InvalidDataException">These bytes are no such state; the generator is unchanged.</exception>
    public void SetState(ReadOnlySpan<byte> state)
    {
        if (state.Length != StateSize)
            Throw.InvalidData($"Generator state: expected {StateSize} bytes, got {state.Length}.");
        if (!state.StartsWith(StateMark))
            Throw.InvalidData("Generator state: expected it to begin with \"BRNG\". It was saved by something else.");
        int version = BinaryPrimitives.ReadInt32LittleEndian(state[4..]);
        if (version != StateVersion)
            Throw.InvalidData($"Generator state: expected version {StateVersion}, got {version}.");
        int position = BinaryPrimitives.ReadInt32LittleEndian(state[16..]);
        if (position is < 0 or > Mt19937.StateLength)
            Throw.InvalidData($"Generator state: expected a position from 0 to {Mt19937.StateLength}, got {position}.");
        int kept = BinaryPrimitives.ReadInt32LittleEndian(state[20..]);
        double normal = BinaryPrimitives.ReadDoubleLittleEndian(state[24..]);
        if (kept is not (0 or 1) || !double.IsFinite(normal) || (kept == 0 && normal != 0))
            Throw.InvalidData($"Generator state: the kept normal value is damaged (flag {kept}, value {normal}).");
        int reserved = BinaryPrimitives.ReadInt32LittleEndian(state[32..]);
        if (reserved != 0)
            Throw.InvalidData($"Generator state: expected 0 in the reserved field, got {reserved}.");

        Span<uint> words = stackalloc uint[Mt19937.StateLength];
        for (int i = 0; i < words.Length; i++)
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(state[(WordsOffset + (i * sizeof(uint)))..]);
        if (!words.ContainsAnyExcept(0u))
            Throw.InvalidData("Generator state: all words are 0. Nothing random comes from that; it is damaged.");

        InitialSeed = BinaryPrimitives.ReadInt64LittleEndian(state[8..]);
        cachedNormal = kept == 1 ? normal : null;
        engine.Restore(words, position);
    }
}
