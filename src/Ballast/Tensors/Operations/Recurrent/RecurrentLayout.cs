namespace Ballast;

/// <summary>Where the rows of sequences lie in a tensor: see <see cref="Kernels.SequenceRows"/>.</summary>
/// <param name="Counts">How many sequences run in each step, not increasing.</param>
/// <param name="Offsets">The row of the first sequence in each step.</param>
/// <param name="Stride">From one sequence to the next, in rows.</param>
/// <param name="Reverse">Whether each sequence is gone through from its last step to its first.</param>
sealed record RecurrentLayout(int[] Counts, int[] Offsets, int Stride, bool Reverse = false)
{
    /// <summary>How many sequences there are.</summary>
    public int Batch => Counts[0];

    /// <summary>The row that each sequence begins with.</summary>
    public long[] FirstRows()
    {
        long[] rows = new long[Batch];
        for (int step = 0; step < Counts.Length; step++)
        {
            for (int b = 0; b < Counts[step] && (Reverse || step == 0); b++)
                rows[b] = Offsets[step] + (long)b * Stride;
        }

        return rows;
    }

    /// <summary>Sequences of one length, [T, N, ...] or [N, T, ...].</summary>
    public static RecurrentLayout Of(int steps, int batch, bool batchFirst)
    {
        int[] counts = new int[steps], offsets = new int[steps];
        for (int t = 0; t < steps; t++)
            (counts[t], offsets[t]) = (batch, batchFirst ? t : t * batch);
        return new(counts, offsets, batchFirst ? steps : 1);
    }

    /// <summary>Packed sequences: the rows of a step side by side, one step after the other.</summary>
    public static RecurrentLayout Packed(ReadOnlySpan<long> batchSizes)
    {
        int[] counts = new int[batchSizes.Length], offsets = new int[counts.Length];
        for (int t = 0, row = 0; t < counts.Length; row += counts[t++])
            (counts[t], offsets[t]) = ((int)batchSizes[t], row);
        return new(counts, offsets, 1);
    }
}

/// <summary>The weights of a recurrent layer in one direction: [gates H, I], [gates H, H], and [gates H] or none; with a projection [P, H] of the
/// hidden states those of the states are [gates H, P].</summary>
readonly record struct RecurrentWeights(Tensor Input, Tensor Hidden, Tensor? InputBias, Tensor? HiddenBias, Tensor? Projection = null);
