using Ballast.Kernels;

namespace Ballast;

/// <summary>Values opened for a kernel that reads the rows of a matrix: floats in memory, or images that are still bytes. The
/// memory is kept until this is disposed of.</summary>
readonly unsafe ref struct RowSource
{
    readonly Values values;

    /// <summary>Opens values that <see cref="Values"/> gave.</summary>
    public RowSource(Values values, int rows, int columns)
    {
        this.values = values;
        if (values.Recipe is PixelValues pixels)
        {
            Rows = new Rows(pixels.Addresses);
            return;
        }

        // Buffers never move, so the address outlives the fixed statement; Dispose keeps the memory alive until then.
        fixed (float* floats = values.Buffer!.Span(rows * columns))
            Rows = new Rows(floats, columns);
    }

    /// <summary>The rows.</summary>
    public Rows Rows { get; }

    /// <summary>A tensor's values as this can open them: images as they are if each is a row, all else computed.</summary>
    public static Values Prepare(Tensor x, int rows, int columns) =>
        x.Recipe is PixelValues pixels && pixels.AreRows(rows, columns) ? x.Values : new Values(x.PinnedBuffer);

    /// <summary>Lets the memory go.</summary>
    public void Dispose()
    {
        GC.KeepAlive(values.Buffer);
        GC.KeepAlive(values.Recipe);
    }
}
