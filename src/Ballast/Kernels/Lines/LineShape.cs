namespace Ballast.Kernels;

/// <summary>Dense memory as lines along one axis: [outer, size, inner], where the elements of a line are <paramref name="Inner"/> apart.</summary>
/// <param name="Outer">How often the axis is gone through from outside.</param>
/// <param name="Size">The length of a line.</param>
/// <param name="Inner">The distance between neighbours in a line, and the number of lines side by side.</param>
readonly record struct LineShape(int Outer, int Size, int Inner)
{
    /// <summary>The number of lines.</summary>
    public int Count => Outer * Inner;

    /// <summary>Where a line begins.</summary>
    public nint Start(int line) => Inner == 1 ? (nint)line * Size : (nint)(line / Inner) * Size * Inner + line % Inner;

    /// <summary>As many lines of another length.</summary>
    public LineShape WithSize(int size) => this with { Size = size };
}

/// <summary>Work on each line by itself.</summary>
interface ILineWork
{
    /// <summary>Does one line's work.</summary>
    void Run(int line);
}

/// <summary>Work on lines that lie side by side, several at once: their first elements are neighbours, then their second ones.</summary>
interface ILineBlockWork
{
    /// <summary>Does the work of <paramref name="count"/> lines, at most <see cref="LineParts.MostNeighbours"/>.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many.</param>
    void Columns(int first, int count);
}

/// <summary>Lines shared among the threads. The cut depends on the shape alone.</summary>
static class LineParts
{
    /// <summary>The largest number of lines that are taken at once.</summary>
    public const int MostNeighbours = 256;

    const int LeastNeighbours = 32;
    const int Blocks = 8;
    const int Part = 1 << 12;
    const int SerialLength = 1 << 14;

    /// <summary>Does the work of all lines.</summary>
    public static void Share<W>(in W work, LineShape shape)
        where W : struct, ILineWork
    {
        int lines = Math.Max(1, Part / Math.Max(1, shape.Size));
        var parts = new Parts<W> { Work = work, PartLines = lines, Count = shape.Count };
        int count = (shape.Count + lines - 1) / lines;
        Workers.Run(parts, count, (long)shape.Count * shape.Size, SerialLength);
    }

    /// <summary>Does the work of all lines, which lie side by side, a block of neighbours at a time. Memory is gone through from its
    /// beginning to its end: line by line, each element would be far from the one before it.</summary>
    public static void ShareBlocks<W>(in W work, LineShape shape)
        where W : struct, ILineBlockWork
    {
        int block = Math.Clamp((shape.Count / Blocks + 15) / 16 * 16, LeastNeighbours, MostNeighbours);
        var blocks = new BlockParts<W> { Work = work, Shape = shape, Block = Math.Min(block, shape.Inner) };
        Workers.Run(blocks, shape.Outer * blocks.Across, (long)shape.Count * shape.Size, SerialLength);
    }

    struct BlockParts<W> : IWork
        where W : struct, ILineBlockWork
    {
        public W Work;
        public LineShape Shape;
        public int Block;

        public readonly int Across => (Shape.Inner + Block - 1) / Block;

        public readonly void Run(int first, int last)
        {
            for (int part = first; part < last; part++)
            {
                int start = part % Across * Block;
                Work.Columns(part / Across * Shape.Inner + start, Math.Min(Block, Shape.Inner - start));
            }
        }
    }

    struct Parts<W> : IWork
        where W : struct, ILineWork
    {
        public W Work;
        public int PartLines, Count;

        public readonly void Run(int first, int last)
        {
            int end = (int)Math.Min(Count, (long)last * PartLines);
            for (int line = first * PartLines; line < end; line++)
                Work.Run(line);
        }
    }
}
