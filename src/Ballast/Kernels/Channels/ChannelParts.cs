namespace Ballast.Kernels;

/// <summary>How work on channels is cut: a part is a block of samples by a block of stretches. A stretch is what lies side by
/// side of one channel in one sample, or 4,096 values of it. It is a single value where fewer lie there than fill registers, and where
/// channels lie last; then every pixel is a sample. A part goes through memory in its order: a processor fetches ahead what is read so,
/// and waits for a channel's scattered runs.</summary>
readonly struct ChannelParts
{
    const int LongestStretch = 4096;

    // Values of a channel from which on their loops take less time than those of single values.
    const int ShortestRun = 20;

    // Values of a channel that a part sums in float before they are added up in double.
    const int MostValues = 4096;
    const int MostRows = 256;

    // What a part sums up stays in the first-level cache.
    const int MostStretches = 256;
    const int MostColumns = 4096;

    // Parts for several threads, where there are values enough.
    const int Wanted = 16;
    const int LeastWanted = 4;

    readonly ChannelLayout layout;
    readonly int longest, perRun, length, stretches, samples, partStretches, partSamples, stretchBlocks, sampleBlocks;
    readonly bool byColumns;

    /// <summary>Cuts a batch, or one of several chunks of it that are worked on one after the other: those need fewer parts each.
    /// </summary>
    public ChannelParts(ChannelLayout layout, int chunks = 1)
    {
        this.layout = layout;
        bool rows = layout.AreRows || IsShort(layout);
        longest = rows ? 1 : LongestStretch;
        perRun = layout.AreRows ? 1 : (layout.L + longest - 1) / longest;
        length = rows ? 1 : layout.L;
        stretches = layout.C * perRun;
        samples = layout.AreRows ? layout.PerChannel : layout.N;
        bool alone = layout.Length < SharedFrom.Memory;

        int wanted = Math.Max(LeastWanted, Wanted / chunks);
        int most = rows ? MostRows : Math.Max(1, MostValues / Math.Min(layout.L, LongestStretch));
        partSamples = alone ? most : Math.Clamp((samples + wanted - 1) / wanted, rows ? 32 : 1, Math.Max(most, rows ? 32 : 1));
        sampleBlocks = Math.Max(1, (samples + partSamples - 1) / partSamples);
        partStretches = Math.Min(stretches, rows ? MostColumns : MostStretches);
        if (!alone && sampleBlocks < wanted)
        {
            int blocks = (wanted + sampleBlocks - 1) / sampleBlocks;
            int columns = rows ? 64 : 1; // whole cache lines
            partStretches = Math.Min(partStretches, ((stretches + blocks - 1) / blocks + columns - 1) / columns * columns);
        }

        stretchBlocks = (stretches + partStretches - 1) / partStretches;
        Count = sampleBlocks * stretchBlocks;
    }

    // Where every value of a run needs constants of its own, there must be samples enough that share them.
    static bool IsShort(ChannelLayout layout) => !layout.AreRows && layout.L < ShortestRun && layout.N >= layout.L;

    /// <summary>Cuts a batch into columns of some channels each, and those into parts, which lie one behind the other.</summary>
    /// <param name="layout">Where the channels lie: not side by side.</param>
    /// <param name="columnChannels">How many channels a column has.</param>
    public static ChannelParts Columns(ChannelLayout layout, int columnChannels) => new(new ChannelParts(layout), columnChannels);

    ChannelParts(in ChannelParts whole, int columnChannels)
    {
        this = whole;
        byColumns = true;
        partStretches = columnChannels * perRun;
        stretchBlocks = (stretches + partStretches - 1) / partStretches;
        Count = sampleBlocks * stretchBlocks;
    }

    /// <summary>How many parts there are.</summary>
    public int Count { get; }

    /// <summary>How many parts a column has.</summary>
    public int PerColumn => sampleBlocks;

    /// <summary>Whether all stretches have one length.</summary>
    public bool AreAlike => perRun == 1 || longest == 1;

    /// <summary>Whether each stretch is a channel, all of one length.</summary>
    public bool AreChannels => perRun == 1;

    /// <summary>Whether each stretch is one value, so that a register holds several of them.</summary>
    public bool AreValues => length == 1;

    /// <summary>How many values of a run are stretches of their own that share their channel's constants: 1 where a stretch is a channel.
    /// </summary>
    public int Repeats => longest == 1 ? perRun : 1;

    /// <summary>Whether there is one part alone, with a stretch for each channel: its sums are the channels'.</summary>
    public bool AreSums => Count == 1 && perRun == 1;

    /// <summary>The most stretches of a sample that a part has.</summary>
    public int Width => partStretches;

    /// <summary>From one sample to the next, in values.</summary>
    public nint Step => layout.AreRows ? layout.C : (nint)layout.C * layout.L;

    /// <summary>Whether half of the second-level cache holds all values.</summary>
    public bool AreCached => layout.Length <= Caches.Rows(1, 2);

    /// <summary>How many samples are gone through at once where stretches are values: four, since memory is to be read nearly in its order,
    /// or as many as a page holds, up to 16, where half of the second-level cache holds all of them.</summary>
    public int Rows => AreCached ? (int)Math.Clamp(Region.Page / Step, 4, 16) : 4;

    /// <summary>One part.</summary>
    public ChannelPart this[int part]
    {
        get
        {
            var (samplesBefore, stretchesBefore) = byColumns
                ? (part % sampleBlocks, part / sampleBlocks) : (part / stretchBlocks, part % stretchBlocks);
            int sample = samplesBefore * partSamples, stretch = stretchesBefore * partStretches;
            return new ChannelPart(
                sample, Math.Min(samples, sample + partSamples), stretch, Math.Min(stretches, stretch + partStretches));
        }
    }

    /// <summary>Where the constants of a stretch lie in a table with <see cref="Repeats"/> of each channel's.</summary>
    public int Column(int stretch) => longest == 1 ? stretch : Channel(stretch);

    /// <summary>Which channel a stretch belongs to.</summary>
    public int Channel(int stretch) => perRun == 1 ? stretch : stretch / perRun;

    /// <summary>Where a stretch begins in a sample.</summary>
    public nint Start(int stretch)
    {
        if (perRun == 1)
            return (nint)stretch * length;
        int c = Channel(stretch);
        return (nint)c * layout.L + (stretch - c * perRun) * longest;
    }

    /// <summary>How long a stretch is.</summary>
    public int Length(int stretch) =>
        perRun == 1 ? length : Math.Min(longest, layout.L - stretch % perRun * longest);

    /// <summary>Runs the parts.</summary>
    public void Run<W>(in W work)
        where W : struct, IWork => Workers.Run(work, Count, layout.Length);
}

/// <summary>A block of samples by a block of stretches.</summary>
readonly record struct ChannelPart(int FirstSample, int LastSample, int FirstStretch, int LastStretch)
{
    /// <summary>How many samples there are.</summary>
    public int Samples => LastSample - FirstSample;

    /// <summary>How many stretches of each.</summary>
    public int Stretches => LastStretch - FirstStretch;
}
