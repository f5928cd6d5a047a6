using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

static unsafe partial class Winograd
{
    static void Run(
        in ConvolutionShape shape, in WinogradTiles tiles, in ImageSource x, float* weights, float* bias, float* y,
        in ResultEnd end)
    {
        end.Begin(tiles.Blocks, shape.K);
        end.Choose(new Start { Shape = shape, Tiles = tiles, X = x, Weights = weights, Bias = bias, Y = y, End = end });
    }

    struct Start : IEndWork
    {
        public ConvolutionShape Shape;
        public WinogradTiles Tiles;
        public ImageSource X;
        public float* Weights, Bias, Y;
        public ResultEnd End;

        public readonly void Run<T>()
            where T : struct, IResultEnd =>
            Workers.Run(new ForwardWork<T> { All = this, Plane = Plane(Shape) }, Tiles.Blocks);
    }

    struct ForwardWork<T> : IWork, IWideWork
        where T : struct, IResultEnd
    {
        public static int Pieces => 4;

        const int MostRegions = 5;
        const int StepProducts = 1024;

        public Start All;
        public nint Plane;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            ConvolutionShape shape = All.Shape;
            WinogradTiles tiles = All.Tiles;
            nint patchPlane = (nint)tiles.RowTiles * shape.C + PlanePadding;
            nint resultPlane = (nint)tiles.RowTiles * 2 * S.Width + PlanePadding;
            float* patches = Scratch.Take((int)(Planes * (patchPlane + resultPlane)) + WinogradTransforms.WorkRegisters * S.Width);
            float* results = patches + Planes * patchPlane;
            float* work = results + Planes * resultPlane;
            Region* soon = stackalloc Region[MostRegions];
            for (int block = first; block < last; block++)
            {
                int start = block * tiles.BlockTiles, count = Math.Min(tiles.BlockTiles, tiles.Count - start);
                Patches<S, V>(shape, tiles, All.X, start, count, patches, patchPlane, work);
                int width;
                for (int k = 0; k < shape.K; k += width)
                {
                    width = Panels.Width<S, V>(shape.K - k);
                    int regions = Soon(start, k == 0, k + width >= shape.K && block + 1 < last, soon);
                    Products<S, V>(k, width, count, patches, patchPlane, results, resultPlane, soon, regions);
                    Results<S, V>(block, k, width, start, count, results, resultPlane, work);
                }

                if (All.End.Moments is { } moments)
                    moments.Counts[block] = tiles.Pixels(start, count, shape);
            }
        }

        // What to bring into the cache while the planes are multiplied: where the results go and what is read beside them,
        // then the next block's input.
        readonly int Soon(int start, bool atFirst, bool atLast, Region* regions)
        {
            var shape = All.Shape;
            int count = 0;
            if (atFirst)
            {
                var from = All.End.Sources;
                regions[count++] = Beside(start, All.Y);
                if (from.Added is not null)
                    regions[count++] = Beside(start, from.Added);
                if (from.Gate is not null)
                    regions[count++] = Beside(start, from.Gate);
                if (from.Normalized is not null)
                    regions[count++] = Beside(start, from.Normalized);
            }

            if (atLast)
                regions[count++] = All.Tiles.Region(
                    start + All.Tiles.BlockTiles, All.X.Pixels, shape.C, shape.H, shape.W, shape.PadH);
            return count;
        }

        readonly Region Beside(int start, float* values) =>
            All.Tiles.Region(start, values, All.Shape.K, All.Shape.OutH, All.Shape.OutW, 0);

        // [36][tile][width].
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Products<S, V>(
            int k, int width, int count, float* patches, nint patchPlane, float* results, nint resultPlane, Region* soon,
            int regions)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int channels = All.Shape.C, rows = (count + Panels.Rows - 1) / Panels.Rows * Panels.Rows;
            float** from = stackalloc float*[rows];
            float** to = stackalloc float*[rows];
            for (int i = 0; i < rows; i++)
            {
                from[i] = patches + (nint)i * channels;
                to[i] = results + i * width;
            }

            float* panel = All.Weights + (nint)k * channels;
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

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Results<S, V>(
            int block, int k, int width, int start, int count, float* results, nint resultPlane, float* work)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int height = All.Shape.OutH, columns = All.Shape.OutW, channels = All.Shape.K;
            float* biases = All.Bias;
            bool two = width > S.Width;
            V zero = S.Broadcast(0), bias = biases is null ? zero : S.Load(biases + k);
            V bias2 = two && biases is not null ? S.Load(biases + k + S.Width) : zero;
            var channel = Constants<S, V>(k, results, resultPlane, bias);
            var channel2 = two ? Constants<S, V>(k + S.Width, results + S.Width, resultPlane, bias2) : default;
            V first = zero, second = zero, first2 = zero, second2 = zero;
            var sources = All.End.Sources;
            int run;
            for (int i = 0; i < count; i += run, results += (nint)run * width)
            {
                var (image, y, x) = All.Tiles.Locate(start + i);
                run = All.Tiles.Run(start + i, count - i);
                nint at = (((nint)image * height + y) * columns + x) * channels + k;
                var to = new ResultTiles(All.Y, at, (nint)columns * channels, channels, height - y, columns - x, run);
                WinogradTransforms.Results<T, S, V>(
                    results, resultPlane, width, bias, to, sources, channel, ref first, ref second, work);
                if (two)
                {
                    WinogradTransforms.Results<T, S, V>(
                        results + S.Width, resultPlane, width, bias2, to with { At = at + S.Width }, sources, channel2,
                        ref first2, ref second2, work);
                }
            }

            Keep<S, V>(block, k, channel, first, second);
            if (two)
                Keep<S, V>(block, k + S.Width, channel2, first2, second2);
        }

        // The constants of the normalization whose sums are taken, or as a center of deviations the first value.
        readonly Channel<V> Constants<S, V>(int k, float* results, nint resultPlane, V bias)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            if (T.TakesMoments)
                return new(WinogradTransforms.FirstResult<S, V>(results, resultPlane, bias), bias, bias);
            return All.End.Table is null ? default : PixelMaps.Load<Normalized, S, V>(All.End.Table, k, All.Shape.K);
        }

        readonly void Keep<S, V>(int block, int k, in Channel<V> channel, V first, V second)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            if (T.TakesMoments)
                All.End.Moments!.Store<S, V>(block, k, channel.Center, first, second);
            All.End.Sums?.Store<S, V>(block, k, first, second);
        }
    }
}
