using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>A pass of a pool over one row of windows.</summary>
unsafe interface IPoolRow
{
    /// <summary>Into how many pieces a thread's share is cut; see <see cref="IWork.Pieces"/>.</summary>
    static abstract int Pieces { get; }

    /// <summary>Takes the channels from <paramref name="start"/> up to <paramref name="end"/>: some whole registers of them.</summary>
    /// <param name="image">Where the image's values begin.</param>
    /// <param name="row">Where the row's results begin.</param>
    /// <param name="planes">Which planes of a volume its windows have.</param>
    /// <param name="rows">Which rows of the image its windows have.</param>
    /// <param name="start">The first channel.</param>
    /// <param name="end">The one after the last.</param>
    /// <param name="done">How many of the first register's lanes are left as they are; see <see cref="IColumns"/>.</param>
    void Run<S, V, L>(nint image, nint row, Taps planes, Taps rows, int start, int end, int done)
        where S : struct, ISimd<V>
        where V : unmanaged
        where L : struct, ILanes;
}

/// <summary>A pass that writes an image's gradient.</summary>
interface IPoolGradient : IPoolRow
{
    /// <summary>Sets what no window writes, or what windows add to, to 0.</summary>
    void Clear(nint image, int first, int last);
}

/// <summary>How the work of a pool is cut: forward by rows of the result, backward, where windows may overlap, by images and
/// blocks of channels.</summary>
static unsafe class PoolParts
{
    // Whole cache lines, and parts enough for a single image.
    const int BlockChannels = 64;

    /// <summary>Runs a forward pass.</summary>
    public static void Forward<R>(in PoolShape shape, in R pass)
        where R : struct, IPoolRow =>
        Workers.Run(new RowsWork<R> { Shape = shape, Pass = pass }, shape.N * shape.OutD * shape.OutH, shape.Input.Length);

    /// <summary>Runs a backward pass.</summary>
    public static void Backward<R>(in PoolShape shape, in R pass)
        where R : struct, IPoolGradient
    {
        int blocks = (shape.C + BlockChannels - 1) / BlockChannels;
        Workers.Run(new BlocksWork<R> { Shape = shape, Pass = pass, Blocks = blocks }, shape.N * blocks, shape.Input.Length);
    }

    /// <summary>Sets some channels of each pixel of an image to 0.</summary>
    public static void Clear(float* image, in PoolShape shape, int first, int last)
    {
        int pixels = shape.D * shape.H * shape.W;
        if (last - first == shape.C)
        {
            new Span<float>(image, pixels * shape.C).Clear();
            return;
        }

        for (int i = 0; i < pixels; i++)
            new Span<float>(image + (nint)i * shape.C + first, last - first).Clear();
    }

    /// <summary>Sets some channels of the pixels to 0 that are right of or below all windows, where these lie side by side.</summary>
    public static void ClearRest(float* image, in PoolShape shape, int first, int last)
    {
        int insideH = shape.OutH * shape.Down.Stride, insideW = shape.OutW * shape.Across.Stride;
        for (int row = 0; row < shape.H; row++)
        {
            for (int column = row < insideH ? insideW : 0; column < shape.W; column++)
                new Span<float>(image + ((nint)row * shape.W + column) * shape.C + first, last - first).Clear();
        }
    }

    struct RowsWork<R> : IWork, IWideWork
        where R : struct, IPoolRow
    {
        public static int Pieces => R.Pieces;

        public PoolShape Shape;
        public R Pass;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged => Rows<S, V, R>(Pass, Shape, first, last, 0, Shape.C);
    }

    struct BlocksWork<R> : IWork, IWideWork
        where R : struct, IPoolGradient
    {
        public static int Pieces => R.Pieces;

        public PoolShape Shape;
        public R Pass;
        public int Blocks;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int part = first; part < last; part++)
            {
                int image = part / Blocks, start = part % Blocks * BlockChannels, end = Math.Min(Shape.C, start + BlockChannels);
                Pass.Clear((nint)image * Shape.D * Shape.H * Shape.W * Shape.C, start, end);
                int rows = Shape.OutD * Shape.OutH;
                Rows<S, V, R>(Pass, Shape, image * rows, (image + 1) * rows, start, end);
            }
        }
    }

    struct RowColumns<R> : IColumns
        where R : struct, IPoolRow
    {
        public R Pass;
        public nint Image, Row;
        public Taps Planes, Rows;

        public readonly void Run<S, V, L>(int first, int last, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes => Pass.Run<S, V, L>(Image, Row, Planes, Rows, first, last, done);
    }

    // Rows of the result, counted over all images and planes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Rows<S, V, R>(in R pass, in PoolShape shape, int first, int last, int start, int end)
        where S : struct, ISimd<V>
        where V : unmanaged
        where R : struct, IPoolRow
    {
        int line = first % shape.OutH, plane = first / shape.OutH % shape.OutD;
        nint size = (nint)shape.D * shape.H * shape.W * shape.C, image = first / shape.OutH / shape.OutD * size;
        var planes = shape.Deep.Window(plane);
        RowColumns<R> columns = new() { Pass = pass };
        for (int row = first; row < last; row++)
        {
            (columns.Image, columns.Row, columns.Planes, columns.Rows) = (image, (nint)row * shape.OutW * shape.C, planes, shape.Down.Window(line));
            Simd.Columns<S, V, RowColumns<R>>(columns, start, end);
            if (++line < shape.OutH)
                continue;
            line = 0;
            if (++plane == shape.OutD)
                (plane, image) = (0, image + size);
            planes = shape.Deep.Window(plane);
        }
    }
}
