using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

static unsafe partial class Winograd
{
    static void Run(
        in ConvolutionShape shape, in WinogradTiles tiles, in ImagePrologue x, float* weights, float* bias, float* y,
        in Epilogue epilogue)
    {
        epilogue.Moments?.Begin(tiles.Blocks, shape.K);
        Workers.Run(
            new ForwardWork
            {
                Shape = shape,
                Tiles = tiles,
                X = x,
                Weights = weights,
                Bias = bias,
                Y = y,
                Epilogue = epilogue,
                Plane = Plane(shape),
            },
            tiles.Blocks);
    }

    struct ForwardWork : IWork, IWideWork
    {
        public static int Pieces => 4;

        const int MostRegions = 3;
        const int StepProducts = 1024;

        public ConvolutionShape Shape;
        public WinogradTiles Tiles;
        public ImagePrologue X;
        public float* Weights, Bias, Y;
        public Epilogue Epilogue;
        public nint Plane;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            ConvolutionShape shape = Shape;
            WinogradTiles tiles = Tiles;
            int channels = ResultChannels(shape);
            nint patchPlane = (nint)tiles.RowTiles * PatchChannels(shape) + PlanePadding;
            nint resultPlane = (nint)tiles.RowTiles * 2 * S.Width + PlanePadding;
            float* patches = Scratch.Take((int)(Planes * (patchPlane + resultPlane)) + WinogradTransforms.WorkRegisters * S.Width);
            float* results = patches + Planes * patchPlane;
            float* work = results + Planes * resultPlane;
            Region* soon = stackalloc Region[MostRegions];
            for (int block = first; block < last; block++)
            {
                int start = block * tiles.BlockTiles, count = Math.Min(tiles.BlockTiles, tiles.Count - start);
                Patches<S, V>(shape, tiles, X, start, count, patches, patchPlane, work);
                int width;
                for (int k = 0; k < channels; k += width)
                {
                    width = Panels.Width<S, V>(channels - k);
                    int regions = Soon(start, k == 0, k + width >= channels && block + 1 < last, soon);
                    Products<S, V>(k, width, count, patches, patchPlane, results, resultPlane, soon, regions);
                    for (int register = 0; register < width; register += S.Width)
                        Results<S, V>(block, k + register, width, start, count, results + register, resultPlane, work);
                }

                Epilogue.Moments?.Count(block, tiles.Pixels(start, count, shape));
                if (Epilogue.Afterwards is { } function)
                    Finish(function, start, count);
            }
        }

        // What to bring into the cache while the planes are multiplied: where the results go and what is read beside them,
        // then the next block's input.
        readonly int Soon(int start, bool atFirst, bool atLast, Region* regions)
        {
            var shape = Shape;
            int count = 0;
            if (atFirst)
            {
                regions[count++] = Beside(start, Y);
                if (Epilogue.Added is not null)
                    regions[count++] = Beside(start, Epilogue.Added);
            }

            if (atLast)
                regions[count++] = Tiles.Region(
                    start + Tiles.BlockTiles, X.Pixels, shape.C, shape.H, shape.W, shape.PadH);
            return count;
        }

        readonly Region Beside(int start, float* values) =>
            Tiles.Region(start, values, Shape.K, Shape.OutH, Shape.OutW, 0);

        // [36][tile][width].
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Products<S, V>(
            int k, int width, int count, float* patches, nint patchPlane, float* results, nint resultPlane, Region* soon,
            int regions)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int channels = PatchChannels(Shape), rows = (count + Panels.Rows - 1) / Panels.Rows * Panels.Rows;
            float** from = stackalloc float*[rows];
            float** to = stackalloc float*[rows];
            for (int i = 0; i < rows; i++)
            {
                from[i] = patches + (nint)i * channels;
                to[i] = results + i * width;
            }

            float* panel = Weights + (nint)k * channels;
            // A step each few hundred multiply-adds: more often it would cost more than it saves.
            int every = Math.Max(1, StepProducts / (channels * width)) * Panels.Rows;
            var prefetching = new Prefetching(soon, regions, Planes * ((rows + every - 1) / every));
            for (int xi = 0; xi < Planes; xi++, panel += Plane)
            {
                nint offset = xi * patchPlane;
                for (int step = 0; step < rows; step += every)
                {
                    prefetching.Step();
                    for (int i = step; i < Math.Min(rows, step + every); i += Panels.Rows)
                        Panels.Multiply<S, V>(from + i, &offset, 1, channels, panel, width, to + i, xi * resultPlane);
                }
            }
        }

        readonly void Results<S, V>(int block, int k, int width, int start, int count, float* results, nint resultPlane, float* work)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            if (k + S.Width <= Shape.K)
                Results<AllLanes, S, V>(block, k, width, start, count, results, resultPlane, work);
            else
                Results<SomeLanes, S, V>(block, k, width, start, count, results, resultPlane, work);
        }

        readonly void Results<L, S, V>(int block, int k, int width, int start, int count, float* results, nint resultPlane, float* work)
            where L : struct, ILanes
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            bool adds = Epilogue.Added is not null;
            if (adds && Epilogue.HasRelu)
                Results<AddReluEpilogue, L, S, V>(block, k, width, start, count, results, resultPlane, work);
            else if (adds)
                Results<AddEpilogue, L, S, V>(block, k, width, start, count, results, resultPlane, work);
            else if (Epilogue.HasRelu)
                Results<ReluEpilogue, L, S, V>(block, k, width, start, count, results, resultPlane, work);
            else
                Results<NoEpilogue, L, S, V>(block, k, width, start, count, results, resultPlane, work);
        }

        // A register of channels of a block.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Results<E, L, S, V>(int block, int k, int width, int start, int count, float* results, nint resultPlane, float* work)
            where E : struct, IEpilogue
            where L : struct, ILanes
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int height = Shape.OutH, columns = Shape.OutW, channels = Shape.K;
            V zero = S.Broadcast(0), mask = S.First(channels - k), bias = Bias is null ? zero : L.Load<S, V>(Bias + k, mask);
            var moments = Epilogue.Moments;
            V pivot = moments is null ? zero : WinogradTransforms.FirstResult<S, V>(results, resultPlane, bias), sum = zero, squares = zero;
            int run;
            for (int i = 0; i < count; i += run, results += (nint)run * width)
            {
                var (image, y, x) = Tiles.Locate(start + i);
                run = Tiles.Run(start + i, count - i);
                nint at = (((nint)image * height + y) * columns + x) * channels + k;
                var to = new ResultTiles(Y, at, (nint)columns * channels, channels, height - y, columns - x, run);
                WinogradTransforms.Results<E, L, S, V>(results, resultPlane, width, bias, mask, to, Epilogue.Added, work);
                if (moments is not null)
                    WinogradTransforms.Moments<L, S, V>(to, pivot, mask, ref sum, ref squares);
            }

            moments?.Store<S, V>(block, k, pivot, sum, squares);
        }

        // A function of the tiles of a block, row by row.
        readonly void Finish(Pointwise function, int start, int count)
        {
            nint pitch = (nint)Shape.OutW * Shape.K;
            int run;
            for (int i = 0; i < count; i += run)
            {
                var (image, y, x) = Tiles.Locate(start + i);
                run = Tiles.Run(start + i, count - i);
                int columns = Math.Min(WinogradTiles.Size * run, Shape.OutW - x);
                float* row = Y + ((nint)image * Shape.OutH + y) * pitch + (nint)x * Shape.K;
                for (int rows = Math.Min(WinogradTiles.Size, Shape.OutH - y); rows > 0; rows--, row += pitch)
                    function.Apply(row, columns * Shape.K);
            }
        }
    }
}
