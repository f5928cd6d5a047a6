namespace Ballast.Kernels;

/// <summary>Several rows of channels as one: as many as it takes until channels and registers end together, so that every register is
/// full. A row of 24 channels leaves half of a register of 16 empty; two of them fill three.</summary>
readonly unsafe struct RepeatedRows
{
    // What is repeated stays in the first-level cache; with more channels the last register is one of many.
    const int MostColumns = 1024;

    /// <summary>How rows are joined, if that pays: not where one is whole registers, nor where there are few.</summary>
    /// <param name="channels">C.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="width">The lanes of a register, a power of two.</param>
    public RepeatedRows(int channels, int rows, int width)
    {
        int repeats = width / Math.Min(width, channels & -channels);
        bool pays = repeats > 1 && channels * repeats <= MostColumns && rows >= 2 * repeats;
        Channels = channels;
        Repeats = pays ? repeats : 0;
    }

    int Channels { get; }

    int Repeats { get; }

    /// <summary>The columns of the rows that were joined; 0 where none are.</summary>
    public int Columns => Channels * Repeats;

    /// <summary>How many joined rows some rows make; what is left stays as it is.</summary>
    public int Of(int rows) => Repeats == 0 ? 0 : rows / Repeats;

    /// <summary>How many rows some joined ones are.</summary>
    public int Rows(int joined) => joined * Repeats;

    /// <summary>Repeats rows of constants.</summary>
    /// <param name="from">[count, C].</param>
    /// <param name="count">How many rows there are.</param>
    /// <param name="to">[count, Columns].</param>
    public void Repeat(float* from, int count, float* to)
    {
        for (int row = 0; row < count; row++, from += Channels)
        {
            for (int i = 0; i < Repeats; i++, to += Channels)
                new Span<float>(from, Channels).CopyTo(new Span<float>(to, Channels));
        }
    }
}
