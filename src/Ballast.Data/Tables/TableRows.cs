namespace Ballast;

/// <summary>Rows of values, kept in blocks of consecutive rows.</summary>
sealed class TableRows
{
    readonly float[][] blocks;
    readonly int[] starts;      // the first row of each block, and how many rows there are

    /// <summary>Makes rows of blocks.</summary>
    /// <param name="blocks">The values, row by row; a block may be longer than its rows.</param>
    /// <param name="counts">How many rows each has.</param>
    /// <param name="width">How many values a row has.</param>
    public TableRows(float[][] blocks, IReadOnlyList<int> counts, int width)
    {
        (this.blocks, Width) = (blocks, width);
        starts = new int[blocks.Length + 1];
        for (int i = 0; i < blocks.Length; i++)
            starts[i + 1] = checked(starts[i] + counts[i]);
    }

    public int Count => starts[^1];

    public int Width { get; }

    public int Blocks => blocks.Length;

    /// <summary>A row's values.</summary>
    public Span<float> this[int row]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(row);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Count);
            int block = (int)((long)row * blocks.Length / Count);
            while (starts[block] > row)
                block--;
            while (starts[block + 1] <= row)
                block++;
            return blocks[block].AsSpan((row - starts[block]) * Width, Width);
        }
    }

    /// <summary>The first row of a block, and the one behind its last.</summary>
    public (int From, int To) Range(int block) => (starts[block], starts[block + 1]);

    /// <summary>Gives a block's memory away; its rows are not asked for any more.</summary>
    public float[] Release(int block)
    {
        float[] values = blocks[block];
        blocks[block] = [];
        return values;
    }

    /// <summary>The values of a column.</summary>
    public float[] Column(int column)
    {
        float[] values = new float[Count];
        for (int row = 0; row < values.Length; row++)
            values[row] = this[row][column];
        return values;
    }
}
