namespace Ballast.Kernels;

/// <summary>Samples cut into blocks that are normalized while they are in the cache: a group of channels where its values lie side by side,
/// and the whole sample where channels lie last.</summary>
readonly record struct GroupBlocks
{
    /// <summary>Cuts them.</summary>
    /// <param name="whole">Where the channels lie.</param>
    /// <param name="groups">How many groups of neighbouring channels a sample has.</param>
    public GroupBlocks(ChannelLayout whole, int groups)
    {
        PerSample = whole.Last ? 1 : groups;
        Groups = groups / PerSample;
        Each = whole with { N = 1, C = whole.C / PerSample };
        Count = whole.N * PerSample;
    }

    /// <summary>How many blocks a sample has.</summary>
    public int PerSample { get; }

    /// <summary>How many blocks there are.</summary>
    public int Count { get; }

    /// <summary>How many groups a block has.</summary>
    public int Groups { get; }

    /// <summary>Where the channels of a block lie.</summary>
    public ChannelLayout Each { get; }

    /// <summary>How many values there are.</summary>
    public long Length => (long)Count * Each.Length;

    /// <summary>How many channels a sample has.</summary>
    public int Channels => PerSample * Each.C;

    /// <summary>How many numbers there are with so many for each channel of each sample.</summary>
    public int Numbers(int perChannel) => Count * perChannel * Each.C;

    /// <summary>The averages over all samples of two numbers of each channel.</summary>
    /// <param name="numbers">[blocks, 2, C of a block].</param>
    /// <param name="averages">[2, C].</param>
    public void Average(ReadOnlySpan<double> numbers, Span<double> averages)
    {
        int each = Each.C, samples = Count / PerSample;
        averages.Clear();
        for (int block = 0; block < Count; block++)
        {
            int column = block % PerSample * each;
            for (int c = 0; c < each; c++)
            {
                averages[column + c] += numbers[2 * block * each + c];
                averages[Channels + column + c] += numbers[(2 * block + 1) * each + c];
            }
        }

        foreach (ref double average in averages)
            average /= samples;
    }
}
