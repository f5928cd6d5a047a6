using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

static unsafe partial class Winograd
{
    // Each part sums up tiles of its own; the parts are added in order.
    const int MostParts = 8;

    /// <summary>The gradient of the weight: for each plane the sum over all tiles of patch times gradient, A dy A^T, then
    /// G^T u G.</summary>
    /// <param name="shape">The sizes, which <see cref="Fits"/>.</param>
    /// <param name="x">[N, H, W, C].</param>
    /// <param name="dy">[N, OutH, OutW, K].</param>
    /// <param name="dw">[K, C, 3, 3].</param>
    public static void BackwardWeight(in ConvolutionShape shape, in ImagePrologue x, float* dy, float* dw)
    {
        // With many channels the sums fit in no near cache: then more tiles for each time they are gone through.
        var tiles = new WinogradTiles(shape, least: 4 * Panels.Rows);
        int parts = Math.Min(MostParts, tiles.Blocks), sums = 9 * shape.C * ResultChannels(shape);
        float* partial = Scratch.TakeShared(parts * sums);
        Workers.Run(new WeightWork { Shape = shape, Tiles = tiles, X = x, Dy = dy, Partial = partial, Parts = parts }, parts);
        Workers.Run(
            new ScatterWork { Partial = partial, Parts = parts, Sums = sums, C = shape.C, K = shape.K, Dw = dw },
            ResultChannels(shape) / Panels.Lanes);
    }

    struct WeightWork : IWork, IWideWork
    {
        public static int Pieces => 4;

        public ConvolutionShape Shape;
        public WinogradTiles Tiles;
        public ImagePrologue X;
        public float* Dy, Partial;
        public int Parts;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            nint patchPlane = (nint)Tiles.BlockTiles * PatchChannels(Shape) + PlanePadding;
            nint gradientPlane = (nint)Tiles.BlockTiles * ResultChannels(Shape) + PlanePadding;
            nint sumPlane = Plane(Shape);
            float* patches = Scratch.Take((int)(Planes * (patchPlane + gradientPlane + sumPlane)) + WinogradTransforms.WorkRegisters * S.Width);
            float* gradients = patches + Planes * patchPlane;
            float* sums = gradients + Planes * gradientPlane;
            float* work = sums + Planes * sumPlane;
            for (int part = first; part < last; part++)
            {
                int from = (int)((long)Tiles.Blocks * part / Parts), until = (int)((long)Tiles.Blocks * (part + 1) / Parts);
                new Span<float>(sums, (int)(Planes * sumPlane)).Clear();
                for (int block = from; block < until; block++)
                {
                    int start = block * Tiles.BlockTiles, count = Math.Min(Tiles.BlockTiles, Tiles.Count - start);
                    Patches<S, V>(Shape, Tiles, X, start, count, patches, patchPlane, work);
                    Gradients<S, V>(start, count, gradients, gradientPlane, work);
                    bool more = block + 1 < until;
                    Products<S, V>(
                        count, patches, patchPlane, gradients, gradientPlane, sums, sumPlane,
                        more ? Tiles.Region(start + Tiles.BlockTiles, X.Pixels, Shape.C, Shape.H, Shape.W, Shape.PadH) : default,
                        more ? Tiles.Region(start + Tiles.BlockTiles, Dy, Shape.K, Shape.OutH, Shape.OutW, 0) : default);
                }

                Finish<S, V>(sums, sumPlane, Partial + (nint)part * 9 * Shape.C * ResultChannels(Shape), work);
            }
        }

        // [36][panel][tile][width].
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Gradients<S, V>(int start, int count, float* to, nint plane, float* work)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int channels = ResultChannels(Shape), run;
            for (int i = 0; i < count; i += run)
            {
                var (image, y, x) = Tiles.Locate(start + i);
                run = Tiles.Run(start + i, count - i);
                int rows = Shape.OutH - y, columns = Shape.OutW - x;
                nint pitch = (nint)Shape.OutW * Shape.K;
                float* dy = Dy + (((nint)image * Shape.OutH + y) * Shape.OutW + x) * Shape.K;
                for (int k = 0; k < channels; k += S.Width)
                {
                    int panel = k / (2 * S.Width) * 2 * S.Width, width = Panels.Width<S, V>(channels - panel);
                    float* register = to + (nint)panel * Tiles.BlockTiles + i * width + (k - panel);
                    V mask = S.First(Shape.K - k);
                    if (k + S.Width <= Shape.K)
                    {
                        WinogradTransforms.Gradients<AllLanes, S, V>(
                            dy + k, pitch, Shape.K, mask, rows, columns, run, register, width, plane, work);
                    }
                    else
                    {
                        WinogradTransforms.Gradients<SomeLanes, S, V>(
                            dy + k, pitch, Shape.K, mask, rows, columns, run, register, width, plane, work);
                    }
                }
            }
        }

        // [36][panel][inputs][width].
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Products<S, V>(
            int count, float* patches, nint patchPlane, float* gradients, nint gradientPlane, float* sums, nint sumPlane,
            Region nextX, Region nextDy)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            nint* offsets = stackalloc nint[] { 0, 1, 2, 3, 4, 5, 6, 7 };
            Region* soon = stackalloc Region[] { nextX, nextDy };
            int inputs = PatchChannels(Shape), channels = ResultChannels(Shape), panels = (channels + 2 * S.Width - 1) / (2 * S.Width);
            var prefetching = new Prefetching(soon, 2, Planes * panels * inputs / Panels.Rows);
            for (int xi = 0; xi < Planes; xi++)
            {
                int width;
                for (int k = 0; k < channels; k += width)
                {
                    width = Panels.Width<S, V>(channels - k);
                    float* b = gradients + xi * gradientPlane + (nint)k * Tiles.BlockTiles;
                    float* to = sums + xi * sumPlane + (nint)k * inputs;
                    var line = PairedPixels.Line(count, inputs, width);
                    for (int c = 0; c < inputs; c += Panels.Rows)
                    {
                        prefetching.Step();
                        PanelColumns.Multiply<S, V>(patches + xi * patchPlane + c, offsets, b, line, width, to + (nint)c * width);
                    }
                }
            }
        }

        // [panel][C][9][width].
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Finish<S, V>(float* sums, nint sumPlane, float* to, float* work)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int channels = ResultChannels(Shape), inputs = PatchChannels(Shape), width;
            for (int k = 0; k < channels; k += width)
            {
                width = Panels.Width<S, V>(channels - k);
                for (int c = 0; c < Shape.C; c++)
                {
                    for (int lane = 0; lane < width; lane += S.Width)
                    {
                        WinogradTransforms.WeightGradients<S, V>(
                            sums + (nint)k * inputs + c * width + lane, sumPlane,
                            to + ((nint)k * Shape.C + c * width) * 9 + lane, width, work);
                    }
                }
            }
        }
    }

    // The sums of all parts, [panel][C * 9][width], become [K, C, 3, 3]: a line of each column at a time.
    struct ScatterWork : IWork, IWideWork
    {
        const int Line = 16; // floats

        public float* Partial, Dw;
        public int Parts, Sums, C, K;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int depth = 9 * C;
            float* added = stackalloc float[Line * S.Width];
            float** rows = stackalloc float*[Line];
            for (int register = first; register < last; register++)
            {
                int k = register * S.Width, panel = k / (2 * S.Width) * 2 * S.Width, width = Panels.Width<S, V>(K - panel);
                float* from = Partial + (nint)panel * depth + (k - panel), to = Dw + (nint)k * depth;
                for (int start = 0, count; start < depth; start += count, to += count)
                {
                    count = Math.Min(Line, depth - start);
                    for (int i = 0; i < count; i++, from += width)
                    {
                        V sum = S.Load(from);
                        for (int part = 1; part < Parts; part++)
                            sum = S.Add(sum, S.Load(from + (nint)part * Sums));
                        rows[i] = added + i * S.Width;
                        S.Store(rows[i], sum);
                    }

                    FourByFour.TurnRows(rows, count, Math.Min(S.Width, K - k), to, depth);
                }
            }
        }
    }
}
