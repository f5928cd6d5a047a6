using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Softmaxes of lines along any axis, and their gradients: rows whose values lie side by side, or lines side by side.</summary>
static unsafe class SoftmaxLines
{
    const int PartLength = 1 << 13;
    const int SerialLength = 1 << 13;

    /// <summary>The scalar reference of both kinds: e / sum and its logarithm.</summary>
    public static void Reference(ReadOnlySpan<float> x, Span<double> y, LineShape shape, bool logarithm)
    {
        for (int line = 0; line < shape.Count; line++)
        {
            int start = (int)shape.Start(line);
            double max = double.NegativeInfinity, sum = 0;
            for (int i = 0; i < shape.Size; i++)
                max = Math.Max(max, x[start + i * shape.Inner]);
            for (int i = 0; i < shape.Size; i++)
                sum += Math.Exp(x[start + i * shape.Inner] - max);
            for (int i = 0; i < shape.Size; i++)
            {
                double difference = x[start + i * shape.Inner] - max;
                y[start + i * shape.Inner] = logarithm ? difference - Math.Log(sum) : Math.Exp(difference) / sum;
            }
        }
    }

    /// <summary>y of each line of x.</summary>
    public static void Compute<K>(ReadOnlySpan<float> x, Span<float> y, LineShape shape)
        where K : struct, ISoftmaxKind
    {
        fixed (float* from = x, to = y)
            Share(new Work<K> { X = from, Y = to, Shape = shape }, shape);
    }

    /// <summary>The gradient of each line of x, for the gradient g of its result y.</summary>
    public static void Gradient<K>(ReadOnlySpan<float> g, ReadOnlySpan<float> y, Span<float> dx, LineShape shape)
        where K : struct, ISoftmaxKind
    {
        fixed (float* incoming = g, result = y, to = dx)
            Share(new Work<K> { G = incoming, X = to, Y = result, Shape = shape }, shape);
    }

    static void Share<K>(Work<K> work, LineShape shape)
        where K : struct, ISoftmaxKind
    {
        if ((long)shape.Count * shape.Size == 0)
            return;
        if (shape.Inner > 1)
        {
            LineParts.ShareBlocks(work, shape);
            return;
        }

        work.PartLines = Math.Max(1, PartLength / shape.Size);
        int parts = (shape.Outer + work.PartLines - 1) / work.PartLines;
        if ((long)shape.Count * shape.Size < SerialLength)
            work.Run(0, parts);
        else
            Workers.Run(work, parts);
    }

    // Without an incoming gradient the result y of x, with one the gradient of x.
    struct Work<K> : IWork, IWideWork, ILineBlockWork
        where K : struct, ISoftmaxKind
    {
        public float* G, X, Y;
        public LineShape Shape;
        public int PartLines;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int row = first * PartLines; row < Math.Min((long)last * PartLines, Shape.Outer); row++)
            {
                nint start = (nint)row * Shape.Size;
                if (G is null)
                    SoftmaxRow.Compute<K, S, V>(X + start, Y + start, Shape.Size);
                else
                    SoftmaxRow.Gradient<K, S, V>(G + start, Y + start, X + start, Shape.Size);
            }
        }

        public readonly void Columns(int first, int count)
        {
            nint start = Shape.Start(first);
            if (G is null)
                SoftmaxColumns.Compute<K>(X + start, Y + start, Shape.Size, Shape.Inner, count);
            else
                SoftmaxColumns.Gradient<K>(G + start, Y + start, X + start, Shape.Size, Shape.Inner, count);
        }
    }
}
