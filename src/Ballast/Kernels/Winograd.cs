using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ballast.Kernels;

/// <summary>3 x 3 convolutions with stride 1 by Winograd's F(4x4, 3x3): a tile of 4 x 4 results takes 36 products for each pair
/// of channels instead of 144. Tiles are taken in blocks whose transforms stay in the second-level cache: transform the
/// patches, multiply each of the 36 planes with its weights, transform back.</summary>
/// <remarks>Its largest error, relative to the largest value, is about 1e-5 where a direct product's is 1e-6: the
/// transforms multiply by up to 8 and cancel.</remarks>
static unsafe partial class Winograd
{
    const int Planes = 36;
    const int Tile = 4;
    const int PlanePadding = 16; // planes a power of two apart would share their cache sets
    const int BlockLength = 112 << 10; // floats of patches and results that a block keeps in cache

    /// <summary>Whether a convolution can go this way: whole registers of results, groups of eight input channels, and
    /// enough pixels to be worth a tile.</summary>
    public static bool Fits(in ConvolutionShape shape) =>
        shape is
        {
            KernelH: 3, KernelW: 3, StrideH: 1, StrideW: 1, DilationH: 1, DilationW: 1, Groups: 1, PadH: <= 2, PadW: <= 2,
        }
        && shape.C % Panels.Rows == 0 && shape.K % Math.Max(Panels.Lanes, Panels.Rows) == 0 && shape.OutH * shape.OutW >= 9;

    /// <summary>Whether <see cref="BackwardInput"/> can go this way too: it writes registers of input channels.</summary>
    public static bool FitsInput(in ConvolutionShape shape) => Fits(shape) && Fits(Backward(shape));

    static ConvolutionShape Backward(in ConvolutionShape shape) => shape with
    {
        C = shape.K,
        K = shape.C,
        H = shape.OutH,
        W = shape.OutW,
        PadH = 2 - shape.PadH,
        PadW = 2 - shape.PadW,
    };

    /// <summary>How the results are cut into tiles, and the tiles into blocks.</summary>
    readonly struct Cut
    {
        public Cut(in ConvolutionShape shape, bool wholeImages = false, int least = 2 * Panels.Rows)
        {
            Down = (shape.OutH + Tile - 1) / Tile;
            Across = (shape.OutW + Tile - 1) / Tile;
            Count = shape.N * Down * Across;
            int fitting = BlockLength / (Planes * (shape.C + 2 * Panels.Lanes)) / Panels.Rows * Panels.Rows;
            BlockTiles = Math.Clamp(fitting, least, 8 * Panels.Rows);
            if (wholeImages)
                BlockTiles = Math.Max(1, (BlockTiles + TilesPerImage / 2) / TilesPerImage) * TilesPerImage;
            RowTiles = (BlockTiles + Panels.Rows - 1) / Panels.Rows * Panels.Rows;
            Blocks = (Count + BlockTiles - 1) / BlockTiles;
        }

        public int Down { get; }
        public int Across { get; }
        public int Count { get; }
        public int BlockTiles { get; }
        public int Blocks { get; }

        /// <summary>The tiles of a block, filled up to whole groups of rows.</summary>
        public int RowTiles { get; }

        int TilesPerImage => Down * Across;

        /// <summary>The pixels that a block's tiles cover, as one piece of memory.</summary>
        /// <param name="start">The block's first tile.</param>
        /// <param name="pixels">[N, height, width, channels].</param>
        /// <param name="channels">The channels of a pixel.</param>
        /// <param name="height">The rows of an image.</param>
        /// <param name="width">The columns of an image.</param>
        /// <param name="above">The rows above a tile's first that belong to its patch.</param>
        public Region Region(int start, float* pixels, int channels, int height, int width, int above)
        {
            var (image, y, _) = Locate(this, start);
            var (lastImage, lastY, _) = Locate(this, Math.Min(start + BlockTiles, Count) - 1);
            nint from = (nint)image * height + Math.Max(0, y - above);
            nint until = (nint)lastImage * height + Math.Min(height, lastY - above + (above == 0 ? Tile : Tile + 2));
            return new Region(pixels + from * width * channels, (int)Math.Min(until - from, 1 << 12) * width * channels);
        }
    }

    /// <summary>y = x * w + bias.</summary>
    /// <param name="shape">The sizes, which <see cref="Fits"/>.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="w">[K, C, 3, 3].</param>
    /// <param name="bias">[K], or null for none.</param>
    /// <param name="y">[N, OutH, OutW, K].</param>
    /// <param name="moments">Takes the sums of y along, or nothing.</param>
    /// <param name="prepared">The weight as <see cref="Prepare"/> left it, or null.</param>
    public static void Forward(
        in ConvolutionShape shape, in ImageSource x, float* w, float* bias, float* y, ChannelMoments? moments = null,
        float* prepared = null)
    {
        if (prepared is null)
        {
            prepared = Scratch.TakeShared(PreparedLength(shape));
            Prepare(shape, w, prepared);
        }

        Run<MomentTerm>(shape, x, prepared, flip: false, bias, y, moments, null);
    }

    /// <summary>How many floats <see cref="Prepare"/> writes.</summary>
    public static int PreparedLength(in ConvolutionShape shape) => (int)(Planes * Plane(shape));

    /// <summary>Transforms the weight for the forward pass.</summary>
    /// <param name="shape">The sizes.</param>
    /// <param name="w">[K, C, 3, 3].</param>
    /// <param name="to">Takes the transforms.</param>
    public static void Prepare(in ConvolutionShape shape, float* w, float* to) =>
        Transform(shape, w, 9, (nint)shape.C * 9, flip: false, to);

    static nint Plane(in ConvolutionShape shape) => (nint)shape.C * shape.K + PlanePadding;

    static void Transform(in ConvolutionShape shape, float* w, nint strideC, nint strideK, bool flip, float* to) =>
        Workers.Run(
            new TransformWork
            {
                W = w,
                To = to,
                C = shape.C,
                K = shape.K,
                StrideC = strideC,
                StrideK = strideK,
                Flip = flip,
                Plane = Plane(shape),
            },
            shape.K / Panels.Lanes);

    /// <summary>Whether <see cref="BackwardInput"/> may write its result over dy: then a block is some whole images, whose
    /// patches are all taken before the first result is written.</summary>
    public static bool CanOverwrite(in ConvolutionShape shape) =>
        Fits(shape) && shape.C == shape.K && shape.H == shape.OutH && shape.W == shape.OutW && TakesWholeImages(shape);

    static bool TakesWholeImages(in ConvolutionShape shape) =>
        (shape.H + Tile - 1) / Tile * ((shape.W + Tile - 1) / Tile) <= 8 * Panels.Rows;

    /// <summary>The gradient of the input: the convolution of dy with the kernel turned round.</summary>
    /// <param name="shape">The sizes, which <see cref="FitsInput"/>.</param>
    /// <param name="dy">[N, OutH, OutW, K].</param>
    /// <param name="w">[K, C, 3, 3].</param>
    /// <param name="dx">[N, H, W, C]; dy itself where <see cref="CanOverwrite"/> allows it.</param>
    /// <param name="input">The normalization that made the input, or null.</param>
    public static void BackwardInput(
        in ConvolutionShape shape, float* dy, float* w, float* dx, NormalizedInput? input = null)
    {
        var backward = Backward(shape);
        var source = new ImageSource(dy, shape.K);
        float* weights = Scratch.TakeShared(PreparedLength(backward));
        Transform(backward, w, (nint)shape.C * 9, 9, flip: true, weights);
        if (input is { Source.HasRelu: true })
            Run<NormalizationTerm<ReluGate>>(backward, source, weights, flip: true, null, dx, null, input);
        else if (input is not null)
            Run<NormalizationTerm<OpenGate>>(backward, source, weights, flip: true, null, dx, null, input);
        else
            Run<MomentTerm>(backward, source, weights, flip: true, null, dx, null, null);
    }

    static void Run<T>(
        in ConvolutionShape shape, in ImageSource x, float* weights, bool flip, float* bias, float* y,
        ChannelMoments? moments, NormalizedInput? normalized)
        where T : struct, IResultTerm
    {
        var cut = new Cut(shape, wholeImages: flip && TakesWholeImages(shape));
        moments?.Begin(cut.Blocks, shape.K);
        normalized?.Sums.Begin(cut.Blocks, shape.K);
        var work = new ForwardWork<T>
        {
            Shape = shape,
            Cut = cut,
            X = x,
            Weights = weights,
            Plane = Plane(shape),
            Bias = bias,
            Y = y,
            Moments = moments,
            Sums = normalized?.Sums,
            Source = normalized is { } n ? n.Source.Pixels : y,
            Table = normalized is { } m ? m.Source.Table : null,
        };
        Workers.Run(work, cut.Blocks);
    }

    // Kernels of a register of columns for all inputs: [36][panel][C][width].
    struct TransformWork : IWork, IWideWork
    {
        public float* W, To;
        public int C, K;
        public nint StrideC, StrideK, Plane;
        public bool Flip;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            float* work = stackalloc float[18 * S.Width];
            float* kernel = stackalloc float[9 * S.Width];
            for (int part = first; part < last; part++)
            {
                int k = part * S.Width, panel = k / (2 * S.Width) * 2 * S.Width, width = Panels.Width<S, V>(K - panel);
                float* to = To + (nint)panel * C + (k - panel);
                for (int c = 0; c < C; c++, to += width)
                {
                    float* from = W + c * StrideC + k * StrideK;
                    for (int lane = 0; lane < S.Width; lane++, from += StrideK)
                    {
                        for (int tap = 0; tap < 9; tap++)
                            kernel[tap * S.Width + lane] = from[Flip ? 8 - tap : tap];
                    }

                    WinogradTransforms.Weights<S, V>(kernel, to, Plane, work);
                }
            }
        }
    }

    struct ForwardWork<T> : IWork, IWideWork
        where T : struct, IResultTerm
    {
        public ConvolutionShape Shape;
        public Cut Cut;
        public ImageSource X;
        public float* Weights, Bias, Y;
        public nint Plane;
        public ChannelMoments? Moments;
        public ChannelSums? Sums;
        public float* Source, Table;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            nint patchPlane = (nint)Cut.RowTiles * Shape.C + PlanePadding;
            nint resultPlane = (nint)Cut.RowTiles * 2 * S.Width + PlanePadding;
            float* patches = Scratch.Take((int)(Planes * (patchPlane + resultPlane)) + 40 * S.Width);
            float* results = patches + Planes * patchPlane;
            float* work = results + Planes * resultPlane;
            for (int block = first; block < last; block++)
            {
                int start = block * Cut.BlockTiles, count = Math.Min(Cut.BlockTiles, Cut.Count - start);
                Patches<S, V>(Shape, Cut, X, start, count, patches, patchPlane, work);
                // While the planes are multiplied, what comes next is on its way: the next block's input, and where the
                // results go.
                var input = block + 1 < last ? Cut.Region(start + Cut.BlockTiles, X.Pixels, Shape.C, Shape.H, Shape.W, Shape.PadH) : default;
                var output = Cut.Region(start, Y, Shape.K, Shape.OutH, Shape.OutW, 0);
                var source = Table is null ? default : Cut.Region(start, Source, Shape.K, Shape.OutH, Shape.OutW, 0);
                int width;
                for (int k = 0; k < Shape.K; k += width)
                {
                    width = Panels.Width<S, V>(Shape.K - k);
                    bool first0 = k == 0;
                    Products<S, V>(
                        k, width, count, patches, patchPlane, results, resultPlane, first0 ? output : default,
                        first0 ? source : default, k + width >= Shape.K ? input : default);
                    Results<S, V>(block, k, width, start, count, results, resultPlane, work);
                }

                if (Moments is not null)
                    Moments.Counts[block] = Pixels(start, count);
            }
        }

        // [36][tile][width].
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Products<S, V>(
            int k, int width, int count, float* patches, nint patchPlane, float* results, nint resultPlane, Region first,
            Region second, Region third)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int rows = (count + Panels.Rows - 1) / Panels.Rows * Panels.Rows;
            float** from = stackalloc float*[rows];
            float** to = stackalloc float*[rows];
            for (int i = 0; i < rows; i++)
            {
                from[i] = patches + (nint)i * Shape.C;
                to[i] = results + i * width;
            }

            float* panel = Weights + (nint)k * Shape.C;
            for (int xi = 0; xi < Planes; xi++, panel += Plane)
            {
                first.Prefetch(xi, Planes);
                second.Prefetch(xi, Planes);
                third.Prefetch(xi, Planes);
                nint offset = xi * patchPlane;
                for (int i = 0; i < rows; i += Panels.Rows)
                    Panels.Multiply<S, V>(from + i, &offset, 1, Shape.C, panel, width, to + i, xi * resultPlane);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Results<S, V>(
            int block, int k, int width, int start, int count, float* results, nint resultPlane, float* work)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            bool two = width > S.Width;
            V zero = S.Broadcast(0), bias = Bias is null ? zero : S.Load(Bias + k);
            V bias2 = two && Bias is not null ? S.Load(Bias + k + S.Width) : zero;
            var channel = Constants<S, V>(k, results, resultPlane, bias);
            var channel2 = two ? Constants<S, V>(k + S.Width, results + S.Width, resultPlane, bias2) : default;
            V first = zero, second = zero, first2 = zero, second2 = zero;
            nint pitch = (nint)Shape.OutW * Shape.K, step = Shape.K;
            for (int i = 0; i < count; i++, results += width)
            {
                var (image, y, x) = Locate(Cut, start + i);
                nint pixel = (((nint)image * Shape.OutH + y) * Shape.OutW + x) * Shape.K + k;
                int rows = Shape.OutH - y, columns = Shape.OutW - x;
                WinogradTransforms.Results<T, S, V>(
                    results, resultPlane, bias, Y + pixel, pitch, step, rows, columns, Source + pixel, channel, ref first,
                    ref second, work);
                if (two)
                {
                    WinogradTransforms.Results<T, S, V>(
                        results + S.Width, resultPlane, bias2, Y + pixel + S.Width, pitch, step, rows, columns,
                        Source + pixel + S.Width, channel2, ref first2, ref second2, work);
                }
            }

            Keep<S, V>(block, k, channel, first, second);
            if (two)
                Keep<S, V>(block, k + S.Width, channel2, first2, second2);
        }

        // The constants of the normalization whose sums are taken, or as a center of deviations the first value.
        readonly Channel<V> Constants<S, V>(int k, float* results, nint resultPlane, V bias)
            where S : struct, ISimd<V>
            where V : unmanaged => Table is null
                ? new(WinogradTransforms.FirstResult<S, V>(results, resultPlane, bias), bias, bias)
                : new(S.Load(Table + k), S.Load(Table + Shape.K + k), S.Load(Table + 2 * Shape.K + k));

        readonly void Keep<S, V>(int block, int k, in Channel<V> channel, V first, V second)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            Moments?.Store<S, V>(block, k, channel.Center, first, second);
            Sums?.Store<S, V>(block, k, first, second);
        }

        readonly int Pixels(int start, int count)
        {
            int pixels = 0;
            for (int i = 0; i < count; i++)
            {
                var (_, y, x) = Locate(Cut, start + i);
                pixels += Math.Min(Tile, Shape.OutH - y) * Math.Min(Tile, Shape.OutW - x);
            }

            return pixels;
        }
    }

    static (int Image, int Y, int X) Locate(in Cut cut, int tile)
    {
        int row = tile / cut.Across;
        return (row / cut.Down, row % cut.Down * Tile, tile % cut.Across * Tile);
    }

    static void Patches<S, V>(
        in ConvolutionShape shape, in Cut cut, in ImageSource x, int start, int count, float* to, nint plane, float* work)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        if (x.IsPlain)
            Patches<AsItLies, S, V>(shape, cut, x, start, count, to, plane, work);
        else if (x.HasRelu)
            Patches<NormalizedRelu, S, V>(shape, cut, x, start, count, to, plane, work);
        else
            Patches<Normalized, S, V>(shape, cut, x, start, count, to, plane, work);
    }

    static void Patches<M, S, V>(
        in ConvolutionShape shape, in Cut cut, in ImageSource x, int start, int count, float* to, nint plane, float* work)
        where M : struct, IPixelMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        nint pitch = (nint)shape.W * shape.C;
        for (int i = 0; i < count; i++, to += shape.C)
        {
            var (image, top, left) = Locate(cut, start + i);
            top -= shape.PadH;
            left -= shape.PadW;
            float* corner = x.Pixels + ((nint)image * shape.H + top) * pitch + (nint)left * shape.C;
            var rows = (Math.Max(0, -top), Math.Min(6, shape.H - top));
            var columns = (Math.Max(0, -left), Math.Min(6, shape.W - left));
            int done = WinogradTransforms.Patches<M, S, V>(corner, pitch, shape.C, 0, rows, columns, x.Table, to, plane, work);
            if (done < shape.C)
            {
                WinogradTransforms.Patches<M, Simd256, Vector256<float>>(
                    corner, pitch, shape.C, done, rows, columns, x.Table, to, plane, work);
            }
        }
    }
}
