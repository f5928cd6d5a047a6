namespace Ballast.Kernels;

/// <summary>Where the channels of N samples lie, with L values of each channel in a sample: [N, C, L], or with
/// <paramref name="Last"/> [N, L, C], which is how convolutions read and write.</summary>
readonly record struct ChannelLayout(int N, int C, int L, bool Last = false)
{
    /// <summary>How many values there are.</summary>
    public int Length => N * C * L;

    /// <summary>How many values a channel has: those that share a mean.</summary>
    public int PerChannel => N * L;

    /// <summary>Whether the memory is a matrix with a column for each channel.</summary>
    public bool AreRows => Last || L == 1;

    /// <summary>The same samples with their channels last.</summary>
    public ChannelLayout ToLast() => this with { Last = true };

    /// <summary>Copies the values of one channel, sample by sample.</summary>
    public void Gather(ReadOnlySpan<float> values, int channel, Span<float> destination)
    {
        if (AreRows)
        {
            for (int i = 0; i < PerChannel; i++)
                destination[i] = values[i * C + channel];
            return;
        }

        for (int n = 0; n < N; n++)
            values.Slice((n * C + channel) * L, L).CopyTo(destination[(n * L)..]);
    }
}
