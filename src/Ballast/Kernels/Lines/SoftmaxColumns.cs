using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Softmaxes of lines that lie side by side, a register of them at a time.</summary>
static unsafe class SoftmaxColumns
{
    // So many terms are added up before they join the sum: a sum of thousands one by one would lose digits.
    const int Piece = 128;

    /// <summary>The results.</summary>
    public struct ComputeLoop<K> : ILoop
        where K : struct, ISoftmaxKind
    {
        public float* X, Y;
        public int Size;
        public nint Stride;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(int c, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (; c <= length - S.Width; c += S.Width)
            {
                float* x = X + c, y = Y + c;
                V max = S.Load(x), sum = S.Broadcast(0);
                for (int i = 1; i < Size; i++)
                    max = S.Max(max, S.Load(x + i * Stride));
                for (int start = 0; start < Size; start += Piece)
                {
                    V part = S.Broadcast(0);
                    for (int i = start; i < Math.Min(Size, start + Piece); i++)
                    {
                        V e = ExponentialFunction.UpToZero<S, V>(S.Subtract(S.Load(x + i * Stride), max));
                        S.Store(y + i * Stride, e);
                        part = S.Add(part, e);
                    }

                    sum = S.Add(sum, part);
                }

                V inverse = S.Divide(S.Broadcast(1), sum), logSum = S.Log(sum);
                for (int i = 0; i < Size; i++)
                    S.Store(y + i * Stride, K.Finish<S, V>(S.Load(x + i * Stride), S.Load(y + i * Stride), max, inverse, logSum));
            }

            return c;
        }
    }

    /// <summary>The gradients.</summary>
    public struct GradientLoop<K> : ILoop
        where K : struct, ISoftmaxKind
    {
        public float* G, Y, Dx;
        public int Size;
        public nint Stride;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly int Run<S, V>(int c, int length)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (; c <= length - S.Width; c += S.Width)
            {
                float* g = G + c, y = Y + c, dx = Dx + c;
                V sum = S.Broadcast(0);
                for (int start = 0; start < Size; start += Piece)
                {
                    V part = S.Broadcast(0);
                    for (int i = start; i < Math.Min(Size, start + Piece); i++)
                        part = S.Add(part, K.Term<S, V>(S.Load(g + i * Stride), S.Load(y + i * Stride)));
                    sum = S.Add(sum, part);
                }

                for (int i = 0; i < Size; i++)
                    S.Store(dx + i * Stride, K.Gradient<S, V>(S.Load(g + i * Stride), S.Load(y + i * Stride), sum));
            }

            return c;
        }
    }
}
