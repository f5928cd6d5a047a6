namespace Ballast.Kernels;

/// <summary>Where the groups of values that share a mean lie: N samples of <paramref name="Groups"/> groups of
/// <paramref name="Channels"/> channels with L values each, [N, Groups, Channels, L]. Scale and shift belong to the channels,
/// [Groups, Channels]. A layer normalization is one group, with a channel for each value.</summary>
readonly record struct GroupLayout(int N, int Groups, int Channels, int L)
{
    /// <summary>How many values there are.</summary>
    public int Length => Count * PerGroup;

    /// <summary>How many groups there are in all samples.</summary>
    public int Count => N * Groups;

    /// <summary>How many values share a mean.</summary>
    public int PerGroup => Channels * L;

    /// <summary>How many channels a sample has.</summary>
    public int C => Groups * Channels;
}
