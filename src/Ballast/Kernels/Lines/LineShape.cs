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

/// <summary>Lines shared among the threads. The cut depends on the shape alone.</summary>
static class LineParts
{
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
