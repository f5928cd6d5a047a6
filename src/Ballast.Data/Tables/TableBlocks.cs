namespace Ballast;

/// <summary>Rows written one after another into blocks, for which memory is used again that other rows have left.</summary>
/// <param name="width">How many values a row has.</param>
sealed class TableBlocks(int width)
{
    const int Values = 1 << 16;         // of a block where no memory is left over

    readonly List<float[]> blocks = [];
    readonly List<int> counts = [];
    readonly Stack<float[]> spare = new();

    /// <summary>The blocks; one may be longer than its rows.</summary>
    public IReadOnlyList<float[]> Blocks => blocks;

    /// <summary>How many rows each has.</summary>
    public IReadOnlyList<int> Counts => counts;

    /// <summary>Begins a block.</summary>
    public void Add(float[] block)
    {
        blocks.Add(block);
        counts.Add(0);
    }

    /// <summary>Gives memory that the next block may be.</summary>
    public void Spare(float[] block)
    {
        if (block.Length >= width)
            spare.Push(block);
    }

    /// <summary>The place of the next row; what was there before is still in it.</summary>
    public Span<float> Next()
    {
        if (blocks.Count == 0 || (counts[^1] + 1) * width > blocks[^1].Length)
            Add(spare.TryPop(out float[]? block) ? block : GC.AllocateUninitializedArray<float>(Math.Max(width, Values / width * width)));
        return blocks[^1].AsSpan(counts[^1]++ * width, width);
    }
}
