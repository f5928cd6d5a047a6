using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

static unsafe partial class DirectConvolution
{
    /// <summary>The gradient of the input. Input pixels that lie alike to the stride see the same taps of the kernel: each such
    /// phase is a convolution of its own over the gradient of the result, and no product with zero is made.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="dy">[N, OutH, OutW, K].</param>
    /// <param name="w">[K, C / Groups, KernelH, KernelW].</param>
    /// <param name="dx">[N, H, W, C].</param>
    /// <param name="epilogue">What is done to the result as it is written.</param>
    public static void BackwardInput(in ConvolutionShape shape, float* dy, float* w, float* dx, in Epilogue epilogue)
    {
        int area = shape.Taps, phases = shape.StrideD * shape.StrideH * shape.StrideW;
        nint depth = shape.Depth;
        int packedColumns = Panels.Padded(shape.GroupC);
        float* panels = Scratch.TakeShared(shape.Groups * area * shape.GroupK * packedColumns);
        var taps = new Phase[phases];
        var offsets = new nint[area];
        var edge = Edge(shape);
        var work = new InputWork { Shape = shape, Edge = edge, Dy = dy, Dx = dx, PhaseCount = phases, Epilogue = epilogue };
        nint pitch = work.PlanePitch;
        float* next = panels;
        int used = 0;
        Span<nint> weights = area <= 128 ? stackalloc nint[area] : new nint[area];
        for (int phase = 0; phase < phases; phase++)
        {
            int plane = phase / (shape.StrideH * shape.StrideW), row = phase / shape.StrideW % shape.StrideH, column = phase % shape.StrideW;
            int count = 0, start = used;
            for (int tap = 0; tap < area; tap++)
            {
                int a = tap / shape.KernelW, b = tap % shape.KernelW;
                int back = plane + shape.PadD - a / shape.KernelH * shape.DilationD;
                int up = row + shape.PadH - a % shape.KernelH * shape.DilationH, across = column + shape.PadW - b * shape.DilationW;
                if (back % shape.StrideD != 0 || up % shape.StrideH != 0 || across % shape.StrideW != 0)
                    continue;
                offsets[used++] = (back / shape.StrideD - edge.Front) * pitch
                    + ((up / shape.StrideH - edge.Top) * (nint)edge.Width + across / shape.StrideW - edge.Left) * shape.K;
                weights[count++] = tap;
            }

            taps[phase] = new Phase(plane, row, column, start, count, next);
            for (int group = 0; group < shape.Groups; group++)
            {
                PackedPanels.Pack(w + group * shape.GroupK * depth, weights, count, shape.GroupK, depth, shape.GroupC, area, next);
                next += (nint)count * shape.GroupK * packedColumns;
            }
        }

        fixed (Phase* phasePointer = taps)
        fixed (nint* offsetPointer = offsets)
        {
            work.Phases = phasePointer;
            work.Offsets = offsetPointer;
            Workers.Run(work, work.Units, shape.Products, SharedFrom.Products);
        }
    }

    struct InputWork : IWork, IWideWork
    {
        public static int Pieces => 4;

        public ConvolutionShape Shape;
        public SlabEdge Edge;
        public float* Dy, Dx;
        public Phase* Phases;
        public nint* Offsets;
        public int PhaseCount;
        public Epilogue Epilogue;

        // A part is some rows of every phase.
        readonly int PhaseRows => (Shape.H + Shape.StrideH - 1) / Shape.StrideH;

        readonly int PartRows => RowsPerPart(
            Shape, PhaseRows, (long)Shape.OutW * Shape.K * Shape.Depth, Edge.Planes * Edge.Width * Shape.K,
            Shape.StrideH * Shape.W * Shape.C);

        readonly int PartsPerImage => (PhaseRows + PartRows - 1) / PartRows;

        // A volume's planes that lie alike to the stride.
        readonly int PhasePlanes => (Shape.D + Shape.StrideD - 1) / Shape.StrideD;

        // The planes of a unit of work: small ones that lie alike to the stride one after the other, or one.
        readonly int Planes => PartsPerImage > 1 || Shape.StrideD > 1
            ? 1 : PlanesAtOnce(Shape.N * Shape.D, Shape.H * Shape.W, Edge.Planes * (int)PlanePitch);

        public readonly int Units => (Shape.N * PhasePlanes + Planes - 1) / Planes * PartsPerImage;

        // From one plane of the gradient to the next in working memory.
        public readonly nint PlanePitch => Slab.Length(PartRows + Edge.MoreRows, Edge.Width, Shape.K);

        // Where the stride is wider than the kernel some pixels of the input are not seen at all.
        readonly bool HasEmptyPhases
        {
            get
            {
                for (int phase = 0; phase < PhaseCount; phase++)
                {
                    if (Phases[phase].Count == 0)
                        return true;
                }

                return false;
            }
        }

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int partRows = PartRows, perImage = PartsPerImage, most = Planes, planes = Shape.N * PhasePlanes;
            int slab = Edge.Planes * (int)PlanePitch;
            bool hasEmptyPhases = HasEmptyPhases;
            float* memory = Scratch.Take(most * slab);
            for (int unit = first; unit < last; unit++)
            {
                int begin = unit / perImage * most, part = unit % perImage, top = part * partRows, count = Math.Min(most, planes - begin);
                int rows = Math.Min(partRows, PhaseRows - top);
                for (int i = 0; i < count; i++)
                    Fill<S, V>((begin + i) / PhasePlanes, (begin + i) % PhasePlanes, top, rows, memory + i * slab);
                int image = begin / PhasePlanes, depth = begin % PhasePlanes;
                int inputRow = top * Shape.StrideH, pixels = Math.Min(rows * Shape.StrideH, Shape.H - inputRow) * Shape.W;
                for (int z = depth * Shape.StrideD; z < Math.Min(Shape.D, (depth + 1) * Shape.StrideD); z++)
                {
                    int plane = image * Shape.D + z;
                    nint pixel = ((nint)plane * Shape.H + inputRow) * Shape.W;
                    if (hasEmptyPhases)
                        new Span<float>(Dx + pixel * Shape.C, count * pixels * Shape.C).Clear();
                    for (int phase = 0; phase < PhaseCount; phase++)
                    {
                        if (Phases[phase].Count > 0 && Phases[phase].Plane == z - depth * Shape.StrideD)
                            Rows<S, V>(memory, slab, count, Phases[phase], plane, top, rows);
                    }

                    for (int i = 0; i < count; i++, pixel += pixels)
                        Epilogue.Finish<S, V>((begin + i) * perImage + part, Dx, pixel * Shape.C, pixels * Shape.C);
                }
            }
        }

        // Copies the rows of the gradient that a part sees.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Fill<S, V>(int image, int depth, int top, int rows, float* to)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            var source = new ImagePrologue(Dy, Shape.K);
            for (int i = 0; i < Edge.Planes; i++, to += PlanePitch)
            {
                var slab = new Slab(to, rows + Edge.MoreRows, Edge.Width, Shape.K);
                int plane = depth + Edge.Front + i;
                if ((uint)plane < (uint)Shape.OutD)
                    slab.Fill<S, V>(source, image * Shape.OutD + plane, Shape.OutH, Shape.OutW, top + Edge.Top, Edge.Left);
                else
                    slab.Clear();
            }
        }

        // A phase of rows of each of some planes.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Rows<S, V>(float* slab, nint slabPitch, int planes, in Phase phase, int plane, int top, int rows)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            float** from = stackalloc float*[Panels.Rows];
            float** to = stackalloc float*[Panels.Rows];
            float** places = stackalloc float*[Panels.Rows];
            float* edge = stackalloc float[Panels.Rows * Panels.MaxWidth];
            int groups = Shape.Groups, inputs = Shape.GroupC, outputs = Shape.GroupK;
            // The last rows and columns of the image need not have every phase.
            int lastRow = (Shape.H - phase.Row + Shape.StrideH - 1) / Shape.StrideH - top;
            int columns = (Shape.W - phase.Column + Shape.StrideW - 1) / Shape.StrideW;
            int height = Math.Min(rows, lastRow), pixels = planes * height * columns;
            // From the last pixel of a row to the first of the next, past the one that would follow.
            nint step = Shape.K, turn = (Edge.Width - columns) * step;
            nint stepX = Shape.StrideW * (nint)Shape.C, turnX = Shape.StrideH * (nint)Shape.W * Shape.C - columns * stepX;
            float* first = Dx
                + (((nint)plane * Shape.H + top * Shape.StrideH + phase.Row) * Shape.W + phase.Column) * Shape.C;
            // And from the last row of a plane to the first of the next.
            nint turnPlane = slabPitch - height * (nint)Edge.Width * step;
            nint turnPlaneX = ((nint)Shape.H - height * Shape.StrideH) * Shape.W * Shape.C;
            float* panel = phase.Panels;
            for (int group = 0; group < groups; group++, slab += outputs, first += inputs)
            {
                int width;
                for (int c = 0; c < inputs; c += width)
                {
                    width = Panels.Width<S, V>(inputs - c);
                    int valid = Math.Min(width, inputs - c), left = columns, row = 0;
                    float* at = slab, place = first + c;
                    for (int pixel = 0; pixel < pixels; pixel += Panels.Rows)
                    {
                        int count = Math.Min(Panels.Rows, pixels - pixel);
                        for (int i = 0; i < count; i++)
                        {
                            from[i] = at;
                            places[i] = place;
                            to[i] = valid == width ? place : edge + i * width;
                            at += step;
                            place += stepX;
                            if (--left > 0)
                                continue;
                            left = columns;
                            at += turn;
                            place += turnX;
                            if (++row < height)
                                continue;
                            row = 0;
                            at += turnPlane;
                            place += turnPlaneX;
                        }

                        // The last pixel is multiplied once more for each that a tile has too many of.
                        for (int i = count; i < Panels.Rows; i++)
                        {
                            from[i] = from[count - 1];
                            to[i] = edge + i * width;
                        }

                        // The result of the next pixels is far away, as in the forward pass.
                        for (int i = 0; i < Panels.Rows; i++)
                            Region.Ahead(place, valid, i * stepX);
                        Panels.Multiply<S, V>(from, Offsets + phase.Start, phase.Count, outputs, panel, width, to);
                        for (int i = 0; i < count && valid < width; i++)
                            new Span<float>(edge + i * width, valid).CopyTo(new Span<float>(places[i], valid));
                    }

                    panel += (nint)width * phase.Count * outputs;
                }
            }
        }
    }
}
