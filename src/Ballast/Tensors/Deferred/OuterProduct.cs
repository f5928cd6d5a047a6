using Ballast.Kernels;

namespace Ballast;

/// <summary>The gradient of a linear layer's weight, dW = dy^T x, as its two factors. An optimizer applies it row by row
/// without ever storing it: at batch 10 the factors of the tutorial's first layer are 35 KB, the gradient 786 KB.</summary>
sealed unsafe class OuterProduct(Buffer dy, Values x, int rows, int outputs, int inputs) : Deferred
{
    /// <inheritdoc/>
    public override void Write(Span<float> destination) => Write(dy, x, rows, outputs, inputs, destination);

    /// <summary>Computes dy^T x at once.</summary>
    public static void Write(Buffer dy, Values x, int rows, int outputs, int inputs, Span<float> destination)
    {
        fixed (float* to = destination)
            Compute(dy, x, rows, outputs, inputs, new ColumnProducts.ToMemory(to, inputs), backwards: false);
    }

    int Pieces => (inputs + ColumnProducts.LongestChunk - 1) / ColumnProducts.LongestChunk;

    /// <inheritdoc/>
    public override int Blocks => outputs * Pieces;

    /// <inheritdoc/>
    public override void ReadBlocks(BlockReader reader, bool backwards) =>
        Compute(dy, x, rows, outputs, inputs, new ColumnProducts.ToReader(reader, Pieces, inputs), backwards);

    /// <summary>One factor times it: still two factors.</summary>
    public override Deferred Times(float factor)
    {
        var scaled = Buffer.Copy(dy.Span(rows * outputs));
        Scaling.Run(scaled.Span(rows * outputs), factor);
        return new OuterProduct(scaled, x.Hold(), rows, outputs, inputs);
    }

    static void Compute<C>(
        Buffer dy, Values x, int rows, int outputs, int inputs, C consumer, bool backwards)
        where C : struct, IRowEpilogue
    {
        using var source = new OpenedRows(x, rows, inputs);
        fixed (float* g = dy.Span(rows * outputs))
            ColumnProducts.Compute(g, outputs, 1, source.Prologue, rows, outputs, inputs, consumer, backwards);
    }

    /// <inheritdoc/>
    protected override void ReleaseSources()
    {
        dy.Release();
        x.Release();
    }
}
