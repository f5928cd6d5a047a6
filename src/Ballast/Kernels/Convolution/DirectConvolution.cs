using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Convolutions of any shape as products of <see cref="Panels"/>: the values under the kernel of eight pixels against
/// packed weights. Without groups and dilation a row of the kernel covers neighbouring pixels of all channels, which lie
/// side by side: nothing is unfolded.</summary>
static unsafe partial class DirectConvolution
{
    // Rows of an image are cut so that their slab stays in the second-level cache, and one image alone still makes parts.
    const int SlabLength = 48 << 10;
    const int ResultLength = 8 << 10; // what follows finds a part's result in the first-level cache
    const int PartProducts = 1 << 21;
    const int ManyPixels = 128, SlabsLength = 128 << 10;

    /// <summary>y = x * w + bias.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="w">[K, C / Groups, KernelH, KernelW].</param>
    /// <param name="bias">[K], or null for none.</param>
    /// <param name="y">[N, OutH, OutW, K].</param>
    /// <param name="epilogue">What is done to the result as it is written.</param>
    /// <param name="prepared">The weight as <see cref="Prepare"/> left it, or null.</param>
    public static void Forward(
        in ConvolutionShape shape, in ImagePrologue x, float* w, float* bias, float* y, in Epilogue epilogue, float* prepared = null)
    {
        int depth = shape.Depth, packed = PackedPanels.Length(depth, shape.GroupK), padded = Panels.Padded(shape.GroupK);
        float* starts = Scratch.TakeShared(shape.Groups * (packed + padded));
        float* panels = starts + (nint)shape.Groups * padded;
        int area = shape.KernelH * shape.KernelW;
        new Span<float>(starts, shape.Groups * padded).Clear();
        for (int k = 0; k < shape.K && bias is not null; k++)
            starts[k / shape.GroupK * padded + k % shape.GroupK] = bias[k];
        if (prepared is null)
            Prepare(shape, w, panels);
        else
            panels = prepared;

        bool rowsTouch = shape.Groups == 1 && shape.DilationW == 1;
        int width = shape.W + 2 * shape.PadW, perPlane = rowsTouch ? shape.KernelH : area, segments = shape.KernelD * perPlane;
        var work = new ForwardWork
        {
            Shape = shape,
            X = x,
            Panels = panels,
            Starts = starts,
            Y = y,
            Segments = segments,
            Length = depth / segments,
            PackedLength = packed,
            Epilogue = epilogue,
        };
        Span<nint> offsets = segments <= 128 ? stackalloc nint[segments] : new nint[segments];
        for (int s = 0; s < segments; s++)
        {
            int tap = s % perPlane, a = rowsTouch ? tap : tap / shape.KernelW, b = rowsTouch ? 0 : tap % shape.KernelW;
            offsets[s] = s / perPlane * work.PlanePitch + (a * shape.DilationH * (nint)width + b * shape.DilationW) * shape.C;
        }

        fixed (nint* segmentOffsets = offsets)
        {
            work.Offsets = segmentOffsets;
            epilogue.Moments?.Begin(shape.N * shape.OutD * work.PartsPerPlane, shape.K);
            Workers.Run(work, work.Units, shape.Products, SharedFrom.Products);
        }
    }

    /// <summary>How many floats <see cref="Prepare"/> writes.</summary>
    public static int PreparedLength(in ConvolutionShape shape) =>
        shape.Groups * PackedPanels.Length(shape.Depth, shape.GroupK);

    /// <summary>Packs the weight for the forward pass.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="w">[K, C / Groups, KernelH, KernelW].</param>
    /// <param name="to">Takes the panels.</param>
    public static void Prepare(in ConvolutionShape shape, float* w, float* to)
    {
        int area = shape.Taps, depth = shape.Depth, packed = PackedPanels.Length(depth, shape.GroupK);
        Span<nint> taps = area <= 128 ? stackalloc nint[area] : new nint[area];
        for (int tap = 0; tap < area; tap++)
            taps[tap] = tap;
        for (int group = 0; group < shape.Groups; group++)
        {
            PackedPanels.Pack(
                w + (nint)group * shape.GroupK * depth, taps, area, shape.GroupC, area, shape.GroupK, depth,
                to + (nint)group * packed);
        }
    }

    // Rows of the result that one part makes.
    static int RowsPerPart(in ConvolutionShape shape, int rows, long rowProducts, int rowLength, int resultLength)
    {
        int bySlab = Math.Max(1, Math.Min(SlabLength / Math.Max(1, rowLength), ResultLength / Math.Max(1, resultLength)));
        int byWork = (int)Math.Clamp(PartProducts / Math.Max(1, rowProducts), 1, int.MaxValue);
        return Math.Clamp(shape.N * shape.OutD >= 8 ? Math.Max(bySlab, 4) : Math.Min(bySlab, byWork), 1, Math.Max(1, rows));
    }

    // Planes of few pixels are taken several at once, as long as each thread has some: weights come from memory once for all of them.
    static int PlanesAtOnce(int planes, int pixels, int slab)
    {
        int most = Math.Min(ManyPixels / Math.Max(1, pixels), SlabsLength / Math.Max(1, slab));
        return Math.Clamp(most, 1, Math.Max(1, (planes + Workers.Count - 1) / Workers.Count));
    }

    // A unit of work is a part, some rows of a plane, or the single parts of several small planes.
    struct ForwardWork : IWork, IWideWork
    {
        public static int Pieces => 4;

        public ConvolutionShape Shape;
        public ImagePrologue X;
        public float* Panels, Starts, Y;
        public nint* Offsets;
        public int Segments, Length, PackedLength;
        public Epilogue Epilogue;

        readonly int PartRows => RowsPerPart(
            Shape, Shape.OutH, (long)Shape.OutW * Shape.K * Shape.Depth,
            Shape.KernelD * Shape.StrideH * (Shape.W + 2 * Shape.PadW) * Shape.C, Shape.OutW * Shape.K);

        public readonly int PartsPerPlane => (Shape.OutH + PartRows - 1) / PartRows;

        readonly int Planes => PartsPerPlane > 1
            ? 1 : PlanesAtOnce(Shape.N * Shape.OutD, Shape.OutH * Shape.OutW, Shape.KernelD * SlabLength);

        public readonly int Units => (Shape.N * Shape.OutD + Planes - 1) / Planes * PartsPerPlane;

        readonly bool IsInPlace => X.IsPlain && Shape.PadD == 0 && Shape.PadH == 0 && Shape.PadW == 0;

        readonly int SlabLength => Slab.Length(Reach(Shape, PartRows), Shape.W + 2 * Shape.PadW, Shape.C);

        // From a value under a plane of the kernel to that under the next one.
        public readonly nint PlanePitch => IsInPlace ? (nint)Shape.DilationD * Shape.H * Shape.W * Shape.C : SlabLength;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int width = Shape.W + 2 * Shape.PadW, partRows = PartRows, perPlane = PartsPerPlane, most = Planes;
            int slab = Shape.KernelD * SlabLength, planes = Shape.N * Shape.OutD;
            bool inPlace = IsInPlace;
            float* memory = inPlace ? null : Scratch.Take(most * slab);
            float** inputs = stackalloc float*[most];
            for (int unit = first; unit < last; unit++)
            {
                int plane = unit / perPlane * most, part = unit % perPlane, top = part * partRows;
                int count = Math.Min(most, planes - plane), rows = Math.Min(partRows, Shape.OutH - top);
                for (int i = 0; i < count; i++)
                {
                    inputs[i] = memory + i * slab;
                    if (inPlace)
                        inputs[i] = X.Pixels + ((nint)FirstPlane(Shape, plane + i) * Shape.H + top * Shape.StrideH) * Shape.W * Shape.C;
                    else
                        Fill<S, V>(Shape, X, plane + i, top, Reach(Shape, rows), inputs[i], PlanePitch);
                }

                nint pixel = ((nint)plane * Shape.OutH + top) * Shape.OutW;
                for (int group = 0; group < Shape.Groups; group++)
                    Rows<S, V>(inputs, count, (nint)width * Shape.C, rows, group, Y + pixel * Shape.K + group * Shape.GroupK);
                int pixels = rows * Shape.OutW;
                for (int i = 0; i < count; i++, pixel += pixels)
                    Epilogue.Finish<S, V>((plane + i) * perPlane + part, Y, pixel * Shape.K, pixels * Shape.K);
            }
        }

        // Rows of each of some planes, whose results follow one another.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Rows<S, V>(float** inputs, int planes, nint pitch, int rows, int group, float* y)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            float** from = stackalloc float*[Kernels.Panels.Rows];
            float** to = stackalloc float*[Kernels.Panels.Rows];
            float* edge = stackalloc float[Kernels.Panels.Rows * Kernels.Panels.MaxWidth];
            int outputs = Shape.GroupK, depth = Shape.Depth, columns = Shape.OutW, pixels = planes * rows * columns;
            nint stepX = Shape.StrideW * (nint)Shape.C, stepY = Shape.K, channel = group * Shape.GroupC;
            // From the last pixel of a row to the first of the next, past the one that would follow.
            nint turn = Shape.StrideH * pitch - columns * stepX;
            float* panel = Panels + (nint)group * PackedLength, starts = Starts + group * Kernels.Panels.Padded(outputs);
            int width;
            for (int k = 0; k < outputs; k += width)
            {
                width = Kernels.Panels.Width<S, V>(outputs - k);
                int valid = Math.Min(width, outputs - k);
                float* pixelX = inputs[0] + channel, pixelY = y + k;
                int left = columns, row = 0, plane = 0;
                for (int pixel = 0; pixel < pixels; pixel += Kernels.Panels.Rows)
                {
                    int count = Math.Min(Kernels.Panels.Rows, pixels - pixel);
                    float* results = pixelY;
                    for (int i = 0; i < count; i++)
                    {
                        from[i] = pixelX;
                        to[i] = valid == width ? pixelY : edge + i * width;
                        pixelX += stepX;
                        pixelY += stepY;
                        if (--left > 0)
                            continue;
                        left = columns;
                        pixelX += turn;
                        if (++row < rows || plane == planes - 1)
                            continue;
                        row = 0;
                        pixelX = inputs[++plane] + channel;
                    }

                    // The last pixel is multiplied once more for each that a tile has too many of.
                    for (int i = count; i < Kernels.Panels.Rows; i++)
                    {
                        from[i] = from[count - 1];
                        to[i] = edge + i * width;
                    }

                    // The result of the next pixels is far away: it comes while the sums of these are made.
                    for (int i = 0; i < Kernels.Panels.Rows; i++)
                        Region.Ahead(pixelY, valid, i * stepY);
                    Kernels.Panels.Multiply<S, V>(
                        from, Offsets, Segments, Length, panel, width, to, 0, starts + k);
                    for (int i = 0; i < count && valid < width; i++)
                        new Span<float>(edge + i * width, valid).CopyTo(new Span<float>(results + i * stepY, valid));
                }

                panel += (nint)width * depth;
            }
        }
    }
}
