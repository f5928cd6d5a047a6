namespace Ballast.Kernels;

/// <summary>Matrices one after the other or apart, whose rows lie evenly and whose columns lie side by side.</summary>
/// <param name="start">The first one's first value.</param>
/// <param name="offsets">Where each of them begins.</param>
/// <param name="stride">From one row to the next.</param>
readonly unsafe struct MatrixRows(float* start, nint* offsets, nint stride)
{
    /// <summary>Whether there is nothing here.</summary>
    public bool IsEmpty => start is null;

    /// <summary>A row of a matrix.</summary>
    public float* Row(int matrix, int row) => start + offsets[matrix] + row * stride;
}

/// <summary>The sizes and settings of an attention.</summary>
/// <param name="Batches">How many matrices of queries, keys and values there are.</param>
/// <param name="Queries">The rows of queries.</param>
/// <param name="Keys">The rows of keys and values.</param>
/// <param name="Depth">The columns of queries and keys.</param>
/// <param name="ValueDepth">The columns of values.</param>
/// <param name="Scale">The factor of the products.</param>
/// <param name="Causal">Whether a query sees keys up to its own row alone.</param>
readonly record struct AttentionShape(int Batches, int Queries, int Keys, int Depth, int ValueDepth, float Scale, bool Causal)
{
    /// <summary>How many queries a block has.</summary>
    public const int QueryBlock = 32;

    /// <summary>How many keys a block has: a block's products stay in the first-level cache.</summary>
    public const int KeyBlock = 128;

    /// <summary>How many blocks of queries there are.</summary>
    public int QueryBlocks => (Queries + QueryBlock - 1) / QueryBlock;

    /// <summary>How many keys some queries see that end before a row.</summary>
    public int Seen(int end) => Causal ? Math.Min(Keys, end) : Keys;
}
