using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The sum of two tensors with channels last, each with a prologue, and a function after it: one pass over memory for the end of
/// a residual block. ReLU is applied in registers, any other function to each block that was written a moment ago.</summary>
static unsafe class ResidualSums
{
    const int PiecePixels = 128;

    /// <summary>to = f(a + b).</summary>
    /// <param name="a">The first summand.</param>
    /// <param name="b">The second summand.</param>
    /// <param name="function">f, or null for none.</param>
    /// <param name="pixels">How many pixels there are.</param>
    /// <param name="to">[pixels, C], where neither summand lies.</param>
    public static void Compute(in ImagePrologue a, in ImagePrologue b, Pointwise? function, int pixels, float* to) =>
        Choose(a, b, function, pixels, to, gradient: false);

    /// <summary>dx = dx f'(a + b): the gradient before the function over the gradient after it.</summary>
    /// <param name="a">The first summand.</param>
    /// <param name="b">The second summand.</param>
    /// <param name="function">f.</param>
    /// <param name="pixels">How many pixels there are.</param>
    /// <param name="dx">The gradient: [pixels, C].</param>
    public static void Gradient(in ImagePrologue a, in ImagePrologue b, Pointwise function, int pixels, float* dx) =>
        Choose(a, b, function, pixels, dx, gradient: true);

    static void Choose(in ImagePrologue a, in ImagePrologue b, Pointwise? function, int pixels, float* to, bool gradient)
    {
        if (a.IsPlain)
            Choose<Identity>(a, b, function, pixels, to, gradient);
        else if (a.HasRelu)
            Choose<NormalizedRelu>(a, b, function, pixels, to, gradient);
        else
            Choose<Normalized>(a, b, function, pixels, to, gradient);
    }

    static void Choose<A>(in ImagePrologue a, in ImagePrologue b, Pointwise? function, int pixels, float* to, bool gradient)
        where A : struct, IPrologue
    {
        if (b.IsPlain)
            Run<A, Identity>(a, b, function, pixels, to, gradient);
        else if (b.HasRelu)
            Run<A, NormalizedRelu>(a, b, function, pixels, to, gradient);
        else
            Run<A, Normalized>(a, b, function, pixels, to, gradient);
    }

    static void Run<A, B>(in ImagePrologue a, in ImagePrologue b, Pointwise? function, int pixels, float* to, bool gradient)
        where A : struct, IPrologue
        where B : struct, IPrologue
    {
        bool relu = !gradient && function == Pointwise.Relu;
        var work = new Work<A, B>
        {
            Left = a,
            Right = b,
            Floor = relu ? 0 : float.NegativeInfinity,
            Function = relu ? null : function,
            IsGradient = gradient,
            Pixels = pixels,
            To = to,
        };
        Workers.Run(work, (pixels + PiecePixels - 1) / PiecePixels, (long)pixels * a.Channels);
    }

    struct Work<A, B> : IWork, IWideWork
        where A : struct, IPrologue
        where B : struct, IPrologue
    {
        public static int Pieces => 4;

        public ImagePrologue Left, Right;
        public float Floor;
        public Pointwise? Function;
        public bool IsGradient;
        public int Pixels;
        public float* To;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            if (Function is null)
            {
                Sum<S, V>(first * PiecePixels, Math.Min(Pixels, last * PiecePixels), To + (nint)first * PiecePixels * Left.Channels);
                return;
            }

            float* sums = IsGradient ? Scratch.Take(PiecePixels * Left.Channels) : null;
            for (int piece = first; piece < last; piece++)
            {
                int from = piece * PiecePixels, until = Math.Min(Pixels, from + PiecePixels), count = (until - from) * Left.Channels;
                float* to = To + (nint)from * Left.Channels;
                Sum<S, V>(from, until, IsGradient ? sums : to);
                if (IsGradient)
                    Function.Gradient(sums, to, to, count);
                else
                    Function.Apply(to, count);
            }
        }

        // a + b of some pixels.
        readonly void Sum<S, V>(int from, int until, float* to)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            SumColumns<A, B> columns = new() { Left = Left, Right = Right, Floor = Floor, From = from, Until = until, To = to };
            Simd.Columns<S, V, SumColumns<A, B>>(columns, 0, Left.Channels);
        }
    }

    struct SumColumns<A, B> : IColumns
        where A : struct, IPrologue
        where B : struct, IPrologue
    {
        public ImagePrologue Left, Right;
        public float Floor;
        public int From, Until;
        public float* To;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(int first, int last, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            int channels = Left.Channels, until = Until;
            nint at = (nint)From * channels;
            float* left = Left.Pixels + at, right = Right.Pixels + at, to = To;
            float* leftTable = Left.Table, rightTable = Right.Table;
            V floor = S.Broadcast(Floor);
            for (int i = From; i < until; i++, left += channels, right += channels, to += channels)
            {
                for (int c = first; c < last; c += S.Width)
                {
                    V a = A.Apply<S, V>(S.Load(left + c), Prologues.Load<A, S, V>(leftTable, c, channels));
                    V b = B.Apply<S, V>(S.Load(right + c), Prologues.Load<B, S, V>(rightTable, c, channels));
                    S.Store(to + c, S.Max(S.Add(a, b), floor));
                }
            }
        }
    }
}
