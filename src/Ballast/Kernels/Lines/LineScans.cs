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
        {
            var work = new Work<L> { X = from, G = incoming, Y = to, Shape = shape };
            if (shape.Inner == 1)
                LineParts.Share(work, shape);
            else
                LineParts.ShareBlocks(work, shape);
        }
    }

    // What is done with lines of x and g that lie side by side, a step from one element of a line to the next.
    interface ILine
    {
        static abstract void Run(float* x, float* g, float* y, int lines, int length, nint step);
    }

    struct Work<L> : ILineWork, ILineBlockWork
        where L : struct, ILine
    {
        public float* X, G, Y;
        public LineShape Shape;

        public readonly void Run(int line) => Columns(line, 1);

        public readonly void Columns(int first, int count)
        {
            nint start = Shape.Start(first);
            L.Run(X + start, G + start, Y + start, count, Shape.Size, Shape.Inner);
        }
    }

    // y = what x's elements up to this one are joined to.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Accumulate<R>(float* x, float* y, int lines, int length, nint step)
        where R : struct, IReduction
    {
        if (lines == 1)
        {
            double one = R.Identity;
            for (; length > 0; length--, x += step, y += step)
                *y = (float)(one = R.Join(one, *x));
            return;
        }

        double* sofar = stackalloc double[LineParts.MostNeighbours];
        new Span<double>(sofar, lines).Fill(R.Identity);
        for (; length > 0; length--, x += step, y += step)
        {
            for (int line = 0; line < lines; line++)
                y[line] = (float)(sofar[line] = R.Join(sofar[line], x[line]));
        }
    }

    struct SumScan : ILine
    {
        public static void Run(float* x, float* g, float* y, int lines, int length, nint step) =>
            Accumulate<SumReduction>(x, y, lines, length, step);
    }

    struct SumScanGradient : ILine
    {
        public static void Run(float* x, float* g, float* y, int lines, int length, nint step) =>
            Accumulate<SumReduction>(g + (length - 1) * step, y + (length - 1) * step, lines, length, -step);
    }

    struct ProductScan : ILine
    {
        public static void Run(float* x, float* g, float* y, int lines, int length, nint step) =>
            Accumulate<ProductReduction>(x, y, lines, length, step);
    }

    struct ProductScanGradient : ILine
    {
        const int Together = 16;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Run(float* x, float* g, float* y, int lines, int length, nint step)
        {
            double* before = stackalloc double[Together];
            double* later = (double*)Scratch.Take(2 * Together * length); // s of as many lines as a cache line holds
            for (; lines > 0; lines -= Together, x += Together, g += Together, y += Together)
            {
                int count = Math.Min(lines, Together);
                double* s = later + (length - 1) * count;
                for (int line = 0; line < count; line++)
                    (s[line], before[line]) = (g[(length - 1) * step + line], 1);
                for (int i = length - 2; i >= 0; i--)
                {
                    s -= count;
                    for (int line = 0; line < count; line++)
                        s[line] = g[i * step + line] + x[(i + 1) * step + line] * s[count + line];
                }

                for (int i = 0; i < length; i++, s += count)
                {
                    for (int line = 0; line < count; line++)
                    {
                        y[i * step + line] = (float)(before[line] * s[line]);
                        before[line] *= x[i * step + line];
                    }
                }
            }
        }
    }
}
