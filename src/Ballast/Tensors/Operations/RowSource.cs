using Ballast.Kernels;

namespace Ballast;

/// <summary>Values opened for a kernel that reads rows: floats in memory, or images that are still bytes. The memory is kept
/// until this is disposed of.</summary>
readonly unsafe ref struct RowSource
{
    readonly Values values;

    /// <summary>Opens values that are in memory or <see cref="PixelValues"/>.</summary>
    public RowSource(Values values, int rows, int stride)
    {
        this.values = values;
        // Buffers never move, so their address outlives the fixed statement; Dispose keeps them alive until then.
        if (values.Recipe is PixelValues pixels)
        {
            fixed (byte* bytes = pixels.Bytes(rows * stride))
                Rows = new Rows(bytes, stride);
        }
        else
        {
            fixed (float* floats = values.Buffer!.Span(rows * stride))
                Rows = new Rows(floats, stride);
        }
    }

    /// <summary>The rows.</summary>
    public Rows Rows { get; }

    /// <summary>Lets the memory go.</summary>
    public void Dispose()
    {
        GC.KeepAlive(values.Buffer);
        GC.KeepAlive(values.Recipe);
    }
}
