using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Sums and products of the beginnings of lines, with their gradients, in double.</summary>
static unsafe class LineScans
{
    /// <summary>y[i] = x[0] + ... + x[i].</summary>
    public static void Sum(ReadOnlySpan<float> x, Span<float> y, LineShape shape) => Run<SumScan>(x, x, y, shape);

    /// <summary>The gradient of <see cref="Sum"/>: dx[i] = g[i] + ... + g[last].</summary>
    public static void SumGradient(ReadOnlySpan<float> g, Span<float> dx, LineShape shape) => Run<SumScanGradient>(g, g, dx, shape);

    /// <summary>y[i] = x[0] times ... times x[i].</summary>
    public static void Product(ReadOnlySpan<float> x, Span<float> y, LineShape shape) => Run<ProductScan>(x, x, y, shape);

    /// <summary>The gradient of <see cref="Product"/>: dx[i] = x[0] ... x[i - 1] times s[i], with s[i] = g[i] + x[i + 1] s[i + 1].
    /// Nothing is divided: a zero is a number like any other.</summary>
    public static void ProductGradient(ReadOnlySpan<float> x, ReadOnlySpan<float> g, Span<float> dx, LineShape shape) =>
        Run<ProductScanGradient>(x, g, dx, shape);

    /// <summary>The gradient of the product of each row of x, for its gradient g[row]: dx = g times the product of the row's other values.</summary>
    public static void Others(ReadOnlySpan<float> x, ReadOnlySpan<float> g, Span<float> dx)
    {
        if (dx.Length == 0)
            return;
        fixed (float* from = x, incoming = g, to = dx)
        {
            int size = dx.Length / g.Length;
            LineParts.Share(new OthersWork { X = from, G = incoming, Dx = to, Size = size }, new LineShape(g.Length, size, 1));
        }
    }

    struct OthersWork : ILineWork
    {
        public float* X, G, Dx;
        public int Size;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int line)
        {
            float* x = X + (nint)line * Size, dx = Dx + (nint)line * Size;
            double* after = (double*)Scratch.Take(2 * Size);
            double product = G[line];
            for (int i = Size - 1; i >= 0; i--)
            {
                after[i] = product;
                product *= x[i];
            }

            double before = 1;
            for (int i = 0; i < Size; i++)
            {
                dx[i] = (float)(before * after[i]);
                before *= x[i];
            }
        }
    }

    static void Run<L>(ReadOnlySpan<float> x, ReadOnlySpan<float> g, Span<float> y, LineShape shape)
        where L : struct, ILine
    {
        if (y.Length == 0)
            return;
        fixed (float* from = x, incoming = g, to = y)
            LineParts.Share(new Work<L> { X = from, G = incoming, Y = to, Shape = shape }, shape);
    }

    // What is done with a line of x and one of g, whose elements are a step apart.
    interface ILine
    {
        static abstract void Run(float* x, float* g, float* y, int length, nint step);
    }

    struct Work<L> : ILineWork
        where L : struct, ILine
    {
        public float* X, G, Y;
        public LineShape Shape;

        public readonly void Run(int line)
        {
            nint start = Shape.Start(line);
            L.Run(X + start, G + start, Y + start, Shape.Size, Shape.Inner);
        }
    }

    struct SumScan : ILine
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run(float* x, float* g, float* y, int length, nint step)
        {
            double sum = 0;
            for (int i = 0; i < length; i++)
                y[i * step] = (float)(sum += x[i * step]);
        }
    }

    struct SumScanGradient : ILine
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run(float* x, float* g, float* y, int length, nint step)
        {
            double sum = 0;
            for (int i = length - 1; i >= 0; i--)
                y[i * step] = (float)(sum += g[i * step]);
        }
    }

    struct ProductScan : ILine
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run(float* x, float* g, float* y, int length, nint step)
        {
            double product = 1;
            for (int i = 0; i < length; i++)
                y[i * step] = (float)(product *= x[i * step]);
        }
    }

    struct ProductScanGradient : ILine
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run(float* x, float* g, float* y, int length, nint step)
        {
            double* later = (double*)Scratch.Take(2 * length); // s
            later[length - 1] = g[(length - 1) * step];
            for (int i = length - 2; i >= 0; i--)
                later[i] = g[i * step] + x[(i + 1) * step] * later[i + 1];
            double before = 1;
            for (int i = 0; i < length; i++)
            {
                y[i * step] = (float)(before * later[i]);
                before *= x[i * step];
            }
        }
    }
}
