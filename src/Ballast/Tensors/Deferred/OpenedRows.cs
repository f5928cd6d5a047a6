using Ballast.Kernels;

namespace Ballast;

/// <summary>Values opened for a kernel that reads the rows of a matrix: floats in memory, or deferred with a prologue. The
/// memory is kept until this is disposed of.</summary>
readonly unsafe ref struct OpenedRows
{
    readonly Values values;

    /// <summary>Opens values that <see cref="Prepare"/> gave.</summary>
    public OpenedRows(Values values, int rows, int columns)
    {
        this.values = values;
        if (values.Recipe is { } deferred && deferred.TryOpenRows(rows, columns, out var prologue))
        {
            Prologue = prologue;
            return;
        }

        // Buffers never move, so the address outlives the fixed statement; Dispose keeps the memory alive until then.
        fixed (float* floats = values.Buffer!.Span(rows * columns))
            Prologue = new RowPrologue(floats, columns);
    }

    /// <summary>The prologue that reads the rows.</summary>
    public RowPrologue Prologue { get; }

    /// <summary>A tensor's values as this can open them: deferred if they have a prologue for rows, else computed.</summary>
    public static Values Prepare(Tensor x, int rows, int columns) =>
        x.Recipe is { } deferred && deferred.TryOpenRows(rows, columns, out _) ? x.Values : new Values(x.PinnedBuffer);

    /// <summary>Lets the memory go.</summary>
    public void Dispose()
    {
        GC.KeepAlive(values.Buffer);
        GC.KeepAlive(values.Recipe);
    }
}
