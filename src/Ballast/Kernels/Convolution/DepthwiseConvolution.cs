using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Convolutions with as many groups as channels: each channel has a kernel of its own. A register holds neighbouring
/// channels of one pixel; there is no product of matrices in it, and memory bounds it.</summary>
static unsafe partial class DepthwiseConvolution
{
    const int MostParts = 8;

    /// <summary>Whether a convolution is of this kind.</summary>
    public static bool Fits(in ConvolutionShape shape) => shape.Groups == shape.C && shape.K == shape.C && shape.C > 1
        && shape is { D: 1, KernelD: 1, PadD: 0 };

    /// <summary>y = x * w + bias.</summary>
    /// <param name="shape">The sizes, which <see cref="Fits"/>.</param>
    /// <param name="x">[N, H, W, C], as they lie.</param>
    /// <param name="w">[C, 1, KernelH, KernelW].</param>
    /// <param name="bias">[C], or null for none.</param>
    /// <param name="y">[N, OutH, OutW, C].</param>
    /// <param name="epilogue">What is done to the result as it is written.</param>
    public static void Forward(in ConvolutionShape shape, in ImagePrologue x, float* w, float* bias, float* y, in Epilogue epilogue) =>
        Run<Window>(shape, x, (shape.H, shape.W), (shape.OutH, shape.OutW), w, bias, y, epilogue);

    /// <summary>The gradient of the input.</summary>
    /// <param name="shape">The sizes, which <see cref="Fits"/>.</param>
    /// <param name="dy">[N, OutH, OutW, C].</param>
    /// <param name="w">[C, 1, KernelH, KernelW].</param>
    /// <param name="dx">[N, H, W, C].</param>
    /// <param name="epilogue">What is done to the result as it is written.</param>
    public static void BackwardInput(in ConvolutionShape shape, float* dy, float* w, float* dx, in Epilogue epilogue) =>
        Run<Results>(shape, new ImagePrologue(dy, shape.K), (shape.OutH, shape.OutW), (shape.H, shape.W), w, null, dx, epilogue);

    /// <summary>The gradient of the weight.</summary>
    /// <param name="shape">The sizes, which <see cref="Fits"/>.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="dy">[N, OutH, OutW, C].</param>
    /// <param name="dw">[C, 1, KernelH, KernelW].</param>
    public static void BackwardWeight(in ConvolutionShape shape, in ImagePrologue x, float* dy, float* dw)
    {
        int area = shape.KernelH * shape.KernelW, sums = area * shape.C, parts = Math.Min(MostParts, shape.N);
        float* partial = Scratch.TakeShared(Math.Max(1, parts) * sums);
        new Span<float>(partial, Math.Max(1, parts) * sums).Clear();
        Workers.Run(new WeightWork { Shape = shape, X = x, Dy = dy, Partial = partial, Parts = parts }, parts, shape.Products);
        for (int tap = 0; tap < area; tap++)
        {
            for (int c = 0; c < shape.C; c++)
            {
                float sum = 0;
                for (int part = 0; part < parts; part++)
                    sum += partial[part * sums + tap * shape.C + c];
                dw[c * area + tap] = sum;
            }
        }
    }

    struct WeightWork : IWork, IWideWork
    {
        public ConvolutionShape Shape;
        public ImagePrologue X;
        public float* Dy, Partial;
        public int Parts;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int part = first; part < last; part++)
            {
                int from = (int)((long)Shape.N * part / Parts), until = (int)((long)Shape.N * (part + 1) / Parts);
                float* sums = Partial + (nint)part * Shape.KernelH * Shape.KernelW * Shape.C;
                RowColumns columns = new() { Shape = Shape, X = X, Dy = Dy, Sums = sums };
                for (columns.Row = from * Shape.OutH; columns.Row < until * Shape.OutH; columns.Row++)
                    Simd.Columns<S, V, RowColumns>(columns, 0, Shape.C);
            }
        }
    }

    // What a row of the result gives for the weights.
    struct RowColumns : IColumns
    {
        public ConvolutionShape Shape;
        public ImagePrologue X;
        public float* Dy, Sums;
        public int Row;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(int first, int last, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            int channels = Shape.C, row = Row, image = row / Shape.OutH;
            V mask = S.First(done);
            float* dy = Dy + (nint)row * Shape.OutW * channels;
            for (int a = 0; a < Shape.KernelH; a++)
            {
                int y = Window.Place(row % Shape.OutH, a, Shape.StrideH, Shape.PadH, Shape.DilationH, Shape.H);
                if (y < 0)
                    continue;
                for (int b = 0; b < Shape.KernelW; b++)
                {
                    // The columns of the result whose windows have this tap on the image.
                    int shift = b * Shape.DilationW - Shape.PadW, left = shift < 0 ? (Shape.StrideW - 1 - shift) / Shape.StrideW : 0;
                    int right = shift < Shape.W ? Math.Min(Shape.OutW, (Shape.W - 1 - shift) / Shape.StrideW + 1) : 0;
                    for (int c = first; c < last; c += S.Width)
                    {
                        float* to = Sums + (a * Shape.KernelW + b) * channels + c;
                        float* from = X.Pixels + (((nint)image * Shape.H + y) * Shape.W + shift) * channels + c;
                        V sum = S.Load(to);
                        for (int column = left; column < right; column++)
                        {
                            V x = X.Read<S, V>(from + (nint)column * Shape.StrideW * channels, c);
                            sum = S.Fma(x, S.Load(dy + (nint)column * channels + c), sum);
                        }

                        L.Store<S, V>(to, mask, sum);
                    }
                }
            }
        }
    }
}
