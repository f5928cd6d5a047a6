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
        PoolParts.Backward(shape, new BackwardRow { Shape = shape, CountPadding = countPadding, Dy = dy, Dx = dx });

    static void Forward<M>(in PoolShape shape, bool countPadding, in ImagePrologue x, float* y)
        where M : struct, IPrologue =>
        PoolParts.Forward(shape, new ForwardRow<M> { Shape = shape, CountPadding = countPadding, X = x.Pixels, Table = x.Table, Y = y });

    struct ForwardRow<M> : IPoolRow
        where M : struct, IPrologue
    {
        public static int Pieces => 1;

        public PoolShape Shape;
        public bool CountPadding;
        public float* X, Table, Y;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(nint image, nint row, Taps rows, int start, int end)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int channels = Shape.C, width = Shape.OutW;
            end = start + (end - start) / S.Width * S.Width;
            nint line = (nint)Shape.W * channels;
            float* to = Y + row;
            for (int column = 0; column < width; column++, to += channels)
            {
                var columns = Shape.Columns(column);
                float* corner = X + image + Shape.Offset(rows, columns);
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

    struct BackwardRow : IPoolGradient
    {
        public static int Pieces => 1;

        public PoolShape Shape;
        public bool CountPadding;
        public float* Dy, Dx;

        public readonly void Clear(nint image, int first, int last)
        {
            if (!Shape.IsTiling)
                PoolParts.Clear(Dx + image, Shape, first, last);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(nint image, nint row, Taps rows, int start, int end)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int channels = Shape.C, width = Shape.OutW;
            bool adds = !Shape.IsTiling;
            end = start + (end - start) / S.Width * S.Width;
            nint line = (nint)Shape.W * channels;
            float* dy = Dy + row;
            for (int column = 0; column < width; column++, dy += channels)
            {
                var columns = Shape.Columns(column);
                float* corner = Dx + image + Shape.Offset(rows, columns);
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
