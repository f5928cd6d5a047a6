using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

static unsafe partial class DirectConvolution
{
    // A part of the images has sums of its own, which are added in order. Where these are more than a near cache holds, each goes through
    // memory several times: a part takes pixels enough to be worth it, and units of work share out the channels instead.
    const int MostParts = 8;
    const int FarSums = 1 << 16;
    const int PartPixels = 512;

    /// <summary>The gradient of the weight: dw[k, c, a, b] = sum over n, i, j of dy[n, i, j, k]
    /// x[n, i s + a d - p, j s + b d - p, c].</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="dy">[N, OutH, OutW, K].</param>
    /// <param name="dw">[K, C / Groups, KernelH, KernelW].</param>
    public static void BackwardWeight(in ConvolutionShape shape, in ImagePrologue x, float* dy, float* dw)
    {
        int area = shape.KernelH * shape.KernelW, depth = shape.Depth;
        int width = shape.W + 2 * shape.PadW;
        nint pitch = WeightWork.Pitch(shape);
        int paddedDepth = (depth + Panels.Rows - 1) / Panels.Rows * Panels.Rows;
        // Where each value under the kernel lies, seen from the pixel; past the last one, the last again.
        var offsets = new nint[paddedDepth];
        for (int i = 0; i < paddedDepth; i++)
        {
            int d = Math.Min(i, depth - 1), tap = d / shape.GroupC;
            nint row = tap % area / shape.KernelW * shape.DilationH * (nint)width;
            offsets[i] = tap / area * pitch + (row + tap % shape.KernelW * shape.DilationW) * shape.C + d % shape.GroupC;
        }

        int sums = shape.Groups * paddedDepth * Panels.Padded(shape.GroupK), parts = Math.Min(MostParts, shape.N);
        if (sums > FarSums)
            parts = (int)Math.Clamp((long)shape.N * shape.OutD * shape.OutH * shape.OutW / PartPixels, 1, parts);
        float* partial = Scratch.TakeShared(parts * sums);
        new Span<float>(partial, parts * sums).Clear();
        fixed (nint* offsetPointer = offsets)
        {
            var work = new WeightWork
            {
                Shape = shape,
                X = x,
                Dy = dy,
                Offsets = offsetPointer,
                PaddedDepth = paddedDepth,
                Partial = partial,
                Sums = sums,
                Parts = parts,
                Shares = Math.Clamp(MostParts / parts, 1, shape.Groups * WeightWork.GroupPanels(shape)),
            };
            Workers.Run(work, parts * work.Shares, shape.Products, SharedFrom.Products);
        }

        for (int part = 1; part < parts; part++)
        {
            float* more = partial + (nint)part * sums;
            Elementwise.Zip<Add>(
                new ReadOnlySpan<float>(partial, sums), new ReadOnlySpan<float>(more, sums), new Span<float>(partial, sums));
        }

        Scatter(shape, partial, paddedDepth, dw);
    }

    // [group][panel][depth][column] becomes [K, C / Groups, KernelD, KernelH, KernelW]: a line of each column at a time.
    static void Scatter(in ConvolutionShape shape, float* sums, int paddedDepth, float* dw)
    {
        int panels = (shape.GroupK + 2 * Panels.Lanes - 1) / (2 * Panels.Lanes);
        Workers.Run(
            new ScatterWork { Shape = shape, Sums = sums, PaddedDepth = paddedDepth, Panels = panels, Dw = dw }, shape.Groups * panels,
            (long)shape.K * shape.Depth, SharedFrom.Cache);
    }

    // Parts are panels of all groups.
    struct ScatterWork : IWork
    {
        const int Line = 16; // floats

        public ConvolutionShape Shape;
        public float* Sums, Dw;
        public int PaddedDepth, Panels;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int first, int last)
        {
            int lanes = Kernels.Panels.Lanes, depth = Shape.Depth, taps = Shape.Taps, channels = Shape.GroupC;
            float** rows = stackalloc float*[Line];
            for (int part = first; part < last; part++)
            {
                int k = part % Panels * 2 * lanes, left = Shape.GroupK - k, width = left > lanes ? 2 * lanes : lanes;
                nint group = part / Panels;
                float* sums = Sums + (group * Kernels.Panels.Padded(Shape.GroupK) + k) * PaddedDepth;
                float* to = Dw + (group * Shape.GroupK + k) * depth;
                for (int start = 0, count; start < depth; start += count, to += count)
                {
                    count = Math.Min(Line, depth - start);
                    for (int i = 0; i < count; i++)
                    {
                        var (c, tap) = Math.DivRem(start + i, taps);
                        rows[i] = sums + ((nint)tap * channels + c) * width;
                    }

                    FourByFour.TurnRows(rows, count, Math.Min(width, left), to, depth);
                }
            }
        }
    }

    struct WeightWork : IWork, IWideWork
    {
        public static int Pieces => 4;

        public ConvolutionShape Shape;
        public ImagePrologue X;
        public float* Dy, Partial;
        public nint* Offsets;
        public int PaddedDepth, Sums, Parts, Shares;

        public static int GroupPanels(in ConvolutionShape shape) => (shape.GroupK + 2 * Panels.Lanes - 1) / (2 * Panels.Lanes);

        static int BlockRows(in ConvolutionShape shape) => Math.Clamp(
            SlabLength / Math.Max(1, shape.KernelD * shape.StrideH * (shape.W + 2 * shape.PadW) * shape.C), 1, Math.Max(1, shape.OutH));

        // From one plane of the kernel to the next in working memory.
        public static nint Pitch(in ConvolutionShape shape) =>
            Slab.Length(Reach(shape, BlockRows(shape)), shape.W + 2 * shape.PadW, shape.C);

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int blockRows = BlockRows(Shape), slab = (Shape.KernelD * (int)Pitch(Shape) + 15) & ~15, height = Shape.OutH;
            int panels = Shape.Groups * GroupPanels(Shape);
            int most = blockRows < height ? 1 : PlanesAtOnce(Shape.N * Shape.OutD, height * Shape.OutW, slab);
            int edge = most * blockRows * Shape.OutW * 2 * S.Width;
            float* memory = Scratch.Take(most * slab + edge);
            for (int unit = first; unit < last; unit++)
            {
                int part = unit / Shares, share = unit % Shares;
                int plane = (int)((long)Shape.N * part / Parts) * Shape.OutD, end = (int)((long)Shape.N * (part + 1) / Parts) * Shape.OutD;
                var (from, until) = ((int)((long)panels * share / Shares), (int)((long)panels * (share + 1) / Shares));
                for (int count; plane < end; plane += count)
                {
                    count = Math.Min(most, end - plane);
                    for (int top = 0; top < height; top += blockRows)
                    {
                        int rows = Math.Min(blockRows, height - top);
                        for (int i = 0; i < count; i++)
                            Fill<S, V>(Shape, X, plane + i, top, Reach(Shape, rows), memory + i * slab, Pitch(Shape));
                        nint pixel = ((nint)plane * height + top) * Shape.OutW;
                        Add<S, V>(memory, slab, count, pixel, rows, memory + most * slab, Partial + (nint)part * Sums, from, until);
                    }
                }
            }
        }

        // Adds rows of some planes to the sums of some panels, which are counted over all groups.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Add<S, V>(float* slab, nint slabPitch, int planes, nint pixel, int rows, float* edge, float* sums, int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int inputs = Shape.GroupC, outputs = Shape.GroupK, columns = Shape.OutW, inGroup = GroupPanels(Shape);
            var places = new PairedPixels(planes, rows, columns)
            {
                StepA = (nint)Shape.StrideW * Shape.C,
                RowA = (nint)Shape.StrideH * (Shape.W + 2 * Shape.PadW) * Shape.C,
                ImageA = slabPitch,
            };
            for (int index = first; index < last; index++)
            {
                int group = index / inGroup, k = index % inGroup * 2 * S.Width, column = group * outputs + k;
                int width = Panels.Width<S, V>(outputs - k), valid = Math.Min(width, outputs - k);
                float* b = Dy + pixel * Shape.K + column, to = sums + (group * Panels.Padded(outputs) + k) * (nint)PaddedDepth;
                nint stepB = Shape.K;
                if (valid < width)
                {
                    Widen(b, planes * rows * columns, Shape.K, valid, edge, width);
                    b = edge;
                    stepB = width;
                }

                var pixels = places with { StepB = stepB, RowB = columns * stepB, ImageB = rows * columns * stepB };
                for (int d = 0; d < PaddedDepth; d += Panels.Rows, to += Panels.Rows * width)
                    PanelColumns.Multiply<S, V>(slab + group * inputs, Offsets + d, b, pixels, width, to);
            }
        }

        // Some channels of some pixels, with zeros past the last channel.
        static void Widen(float* from, int count, int step, int valid, float* to, int width)
        {
            for (int i = 0; i < count; i++, from += step, to += width)
            {
                new Span<float>(from, valid).CopyTo(new Span<float>(to, valid));
                new Span<float>(to + valid, width - valid).Clear();
            }
        }
    }
}
