namespace Ballast;

/// <summary>Room for pictures of one size, at addresses that do not change for as long as it lives.</summary>
abstract class PictureStore
{
    /// <summary>A picture's bytes.</summary>
    public abstract ReadOnlySpan<byte> Bytes(int index);

    /// <summary>Where they are.</summary>
    public abstract unsafe byte* Address(int index);
}

/// <summary>Pictures in memory.</summary>
sealed class PictureMemory : PictureStore
{
    const int BlockBytes = 1 << 26;

    readonly byte[][] blocks;       // pinned: batches read the pictures where they are
    readonly int perBlock;
    readonly int size;

    /// <summary>Takes room.</summary>
    /// <exception cref="InvalidDataException">More than the limit.</exception>
    public PictureMemory(int count, int size, long limit)
    {
        if ((long)count * size > limit)
        {
            Throw.InvalidData($"{count} pictures of {size} bytes need {(long)count * size} bytes of memory, more than the limit of {limit}. "
                + "Choose a smaller size, keep them in a cache, or raise the limit.");
        }

        this.size = size;
        perBlock = Math.Max(1, BlockBytes / size);
        blocks = new byte[(count - 1) / perBlock + 1][];
        for (int i = 0; i < blocks.Length; i++)
            blocks[i] = GC.AllocateUninitializedArray<byte>(Math.Min(perBlock, count - i * perBlock) * size, pinned: true);
    }

    /// <summary>A picture's bytes, to be written.</summary>
    public Span<byte> Room(int index)
    {
        var (block, place) = Math.DivRem(index, perBlock);
        return blocks[block].AsSpan(place * size, size);
    }

    public override ReadOnlySpan<byte> Bytes(int index) => Room(index);

    public override unsafe byte* Address(int index)
    {
        fixed (byte* first = Room(index))
            return first;
    }
}
