using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The sum of two tensors with channels last, each as it lies or normalized on the way, and a ReLU behind it or not: one
/// pass over memory for the end of a residual block.</summary>
static unsafe class ResidualSums
{
    const int PiecePixels = 128;
    const int SerialLength = 1 << 16;

    /// <summary>to = a + b, or max(0, a + b).</summary>
    /// <param name="a">The first summand.</param>
    /// <param name="b">The second summand.</param>
    /// <param name="relu">Whether a ReLU follows.</param>
    /// <param name="pixels">How many pixels there are.</param>
    /// <param name="to">[pixels, C].</param>
    public static void Compute(in ImageSource a, in ImageSource b, bool relu, int pixels, float* to)
    {
        if (a.IsPlain)
            Compute<AsItLies>(a, b, relu, pixels, to);
        else if (a.HasRelu)
            Compute<NormalizedRelu>(a, b, relu, pixels, to);
        else
            Compute<Normalized>(a, b, relu, pixels, to);
    }

    static void Compute<A>(in ImageSource a, in ImageSource b, bool relu, int pixels, float* to)
        where A : struct, IPixelMap
    {
        if (b.IsPlain)
            Compute<A, AsItLies>(a, b, relu, pixels, to);
        else if (b.HasRelu)
            Compute<A, NormalizedRelu>(a, b, relu, pixels, to);
        else
            Compute<A, Normalized>(a, b, relu, pixels, to);
    }

    static void Compute<A, B>(in ImageSource a, in ImageSource b, bool relu, int pixels, float* to)
        where A : struct, IPixelMap
        where B : struct, IPixelMap
    {
        var work = new Work<A, B> { Left = a, Right = b, Floor = relu ? 0 : float.NegativeInfinity, Pixels = pixels, To = to };
        int pieces = (pixels + PiecePixels - 1) / PiecePixels;
        if (pixels * a.Channels < SerialLength)
            work.Run(0, pieces);
        else
            Workers.Run(work, pieces);
    }

    struct Work<A, B> : IWork, IWideWork
        where A : struct, IPixelMap
        where B : struct, IPixelMap
    {
        public static int Pieces => 4;

        public ImageSource Left, Right;
        public float Floor;
        public int Pixels;
        public float* To;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int from = first * PiecePixels, until = Math.Min(Pixels, last * PiecePixels);
            int done = Piece<S, V>(from, until, 0);
            if (done < Left.Channels)
                Piece<SimdScalar, float>(from, until, done);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly int Piece<S, V>(int from, int until, int start)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int channels = Left.Channels, end = start + (channels - start) / S.Width * S.Width;
            nint at = (nint)from * channels;
            float* left = Left.Pixels + at, right = Right.Pixels + at, to = To + at;
            float* leftTable = Left.Table, rightTable = Right.Table;
            V floor = S.Broadcast(Floor);
            for (int i = from; i < until; i++, left += channels, right += channels, to += channels)
            {
                for (int c = start; c < end; c += S.Width)
                {
                    V a = A.Apply<S, V>(S.Load(left + c), PixelMaps.Load<A, S, V>(leftTable, c, channels));
                    V b = B.Apply<S, V>(S.Load(right + c), PixelMaps.Load<B, S, V>(rightTable, c, channels));
                    S.Store(to + c, S.Max(S.Add(a, b), floor));
                }
            }

            return end;
        }
    }
}
