using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The gradient of a normalization that a ReLU and a max pool with windows side by side follow, from the pool's gradient alone:
/// the gradient between them, four times as large, is never written. Each pass finds a window's largest value again.</summary>
static unsafe class PooledNormalization
{
    /// <summary>Whether windows lie side by side and inside the image.</summary>
    public static bool Fits(in PoolShape shape) =>
        shape.D == 1 && shape.OutD == 1 && shape.Down.IsSideBySide && shape.Across.IsSideBySide && shape.Down.Stride == shape.Across.Stride;

    /// <summary>The sums of the gradient and of the gradient times x - center, for each channel.</summary>
    /// <param name="shape">The pool's sizes, which <see cref="Fits"/>.</param>
    /// <param name="x">The values that were normalized: [N, H, W, C].</param>
    /// <param name="dy">The pool's gradient: [N, OutH, OutW, C].</param>
    /// <param name="table">center, scale and shift: [3, C].</param>
    /// <param name="sums">Takes the sums.</param>
    public static void Sum(in PoolShape shape, float* x, float* dy, float* table, ChannelSums sums)
    {
        sums.Begin(shape.N, shape.C);
        Workers.Run(new SumWork { Shape = shape, X = x, Dy = dy, Table = table, Sums = sums }, shape.N, shape.Input.Length);
    }

    /// <summary>dx = gradient a.scale + (x - center) a.center + a.shift; dx may be x.</summary>
    /// <param name="shape">The pool's sizes, which <see cref="Fits"/>.</param>
    /// <param name="x">The values that were normalized: [N, H, W, C].</param>
    /// <param name="dy">The pool's gradient: [N, OutH, OutW, C].</param>
    /// <param name="table">center, scale and shift: [3, C].</param>
    /// <param name="more">The constants a: [3, C].</param>
    /// <param name="dx">[N, H, W, C].</param>
    public static void Map(in PoolShape shape, float* x, float* dy, float* table, float* more, float* dx) =>
        Workers.Run(new MapWork { Shape = shape, X = x, Dy = dy, Table = table, More = more, Dx = dx }, shape.N, shape.Input.Length);

    struct SumWork : IWork, IWideWork
    {
        public static int Pieces => 4;

        public PoolShape Shape;
        public float* X, Dy, Table;
        public ChannelSums Sums;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            SumColumns columns = new() { Shape = Shape, X = X, Dy = Dy, Table = Table, Sums = Sums };
            for (columns.Image = first; columns.Image < last; columns.Image++)
                Simd.Columns<S, V, SumColumns>(columns, 0, Shape.C);
        }
    }

    // The sums of an image.
    struct SumColumns : IColumns
    {
        public PoolShape Shape;
        public float* X, Dy, Table;
        public ChannelSums Sums;
        public int Image;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(int start, int end, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            int channels = Shape.C, stride = Shape.Down.Stride, image = Image;
            nint line = (nint)Shape.W * channels;
            bool quads = QuadWindow.Fits(Shape);
            for (int c = start; c < end; c += S.Width)
            {
                var channel = Channel<V>.Load<S>(Table + c, channels);
                V first = S.Broadcast(0), second = first;
                float* dy = Dy + (nint)image * Shape.OutH * Shape.OutW * channels + c;
                for (int row = 0; row < Shape.OutH; row++)
                {
                    float* corner = X + ((nint)image * Shape.H + row * stride) * line + c;
                    for (int column = 0; column < Shape.OutW; column++, corner += stride * channels, dy += channels)
                    {
                        if (quads)
                        {
                            V a = S.Load(corner), b = S.Load(corner + channels), d = S.Load(corner + line), e = S.Load(corner + line + channels);
                            V largest = QuadWindow.Largest<S, V>(
                                Normalized.Apply<S, V>(a, channel), Normalized.Apply<S, V>(b, channel),
                                Normalized.Apply<S, V>(d, channel), Normalized.Apply<S, V>(e, channel), a, b, d, e, out V there);
                            GradientTerm<OpenGate>.Add<S, V>(there, S.WherePositive(largest, S.Load(dy)), channel, ref first, ref second);
                            continue;
                        }

                        V best = S.Broadcast(float.NegativeInfinity), at = channel.Center;
                        float* from = corner;
                        for (int i = 0; i < stride; i++, from += line)
                        {
                            for (int j = 0; j < stride; j++)
                            {
                                V x = S.Load(from + j * channels), value = Normalized.Apply<S, V>(x, channel);
                                V larger = S.GreaterOrNaN(value, best);
                                best = S.Select(larger, value, best);
                                at = S.Select(larger, x, at);
                            }
                        }

                        GradientTerm<OpenGate>.Add<S, V>(at, S.WherePositive(best, S.Load(dy)), channel, ref first, ref second);
                    }
                }

                Sums.Store<S, V>(image, c, first, second);
            }
        }
    }

    struct MapWork : IWork, IWideWork
    {
        public static int Pieces => 4;

        public PoolShape Shape;
        public float* X, Dy, Table, More, Dx;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            MapColumns columns = new() { Shape = Shape, X = X, Dy = Dy, Table = Table, More = More, Dx = Dx };
            for (columns.Image = first; columns.Image < last; columns.Image++)
                Simd.Columns<S, V, MapColumns>(columns, 0, Shape.C);
        }
    }

    // The gradient of an image.
    struct MapColumns : IColumns
    {
        public PoolShape Shape;
        public float* X, Dy, Table, More, Dx;
        public int Image;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(int start, int end, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            V mask = S.First(done);
            int channels = Shape.C;
            nint line = (nint)Shape.W * channels;
            int insideH = Shape.OutH * Shape.Down.Stride, insideW = Shape.OutW * Shape.Down.Stride;
            bool quads = QuadWindow.Fits(Shape);
            for (int row = 0; row < Shape.H; row += row < insideH ? Shape.Down.Stride : 1)
            {
                nint offset = ((nint)Image * Shape.H + row) * line;
                bool windows = row < insideH;
                if (windows)
                {
                    float* dy = Dy + ((nint)Image * Shape.OutH + row / Shape.Down.Stride) * Shape.OutW * channels;
                    for (int column = 0; column < Shape.OutW; column++, dy += channels)
                    {
                        nint corner = offset + (nint)column * Shape.Down.Stride * channels;
                        for (int c = start; c < end; c += S.Width)
                        {
                            if (quads)
                                Quad<S, V, L>(corner + c, line, c, S.Load(dy + c), mask);
                            else
                                Window<S, V, L>(corner + c, line, c, S.Load(dy + c), mask);
                        }
                    }
                }

                // What no window covers has no gradient of its own.
                for (int i = 0; i < (windows ? Shape.Down.Stride : 1); i++)
                {
                    for (int column = windows ? insideW : 0; column < Shape.W; column++)
                    {
                        for (int c = start; c < end; c += S.Width)
                            Single<S, V, L>(offset + i * line + (nint)column * channels + c, c, mask);
                    }
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly void Quad<S, V, L>(nint corner, nint line, int c, V gradient, V mask)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            int channels = Shape.C;
            Channel<V> channel = Channel<V>.Load<S>(Table + c, channels), more = Channel<V>.Load<S>(More + c, channels);
            float* top = X + corner, bottom = top + line, to = Dx + corner;
            V a = S.Load(top), b = S.Load(top + channels), d = S.Load(bottom), e = S.Load(bottom + channels);
            V ga = Normalized.Apply<S, V>(a, channel), gb = Normalized.Apply<S, V>(b, channel);
            V gd = Normalized.Apply<S, V>(d, channel), ge = Normalized.Apply<S, V>(e, channel);
            QuadWindow.PassPositive<S, V>(ref ga, ref gb, ref gd, ref ge, gradient);
            L.Store<S, V>(to, mask, GradientMap<OpenGate>.Apply<S, V>(a, ga, channel, more));
            L.Store<S, V>(to + channels, mask, GradientMap<OpenGate>.Apply<S, V>(b, gb, channel, more));
            L.Store<S, V>(to + line, mask, GradientMap<OpenGate>.Apply<S, V>(d, gd, channel, more));
            L.Store<S, V>(to + line + channels, mask, GradientMap<OpenGate>.Apply<S, V>(e, ge, channel, more));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly void Window<S, V, L>(nint corner, nint line, int c, V gradient, V mask)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            int channels = Shape.C, stride = Shape.Down.Stride;
            Channel<V> channel = Channel<V>.Load<S>(Table + c, channels), more = Channel<V>.Load<S>(More + c, channels);
            V zero = S.Broadcast(0), one = S.Broadcast(1);
            V best = S.Broadcast(float.NegativeInfinity), place = zero, found = zero;
            float* from = X + corner;
            for (int i = 0; i < stride; i++, from += line)
            {
                for (int j = 0; j < stride; j++)
                {
                    V value = Normalized.Apply<S, V>(S.Load(from + j * channels), channel);
                    V larger = S.GreaterOrNaN(value, best);
                    best = S.Select(larger, value, best);
                    found = S.Select(larger, place, found);
                    place = S.Add(place, one);
                }
            }

            V passed = S.WherePositive(best, gradient);
            place = zero;
            from = X + corner;
            float* to = Dx + corner;
            for (int i = 0; i < stride; i++, from += line, to += line)
            {
                for (int j = 0; j < stride; j++)
                {
                    V here = S.Select(S.Equal(place, found), passed, zero);
                    L.Store<S, V>(to + j * channels, mask, GradientMap<OpenGate>.Apply<S, V>(S.Load(from + j * channels), here, channel, more));
                    place = S.Add(place, one);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        readonly void Single<S, V, L>(nint pixel, int c, V mask)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes =>
            L.Store<S, V>(Dx + pixel, mask, GradientMap<OpenGate>.Apply<S, V>(
                S.Load(X + pixel), S.Broadcast(0), Channel<V>.Load<S>(Table + c, Shape.C), Channel<V>.Load<S>(More + c, Shape.C)));
    }
}
