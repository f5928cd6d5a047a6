using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The largest value of each window, and the gradient that goes back to where it was found. No positions are saved:
/// the backward pass looks again, which reads no more than saved positions would take to read.</summary>
/// <remarks>The first of equal values is the largest; a value that is not a number is larger than all before it. Both are
/// PyTorch's rules.</remarks>
static unsafe class MaxPooling
{
    /// <summary>y = the largest value of each window.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="y">[N, OutH, OutW, C].</param>
    public static void Forward(in PoolShape shape, in ImagePrologue x, float* y)
    {
        if (x.IsPlain)
            Forward<Identity>(shape, x, y);
        else if (x.HasRelu)
            Forward<NormalizedRelu>(shape, x, y);
        else
            Forward<Normalized>(shape, x, y);
    }

    /// <summary>dx = dy where the largest value was, 0 elsewhere, added up where windows overlap.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="dy">[N, OutH, OutW, C].</param>
    /// <param name="dx">[N, H, W, C]; where windows do not overlap it may be x itself, if x is plain.</param>
    public static void Backward(in PoolShape shape, in ImagePrologue x, float* dy, float* dx)
    {
        if (x.IsPlain)
            Backward<Identity>(shape, x, dy, dx);
        else if (x.HasRelu)
            Backward<NormalizedRelu>(shape, x, dy, dx);
        else
            Backward<Normalized>(shape, x, dy, dx);
    }

    static void Forward<M>(in PoolShape shape, in ImagePrologue x, float* y)
        where M : struct, IPrologue =>
        PoolParts.Forward(shape, new ForwardRow<M>
        {
            Shape = shape,
            Quads = QuadWindow.Fits(shape),
            X = x.Pixels,
            Table = x.Table,
            Y = y,
        });

    static void Backward<M>(in PoolShape shape, in ImagePrologue x, float* dy, float* dx)
        where M : struct, IPrologue =>
        PoolParts.Backward(shape, new BackwardRow<M> { Shape = shape, X = x.Pixels, Table = x.Table, Dy = dy, Dx = dx });

    struct ForwardRow<M> : IPoolRow
        where M : struct, IPrologue
    {
        public static int Pieces => 4;

        public PoolShape Shape;
        public bool Quads;
        public float* X, Table, Y;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(nint image, nint row, Taps planes, Taps rows, int start, int end, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            int channels = Shape.C, width = Shape.OutW;
            nint line = Shape.Line;
            float* to = Y + row;
            if (Quads)
            {
                float* top = X + image + rows.Start * line;
                for (int column = 0; column < width; column++, to += channels, top += 2 * channels)
                {
                    for (int c = start; c < end; c += S.Width)
                    {
                        var channel = Prologues.Load<M, S, V>(Table, c, channels);
                        float* x = top + c, under = x + line;
                        S.Store(to + c, QuadWindow.Largest<S, V>(
                            M.Apply<S, V>(S.Load(x), channel), M.Apply<S, V>(S.Load(x + channels), channel),
                            M.Apply<S, V>(S.Load(under), channel), M.Apply<S, V>(S.Load(under + channels), channel)));
                    }
                }

                return;
            }

            nint pixel = (nint)Shape.Across.Dilation * channels, plane = Shape.Plane;
            for (int column = 0; column < width; column++, to += channels)
            {
                var columns = Shape.Across.Window(column);
                float* corner = X + image + Shape.Offset(planes, rows, columns);
                for (int c = start; c < end; c += S.Width)
                {
                    var channel = Prologues.Load<M, S, V>(Table, c, channels);
                    V best = S.Broadcast(float.NegativeInfinity);
                    float* front = corner + c;
                    for (int d = planes.First; d < planes.Last; d++, front += plane)
                    {
                        float* from = front;
                        for (int i = rows.First; i < rows.Last; i++, from += line)
                        {
                            float* x = from;
                            for (int j = columns.First; j < columns.Last; j++, x += pixel)
                            {
                                V candidate = M.Apply<S, V>(S.Load(x), channel);
                                best = S.Select(S.GreaterOrNaN(candidate, best), candidate, best);
                            }
                        }
                    }

                    S.Store(to + c, best);
                }
            }
        }
    }

    struct BackwardRow<M> : IPoolGradient
        where M : struct, IPrologue
    {
        public static int Pieces => 4;

        public PoolShape Shape;
        public float* X, Table, Dy, Dx;

        public readonly void Clear(nint image, int first, int last)
        {
            if (Shape.Overlaps)
                PoolParts.Clear(Dx + image, Shape, first, last);
            else if (!Shape.IsTiling)
                PoolParts.ClearRest(Dx + image, Shape, first, last);
        }

        // Where the largest value is, is a number for each lane: how many of the window's values come before it.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(nint image, nint row, Taps planes, Taps rows, int start, int end, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            int channels = Shape.C, width = Shape.OutW;
            bool adds = Shape.Overlaps;
            nint pixel = (nint)Shape.Across.Dilation * channels, line = Shape.Line, plane = Shape.Plane;
            V zero = S.Broadcast(0), one = S.Broadcast(1), mask = S.First(done);
            float* dy = Dy + row;
            for (int column = 0; column < width; column++, dy += channels)
            {
                var columns = Shape.Across.Window(column);
                nint corner = image + Shape.Offset(planes, rows, columns);
                for (int c = start; c < end; c += S.Width)
                {
                    var channel = Prologues.Load<M, S, V>(Table, c, channels);
                    V best = S.Broadcast(float.NegativeInfinity), place = zero, found = zero;
                    float* front = X + corner + c;
                    for (int d = planes.First; d < planes.Last; d++, front += plane)
                    {
                        float* from = front;
                        for (int i = rows.First; i < rows.Last; i++, from += line)
                        {
                            float* x = from;
                            for (int j = columns.First; j < columns.Last; j++, x += pixel)
                            {
                                V candidate = M.Apply<S, V>(S.Load(x), channel);
                                V larger = S.GreaterOrNaN(candidate, best);
                                best = S.Select(larger, candidate, best);
                                found = S.Select(larger, place, found);
                                place = S.Add(place, one);
                            }
                        }
                    }

                    V gradient = S.Load(dy + c);
                    place = zero;
                    float* back = Dx + corner + c;
                    for (int d = planes.First; d < planes.Last; d++, back += plane)
                    {
                        float* destination = back;
                        for (int i = rows.First; i < rows.Last; i++, destination += line)
                        {
                            float* to = destination;
                            for (int j = columns.First; j < columns.Last; j++, to += pixel)
                            {
                                V here = S.Select(S.Equal(place, found), gradient, zero);
                                L.Store<S, V>(to, mask, adds ? S.Add(S.Load(to), here) : here);
                                place = S.Add(place, one);
                            }
                        }
                    }
                }
            }
        }
    }
}
