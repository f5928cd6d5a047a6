using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The mean of each window, and the gradient that each of its values gets a share of. Values are added up row by
/// row and the rows' sums after that, which keeps the rounding of large windows small.</summary>
static unsafe class AveragePooling
{
    /// <summary>y = the sum of each window over how many values it counts.</summary>
    /// <param name="shape">The sizes; a dilation of 1.</param>
    /// <param name="divisor">What sums are divided by.</param>
    /// <param name="x">[N, D, H, W, C].</param>
    /// <param name="y">[N, OutD, OutH, OutW, C].</param>
    public static void Forward(in PoolShape shape, PoolDivisor divisor, in ImagePrologue x, float* y)
    {
        if (x.IsPlain)
            Forward<Identity>(shape, divisor, x, y);
        else if (x.HasRelu)
            Forward<NormalizedRelu>(shape, divisor, x, y);
        else
            Forward<Normalized>(shape, divisor, x, y);
    }

    /// <summary>dx = dy over how many values its window counts, added up where windows overlap.</summary>
    /// <param name="shape">The sizes; a dilation of 1.</param>
    /// <param name="divisor">What sums are divided by.</param>
    /// <param name="dy">[N, OutD, OutH, OutW, C].</param>
    /// <param name="dx">[N, D, H, W, C].</param>
    public static void Backward(in PoolShape shape, PoolDivisor divisor, float* dy, float* dx) =>
        PoolParts.Backward(shape, new BackwardRow { Shape = shape, Divisor = divisor, Dy = dy, Dx = dx });

    static void Forward<M>(in PoolShape shape, PoolDivisor divisor, in ImagePrologue x, float* y)
        where M : struct, IPrologue =>
        PoolParts.Forward(shape, new ForwardRow<M> { Shape = shape, Divisor = divisor, X = x.Pixels, Table = x.Table, Y = y });

    struct ForwardRow<M> : IPoolRow
        where M : struct, IPrologue
    {
        public static int Pieces => 1;

        public PoolShape Shape;
        public PoolDivisor Divisor;
        public float* X, Table, Y;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(nint image, nint row, Taps planes, Taps rows, int start, int end, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            int channels = Shape.C, width = Shape.OutW;
            nint line = Shape.Line, plane = Shape.Plane;
            float* to = Y + row;
            for (int column = 0; column < width; column++, to += channels)
            {
                var columns = Shape.Across.Window(column);
                float* corner = X + image + Shape.Offset(planes, rows, columns);
                V divisor = S.Broadcast(Divisor.Of(Shape, planes, rows, columns));
                for (int c = start; c < end; c += S.Width)
                {
                    var channel = Prologues.Load<M, S, V>(Table, c, channels);
                    V sum = S.Broadcast(0);
                    float* front = corner + c;
                    for (int d = planes.First; d < planes.Last; d++, front += plane)
                    {
                        float* from = front;
                        for (int i = rows.First; i < rows.Last; i++, from += line)
                        {
                            V ofRow = S.Broadcast(0);
                            float* x = from;
                            for (int j = columns.First; j < columns.Last; j++, x += channels)
                                ofRow = S.Add(ofRow, M.Apply<S, V>(S.Load(x), channel));
                            sum = S.Add(sum, ofRow);
                        }
                    }

                    S.Store(to + c, S.Divide(sum, divisor));
                }
            }
        }
    }

    struct BackwardRow : IPoolGradient
    {
        public static int Pieces => 1;

        public PoolShape Shape;
        public PoolDivisor Divisor;
        public float* Dy, Dx;

        public readonly void Clear(nint image, int first, int last)
        {
            if (!Shape.IsTiling)
                PoolParts.Clear(Dx + image, Shape, first, last);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(nint image, nint row, Taps planes, Taps rows, int start, int end, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            int channels = Shape.C, width = Shape.OutW;
            bool adds = !Shape.IsTiling;
            nint line = Shape.Line, plane = Shape.Plane;
            V mask = S.First(done);
            float* dy = Dy + row;
            for (int column = 0; column < width; column++, dy += channels)
            {
                var columns = Shape.Across.Window(column);
                float* corner = Dx + image + Shape.Offset(planes, rows, columns);
                V divisor = S.Broadcast(Divisor.Of(Shape, planes, rows, columns));
                for (int c = start; c < end; c += S.Width)
                {
                    V share = S.Divide(S.Load(dy + c), divisor);
                    float* front = corner + c;
                    for (int d = planes.First; d < planes.Last; d++, front += plane)
                    {
                        float* from = front;
                        for (int i = rows.First; i < rows.Last; i++, from += line)
                        {
                            float* to = from;
                            for (int j = columns.First; j < columns.Last; j++, to += channels)
                                L.Store<S, V>(to, mask, adds ? S.Add(S.Load(to), share) : share);
                        }
                    }
                }
            }
        }
    }
}
