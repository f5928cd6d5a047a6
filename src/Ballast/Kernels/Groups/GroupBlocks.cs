namespace Ballast.Kernels;

/// <summary>Samples cut into blocks of whole groups of channels, each of which is normalized while it is in the cache. Where channels lie in
/// runs, some groups of neighbours are a batch of one sample for <see cref="Channels"/>; where they lie last, the whole sample is.</summary>
readonly record struct GroupBlocks
{
    // Values that stay in the second-level cache, with their gradient.
    const int MostValues = 1 << 14;

    /// <summary>Cuts them.</summary>
    /// <param name="whole">Where the channels lie.</param>
    /// <param name="groups">How many groups of neighbouring channels a sample has.</param>
    public GroupBlocks(ChannelLayout whole, int groups)
    {
        int perGroup = whole.C / groups * whole.L, most = whole.Last ? groups : Math.Clamp(MostValues / Math.Max(1, perGroup), 1, groups);
        while (groups % most != 0)
            most--;
        PerSample = groups / most;
        Groups = most;
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

    /// <summary>How many numbers there are with so many for each channel of each sample.</summary>
    public int Numbers(int perChannel) => Count * perChannel * Each.C;

    /// <summary>The averages over all samples of two numbers of each channel.</summary>
    /// <param name="numbers">[blocks, 2, C of a block].</param>
    /// <param name="averages">[2, C].</param>
    public void Average(ReadOnlySpan<double> numbers, Span<double> averages)
    {
        int each = Each.C, channels = PerSample * each, samples = Count / PerSample;
        averages.Clear();
        for (int i = 0; i < Numbers(2); i++)
        {
            int block = i / (2 * each), row = i / each % 2;
            averages[row * channels + block % PerSample * each + i % each] += numbers[i];
        }

        foreach (ref double average in averages)
            average /= samples;
    }
}
