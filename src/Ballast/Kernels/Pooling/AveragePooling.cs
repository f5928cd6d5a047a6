using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The mean of each window, and the gradient that each of its values gets a share of. Values are added up row by
/// row and the rows' sums after that, which keeps the rounding of large windows small.</summary>
static unsafe class AveragePooling
{
    /// <summary>y = the sum of each window over how many values it counts.</summary>
    /// <param name="shape">The sizes; a dilation of 1.</param>
    /// <param name="countPadding">Whether values on the padding count, as zeros.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="y">[N, OutH, OutW, C].</param>
    public static void Forward(in PoolShape shape, bool countPadding, in ImagePrologue x, float* y)
    {
        if (x.IsPlain)
            Forward<Identity>(shape, countPadding, x, y);
        else if (x.HasRelu)
            Forward<NormalizedRelu>(shape, countPadding, x, y);
        else
            Forward<Normalized>(shape, countPadding, x, y);
    }

    /// <summary>dx = dy over how many values its window counts, added up where windows overlap.</summary>
    /// <param name="shape">The sizes; a dilation of 1.</param>
    /// <param name="countPadding">Whether values on the padding count, as zeros.</param>
    /// <param name="dy">[N, OutH, OutW, C].</param>
    /// <param name="dx">[N, H, W, C].</param>
    public static void Backward(in PoolShape shape, bool countPadding, float* dy, float* dx) =>
        PoolParts.Run(
            new BackwardWork { Shape = shape, CountPadding = countPadding, Dy = dy, Dx = dx }, PoolParts.Blocks(shape), shape);

    static void Forward<M>(in PoolShape shape, bool countPadding, in ImagePrologue x, float* y)
        where M : struct, IPrologue =>
        PoolParts.Run(
            new ForwardWork<M> { Shape = shape, CountPadding = countPadding, X = x.Pixels, Table = x.Table, Y = y },
            PoolParts.Rows(shape), shape);

    struct ForwardWork<M> : IWork, IWideWork
        where M : struct, IPrologue
    {
        public PoolShape Shape;
        public bool CountPadding;
        public float* X, Table, Y;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int height = Shape.OutH, width = Shape.OutW, channels = Shape.C;
            for (int row = first; row < last; row++)
            {
                float* image = X + (nint)(row / height) * Shape.H * Shape.W * channels;
                float* to = Y + (nint)row * width * channels;
                var rows = Shape.Rows(row % height);
                int done = Row<S, V>(image, rows, width, to, 0);
                if (done < channels)
                    Row<SimdScalar, float>(image, rows, width, to, done);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly int Row<S, V>(float* image, Taps rows, int width, float* to, int start)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int channels = Shape.C, end = start + (channels - start) / S.Width * S.Width;
            nint line = (nint)Shape.W * channels;
            for (int column = 0; column < width; column++, to += channels)
            {
                var columns = Shape.Columns(column);
                float* corner = image + Shape.Offset(rows, columns);
                V divisor = S.Broadcast(Shape.Divisor(rows, columns, CountPadding));
                for (int c = start; c < end; c += S.Width)
                {
                    var channel = Prologues.Load<M, S, V>(Table, c, channels);
                    V sum = S.Broadcast(0);
                    float* from = corner + c;
                    for (int i = rows.First; i < rows.Last; i++, from += line)
                    {
                        V ofRow = S.Broadcast(0);
                        float* x = from;
                        for (int j = columns.First; j < columns.Last; j++, x += channels)
                            ofRow = S.Add(ofRow, M.Apply<S, V>(S.Load(x), channel));
                        sum = S.Add(sum, ofRow);
                    }

                    S.Store(to + c, S.Divide(sum, divisor));
                }
            }

            return end;
        }
    }

    struct BackwardWork : IWork, IWideWork
    {
        public PoolShape Shape;
        public bool CountPadding;
        public float* Dy, Dx;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int height = Shape.OutH, width = Shape.OutW, channels = Shape.C;
            bool adds = !Shape.IsTiling;
            for (int part = first; part < last; part++)
            {
                var (n, start, end) = PoolParts.Block(Shape, part);
                float* image = Dx + (nint)n * Shape.H * Shape.W * channels;
                if (adds)
                    PoolParts.Clear(image, Shape, start, end);
                for (int row = 0; row < height; row++)
                {
                    float* dy = Dy + ((nint)n * height + row) * width * channels;
                    var rows = Shape.Rows(row);
                    int done = Row<S, V>(image, rows, width, dy, start, end, adds);
                    if (done < end)
                        Row<SimdScalar, float>(image, rows, width, dy, done, end, adds);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly int Row<S, V>(float* image, Taps rows, int width, float* dy, int start, int end, bool adds)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int channels = Shape.C;
            end = start + (end - start) / S.Width * S.Width;
            nint line = (nint)Shape.W * channels;
            for (int column = 0; column < width; column++, dy += channels)
            {
                var columns = Shape.Columns(column);
                float* corner = image + Shape.Offset(rows, columns);
                V divisor = S.Broadcast(Shape.Divisor(rows, columns, CountPadding));
                for (int c = start; c < end; c += S.Width)
                {
                    V share = S.Divide(S.Load(dy + c), divisor);
                    float* from = corner + c;
                    for (int i = rows.First; i < rows.Last; i++, from += line)
                    {
                        float* to = from;
                        for (int j = columns.First; j < columns.Last; j++, to += channels)
                            S.Store(to, adds ? S.Add(S.Load(to), share) : share);
                    }
                }
            }

            return end;
        }
    }
}
