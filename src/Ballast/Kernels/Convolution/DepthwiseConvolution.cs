using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Convolutions with as many groups as channels: each channel has a kernel of its own. A register holds neighbouring
/// channels of one pixel; there is no product of matrices in it, and memory bounds it.</summary>
static unsafe class DepthwiseConvolution
{
    const int MostParts = 8;
    const long SerialProducts = 1 << 16;

    /// <summary>Whether a convolution is of this kind.</summary>
    public static bool Fits(in ConvolutionShape shape) => shape.Groups == shape.C && shape.K == shape.C && shape.C > 1;

    /// <summary>y = x * w + bias.</summary>
    /// <param name="shape">The sizes, which <see cref="Fits"/>.</param>
    /// <param name="x">[N, H, W, C], as they lie.</param>
    /// <param name="w">[C, 1, KernelH, KernelW].</param>
    /// <param name="bias">[C], or null for none.</param>
    /// <param name="y">[N, OutH, OutW, C].</param>
    /// <param name="epilogue">What is done to the result as it is written.</param>
    public static void Forward(in ConvolutionShape shape, in ImagePrologue x, float* w, float* bias, float* y, in Epilogue epilogue)
    {
        float* taps = Taps(shape, w);
        Run(new ForwardWork { Shape = shape, X = x, Taps = taps, Bias = bias, Y = y, Epilogue = epilogue }, shape.N * shape.OutH, shape);
    }

    /// <summary>The gradient of the input.</summary>
    /// <param name="shape">The sizes, which <see cref="Fits"/>.</param>
    /// <param name="dy">[N, OutH, OutW, C].</param>
    /// <param name="w">[C, 1, KernelH, KernelW].</param>
    /// <param name="dx">[N, H, W, C].</param>
    /// <param name="epilogue">What is done to the result as it is written.</param>
    public static void BackwardInput(in ConvolutionShape shape, float* dy, float* w, float* dx, in Epilogue epilogue)
    {
        float* taps = Taps(shape, w);
        Run(new InputWork { Shape = shape, Dy = dy, Taps = taps, Dx = dx, Epilogue = epilogue }, shape.N * shape.H, shape);
    }

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
        Run(new WeightWork { Shape = shape, X = x, Dy = dy, Partial = partial, Parts = parts }, parts, shape);
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

    static void Run<W>(in W work, int parts, in ConvolutionShape shape)
        where W : struct, IWork
    {
        if (shape.Products < SerialProducts)
            work.Run(0, parts);
        else
            Workers.Run(work, parts);
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

    struct ForwardWork : IWork, IWideWork
    {
        public ConvolutionShape Shape;
        public ImagePrologue X;
        public float* Taps, Bias, Y;
        public Epilogue Epilogue;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int row = first; row < last; row++)
            {
                int done = Row<S, V>(row, 0);
                Row<SimdScalar, float>(row, done);
                Epilogue.Finish<S, V>(row, Y, (nint)row * Shape.OutW * Shape.C, Shape.OutW * Shape.C);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly int Row<S, V>(int row, int start)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int channels = Shape.C, end = start + (channels - start) / S.Width * S.Width;
            int image = row / Shape.OutH, top = row % Shape.OutH * Shape.StrideH - Shape.PadH;
            float* to = Y + (nint)row * Shape.OutW * channels;
            for (int column = 0; column < Shape.OutW; column++, to += channels)
            {
                int left = column * Shape.StrideW - Shape.PadW;
                for (int c = start; c < end; c += S.Width)
                {
                    V sum = Bias is null ? S.Broadcast(0) : S.Load(Bias + c);
                    for (int a = 0; a < Shape.KernelH; a++)
                    {
                        int y = top + a * Shape.DilationH;
                        if ((uint)y >= (uint)Shape.H)
                            continue;
                        for (int b = 0; b < Shape.KernelW; b++)
                        {
                            int x = left + b * Shape.DilationW;
                            if ((uint)x >= (uint)Shape.W)
                                continue;
                            float* from = X.Pixels + (((nint)image * Shape.H + y) * Shape.W + x) * channels + c;
                            sum = S.Fma(X.Read<S, V>(from, c), S.Load(Taps + (a * Shape.KernelW + b) * channels + c), sum);
                        }
                    }

                    S.Store(to + c, sum);
                }
            }

            return end;
        }
    }

    struct InputWork : IWork, IWideWork
    {
        public ConvolutionShape Shape;
        public float* Dy, Taps, Dx;
        public Epilogue Epilogue;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int row = first; row < last; row++)
            {
                int done = Row<S, V>(row, 0);
                Row<SimdScalar, float>(row, done);
                Epilogue.Finish<S, V>(row, Dx, (nint)row * Shape.W * Shape.C, Shape.W * Shape.C);
            }
        }

        // The results that a pixel went into.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly int Row<S, V>(int row, int start)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int channels = Shape.C, end = start + (channels - start) / S.Width * S.Width;
            int image = row / Shape.H, y = row % Shape.H;
            float* to = Dx + (nint)row * Shape.W * channels;
            for (int x = 0; x < Shape.W; x++, to += channels)
            {
                for (int c = start; c < end; c += S.Width)
                {
                    V sum = S.Broadcast(0);
                    for (int a = 0; a < Shape.KernelH; a++)
                    {
                        int up = y + Shape.PadH - a * Shape.DilationH;
                        if (up < 0 || up % Shape.StrideH != 0 || up / Shape.StrideH >= Shape.OutH)
                            continue;
                        for (int b = 0; b < Shape.KernelW; b++)
                        {
                            int across = x + Shape.PadW - b * Shape.DilationW;
                            if (across < 0 || across % Shape.StrideW != 0 || across / Shape.StrideW >= Shape.OutW)
                                continue;
                            nint pixel = ((nint)image * Shape.OutH + up / Shape.StrideH) * Shape.OutW + across / Shape.StrideW;
                            sum = S.Fma(
                                S.Load(Dy + pixel * channels + c), S.Load(Taps + (a * Shape.KernelW + b) * channels + c), sum);
                        }
                    }

                    S.Store(to + c, sum);
                }
            }

            return end;
        }
    }

    struct WeightWork : IWork, IWideWork
    {
        public ConvolutionShape Shape;
        public ImagePrologue X;
        public float* Dy, Partial;
        public int Parts;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int part = first; part < last; part++)
            {
                int from = (int)((long)Shape.N * part / Parts), until = (int)((long)Shape.N * (part + 1) / Parts);
                float* sums = Partial + (nint)part * Shape.KernelH * Shape.KernelW * Shape.C;
                for (int row = from * Shape.OutH; row < until * Shape.OutH; row++)
                {
                    int done = Row<S, V>(row, sums, 0);
                    Row<SimdScalar, float>(row, sums, done);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly int Row<S, V>(int row, float* sums, int start)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int channels = Shape.C, end = start + (channels - start) / S.Width * S.Width;
            int image = row / Shape.OutH, top = row % Shape.OutH * Shape.StrideH - Shape.PadH;
            float* dy = Dy + (nint)row * Shape.OutW * channels;
            for (int a = 0; a < Shape.KernelH; a++)
            {
                int y = top + a * Shape.DilationH;
                if ((uint)y >= (uint)Shape.H)
                    continue;
                for (int b = 0; b < Shape.KernelW; b++)
                {
                    for (int c = start; c < end; c += S.Width)
                    {
                        float* to = sums + (a * Shape.KernelW + b) * channels + c;
                        V sum = S.Load(to);
                        for (int column = 0; column < Shape.OutW; column++)
                        {
                            int x = column * Shape.StrideW - Shape.PadW + b * Shape.DilationW;
                            if ((uint)x >= (uint)Shape.W)
                                continue;
                            float* from = X.Pixels + (((nint)image * Shape.H + y) * Shape.W + x) * channels + c;
                            sum = S.Fma(X.Read<S, V>(from, c), S.Load(dy + (nint)column * channels + c), sum);
                        }

                        S.Store(to, sum);
                    }
                }
            }

            return end;
        }
    }
}
