using System.Buffers.Binary;

namespace Ballast;

/// <summary>The state of PyTorch's generator on CPUs as its tensor of bytes (<c>CPUGeneratorImplState</c>, unchanged since 1.2), little-endian:
/// 0 initial seed, uint64; 8 words left of the block and one, int32; 12 seeded, int32, 1; 16 index of the next word, uint64; 24 the 624 words
/// of the twister, each in a uint64; 5016 three doubles, the second of which is the normal value kept; 5040 whether there is one, int32; 5048 a
/// float that normal values in single precision would keep, and whether.</summary>
static class PyTorchGenerator
{
    const int Size = 5056;
    const int LeftOffset = 8, SeededOffset = 12, NextOffset = 16, WordsOffset = 24, NormalOffset = 5024, IsKeptOffset = 5040;
    const int Words = Mt19937.StateLength;

    // The layout of Generator.GetState.
    const int OwnSeed = 8, OwnPosition = 16, OwnKept = 20, OwnNormal = 24, OwnWords = 36;

    /// <summary>A generator's state as PyTorch's bytes.</summary>
    public static StoredTensor Write(Generator generator)
    {
        byte[] own = generator.GetState();
        byte[] state = new byte[Size];
        var bytes = state.AsSpan();
        int position = BinaryPrimitives.ReadInt32LittleEndian(own.AsSpan(OwnPosition));
        own.AsSpan(OwnSeed, sizeof(long)).CopyTo(bytes);
        // A block of which nothing is used up has one more word left than PyTorch ever counts; it reads it rightly nevertheless.
        BinaryPrimitives.WriteInt32LittleEndian(bytes[LeftOffset..], Words + 1 - position);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[SeededOffset..], 1);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[NextOffset..], position);
        for (int i = 0; i < Words; i++)
            own.AsSpan(OwnWords + (i * sizeof(uint)), sizeof(uint)).CopyTo(bytes[(WordsOffset + (i * sizeof(ulong)))..]);
        own.AsSpan(OwnNormal, sizeof(double)).CopyTo(bytes[NormalOffset..]);
        own.AsSpan(OwnKept, sizeof(int)).CopyTo(bytes[IsKeptOffset..]);
        return StoredTensor.From<byte>("", state, Size);
    }

    /// <summary>Takes over PyTorch's bytes.</summary>
    public static void Read(Generator generator, StoredValue state)
    {
        if (state is not StoredTensor { Type: StoredType.U8, ByteLength: Size } tensor)
        {
            Throw.InvalidData($"expected the state of PyTorch's generator on CPUs, a tensor of {Size} bytes, got {state}. " +
                "Save torch.get_rng_state(); generators on other devices have other states.");
            return;
        }

        var bytes = tensor.Data.Span;
        int left = BinaryPrimitives.ReadInt32LittleEndian(bytes[LeftOffset..]);
        int kept = BinaryPrimitives.ReadInt32LittleEndian(bytes[IsKeptOffset..]);
        if (left is < 1 or > Words || BinaryPrimitives.ReadInt32LittleEndian(bytes[SeededOffset..]) != 1 || kept is not (0 or 1))
            Throw.InvalidData("the state of PyTorch's generator is damaged: its counts are out of range.");
        byte[] own = new Generator().GetState();
        bytes[..sizeof(long)].CopyTo(own.AsSpan(OwnSeed));
        BinaryPrimitives.WriteInt32LittleEndian(own.AsSpan(OwnPosition), Words + 1 - left);
        BinaryPrimitives.WriteInt32LittleEndian(own.AsSpan(OwnKept), kept);
        own.AsSpan(OwnNormal, sizeof(double)).Clear();
        if (kept == 1)
            bytes.Slice(NormalOffset, sizeof(double)).CopyTo(own.AsSpan(OwnNormal));
        for (int i = 0; i < Words; i++)
            bytes.Slice(WordsOffset + (i * sizeof(ulong)), sizeof(uint)).CopyTo(own.AsSpan(OwnWords + (i * sizeof(uint))));
        generator.SetState(own);
    }
}
