using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

// The forward pass and the input's gradient: each row is made of rows of what is read, at the places where a tap meets it.
static unsafe partial class DepthwiseConvolution
{
    static void Run<R>(
        in ConvolutionShape shape, in ImagePrologue x, (int H, int W) from, (int H, int W) into, float* w, float* bias, float* y,
        in Epilogue epilogue)
        where R : struct, IReach
    {
        var work = new RowWork<R>
        {
            Shape = shape,
            X = x,
            From = from,
            Into = into,
            Taps = Taps(shape, w),
            Bias = bias,
            Y = y,
            Epilogue = epilogue,
        };
        Workers.Run(work, shape.N * into.H, shape.Products);
    }

    // [KernelH, KernelW, C].
    static float* Taps(in ConvolutionShape shape, float* w)
    {
        int area = shape.KernelH * shape.KernelW;
        float* taps = Scratch.TakeShared(area * shape.C);
        for (int c = 0; c < shape.C; c++)
        {
            for (int tap = 0; tap < area; tap++)
                taps[tap * shape.C + c] = w[c * area + tap];
        }

        return taps;
    }

    /// <summary>Which place of what is read, along one axis, a tap takes for a place of the result; negative where there is none.</summary>
    interface IReach
    {
        /// <summary>Whether what is read has a prologue.</summary>
        static abstract bool HasPrologue { get; }

        static abstract int Place(int result, int tap, int stride, int padding, int dilation, int size);
    }

    /// <summary>The window of a result.</summary>
    readonly struct Window : IReach
    {
        public static bool HasPrologue => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Place(int result, int tap, int stride, int padding, int dilation, int size)
        {
            int place = result * stride - padding + tap * dilation;
            return place < size ? place : -1;
        }
    }

    /// <summary>The results that a pixel went into.</summary>
    readonly struct Results : IReach
    {
        public static bool HasPrologue => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static int Place(int result, int tap, int stride, int padding, int dilation, int size)
        {
            int reached = result + padding - tap * dilation;
            return reached >= 0 && reached % stride == 0 && reached / stride < size ? reached / stride : -1;
        }
    }

    /// <summary>Where a tap and what it is multiplied by lie, both along one axis.</summary>
    readonly record struct Step(nint From, nint Tap);

    // Forward from the input to the result, backward from the gradient of the result to that of the input.
    struct RowWork<R> : IWork, IWideWork
        where R : struct, IReach
    {
        public ConvolutionShape Shape;
        public ImagePrologue X;
        public (int H, int W) From, Into;
        public float* Taps, Bias, Y;
        public Epilogue Epilogue;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            Step* down = stackalloc Step[Shape.KernelH], across = stackalloc Step[Shape.KernelW];
            PixelColumns<R> pixel = new() { X = X, Taps = Taps, Bias = Bias, Down = down, Across = across };
            for (int row = first; row < last; row++)
            {
                int image = row / Into.H, rows = 0;
                for (int a = 0; a < Shape.KernelH; a++)
                {
                    int y = R.Place(row % Into.H, a, Shape.StrideH, Shape.PadH, Shape.DilationH, From.H);
                    if (y >= 0)
                        down[rows++] = new(((nint)image * From.H + y) * From.W * Shape.C, a * Shape.KernelW * Shape.C);
                }

                float* to = Y + (nint)row * Into.W * Shape.C;
                for (int column = 0; column < Into.W; column++, to += Shape.C)
                {
                    int columns = 0;
                    for (int b = 0; b < Shape.KernelW; b++)
                    {
                        int x = R.Place(column, b, Shape.StrideW, Shape.PadW, Shape.DilationW, From.W);
                        if (x >= 0)
                            across[columns++] = new((nint)x * Shape.C, b * Shape.C);
                    }

                    (pixel.Rows, pixel.Columns) = (rows, columns);
                    pixel.To = to;
                    Simd.Columns<S, V, PixelColumns<R>>(pixel, 0, Shape.C);
                }

                Epilogue.Finish<S, V>(row, Y, (nint)row * Into.W * Shape.C, Into.W * Shape.C);
            }
        }

    }

    // A pixel of the result: the taps that lie on the image.
    struct PixelColumns<R> : IColumns
        where R : struct, IReach
    {
        public ImagePrologue X;
        public float* Taps, Bias, To;
        public Step* Down, Across;
        public int Rows, Columns;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(int first, int last, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            for (int c = first; c < last; c += S.Width)
            {
                V sum = Bias is null ? S.Broadcast(0) : S.Load(Bias + c);
                for (int i = 0; i < Rows; i++)
                {
                    float* from = X.Pixels + Down[i].From + c, taps = Taps + Down[i].Tap + c;
                    for (int j = 0; j < Columns; j++)
                    {
                        float* at = from + Across[j].From;
                        sum = S.Fma(R.HasPrologue ? X.Read<S, V>(at, c) : S.Load(at), S.Load(taps + Across[j].Tap), sum);
                    }
                }

                S.Store(To + c, sum);
            }
        }
    }
}
