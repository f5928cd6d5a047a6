namespace Ballast.Kernels;

/// <summary>Where rows that are normalized by themselves lie: N samples of <paramref name="Groups"/> rows of <paramref name="Channels"/>
/// values, [N, Groups, Channels]. Scale and shift belong to the columns, [Groups, Channels]. A layer normalization has one row a sample.
/// </summary>
readonly record struct RowLayout(int N, int Groups, int Channels)
{
    /// <summary>How many values there are.</summary>
    public int Length => Count * Channels;

    /// <summary>How many rows there are in all samples.</summary>
    public int Count => N * Groups;

    /// <summary>How many columns a sample has.</summary>
    public int C => Groups * Channels;
}
