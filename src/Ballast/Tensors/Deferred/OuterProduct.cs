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

    /// <summary>Applies an optimizer's rule to the weight [outputs, inputs] and its state.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="first">The first value of state of each element, or empty.</param>
    /// <param name="second">The second value of state of each element, or empty.</param>
    /// <param name="backwards">Go through the rows from the last to the first.</param>
    public void Apply<R>(R rule, Span<float> weight, Span<float> first, Span<float> second, bool backwards)
        where R : struct, IUpdateRule
    {
        fixed (float* w = weight, m = first, v = second)
            Compute(dy, x, rows, outputs, inputs, new Updates.ToWeights<R>(rule, w, m, v, inputs), backwards);
    }

    /// <summary>The sum of the squares of all values, in double, without storing any: as much work as applying them.</summary>
    public double SquareSum()
    {
        int pieces = (inputs + ColumnProducts.LongestChunk - 1) / ColumnProducts.LongestChunk, count = outputs * pieces;
        double[] sums = System.Buffers.ArrayPool<double>.Shared.Rent(count);
        fixed (double* to = sums)
            Compute(dy, x, rows, outputs, inputs, new SquareSums.OfRows(to, pieces, ColumnProducts.LongestChunk), backwards: false);
        double sum = 0;
        for (int i = 0; i < count; i++)
            sum += sums[i];
        System.Buffers.ArrayPool<double>.Shared.Return(sums);
        return sum;
    }

    /// <summary>The gradient times a factor: still two factors.</summary>
    public OuterProduct Scale(float factor)
    {
        var scaled = Buffer.Copy(dy.Span(rows * outputs));
        Scaling.Run(scaled.Span(rows * outputs), factor);
        return new OuterProduct(scaled, x.Hold(), rows, outputs, inputs);
    }

    static void Compute<C>(
        Buffer dy, Values x, int rows, int outputs, int inputs, C consumer, bool backwards)
        where C : struct, IRowConsumer
    {
        using var source = new RowSource(x, rows, inputs);
        fixed (float* g = dy.Span(rows * outputs))
            ColumnProducts.Compute(g, outputs, 1, source.Rows, rows, outputs, inputs, consumer, backwards);
    }

    /// <inheritdoc/>
    protected override void ReleaseSources()
    {
        dy.Release();
        x.Release();
    }
}
