using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The transforms of Winograd's F(4x4, 3x3) for one register of channels (Lavin &amp; Gray 2015): a 6 x 6 patch of the
/// input and the 3 x 3 kernel become 36 values each, whose products become 4 x 4 values of the result. Points 0, 1, -1, 2,
/// -2 and infinity.</summary>
/// <remarks>Tiles are taken in runs, side by side in the image. A run is transformed in one direction and then in the other, by
/// six planes at a time, so that each plane is read or written from one end to the other.</remarks>
static unsafe partial class WinogradTransforms
{
    /// <summary>The most tiles of a run.</summary>
    public const int MostTiles = 16;

    /// <summary>The registers of working memory that each transform takes.</summary>
    public const int WorkRegisters = 6 * (4 * MostTiles + 2);

    /// <summary>B^T d, where the rows of B^T are (4 0 -5 0 1 0), (0 -4 -4 1 1 0), (0 4 -4 -1 1 0), (0 -2 -1 2 1 0),
    /// (0 2 -1 -2 1 0), (0 4 0 -5 0 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Patch<L, S, V>(V d0, V d1, V d2, V d3, V d4, V d5, V mask, float* to, nint step)
        where L : struct, ILanes
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V four = S.Broadcast(4), minusFour = S.Broadcast(-4), minusFive = S.Broadcast(-5), two = S.Broadcast(2);
        V a = S.Fma(minusFour, d2, d4), b = S.Fma(minusFour, d1, d3);
        V c = S.Subtract(d4, d2), e = S.Multiply(two, S.Subtract(d3, d1));
        L.Store<S, V>(to, mask, S.Fma(four, d0, S.Fma(minusFive, d2, d4)));
        L.Store<S, V>(to += step, mask, S.Add(a, b));
        L.Store<S, V>(to += step, mask, S.Subtract(a, b));
        L.Store<S, V>(to += step, mask, S.Add(c, e));
        L.Store<S, V>(to += step, mask, S.Subtract(c, e));
        L.Store<S, V>(to + step, mask, S.Fma(four, d1, S.Fma(minusFive, d3, d5)));
    }

    /// <summary>Patches of the input: 36 registers for each tile and register of channels, a plane apart. Neighbouring patches
    /// share two columns, which are transformed once.</summary>
    /// <param name="image">The pixel at the first patch's upper left corner, which need not exist.</param>
    /// <param name="pitch">From one row of pixels to the next.</param>
    /// <param name="channels">The channels of a pixel.</param>
    /// <param name="first">The first channel to take.</param>
    /// <param name="last">The one after the last.</param>
    /// <param name="inputs">The channels of a patch, those above the image's being 0.</param>
    /// <param name="rows">The rows of the patches that lie inside the image, from and until.</param>
    /// <param name="columns">The columns of all patches that do.</param>
    /// <param name="tiles">How many patches there are, four columns apart.</param>
    /// <param name="table">The channels' constants: [3, channels].</param>
    /// <param name="to">Where the first plane's values of the first tile go; those of the next follow.</param>
    /// <param name="plane">From one plane to the next.</param>
    /// <param name="work">Memory for <see cref="WorkRegisters"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Patches<M, L, S, V>(
        float* image, nint pitch, int channels, int first, int last, int inputs, (int From, int Until) rows, (int From, int Until) columns, int tiles,
        float* table, float* to, nint plane, float* work)
        where M : struct, IPrologue
        where L : struct, ILanes
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        bool whole = rows is (0, 6);
        int width = 4 * tiles + 2;
        nint line = (nint)width * S.Width;
        V zero = S.Broadcast(0);
        image += first;
        to += first;
        for (int c = first; c < last; c += S.Width, image += S.Width, to += S.Width)
        {
            V mask = S.First(channels - c), filled = S.First(inputs - c);
            var channel = Prologues.Load<M, L, S, V>(table, c, channels, mask);
            float* pixel = image, column = work;
            for (int x = 0; x < width; x++, pixel += channels, column += S.Width)
            {
                V d0 = zero, d1 = zero, d2 = zero, d3 = zero, d4 = zero, d5 = zero;
                if (x >= columns.From && x < columns.Until)
                {
                    float* p = pixel;
                    if (whole)
                    {
                        d0 = M.Apply<S, V>(L.Load<S, V>(p, mask), channel);
                        d1 = M.Apply<S, V>(L.Load<S, V>(p += pitch, mask), channel);
                        d2 = M.Apply<S, V>(L.Load<S, V>(p += pitch, mask), channel);
                        d3 = M.Apply<S, V>(L.Load<S, V>(p += pitch, mask), channel);
                        d4 = M.Apply<S, V>(L.Load<S, V>(p += pitch, mask), channel);
                        d5 = M.Apply<S, V>(L.Load<S, V>(p + pitch, mask), channel);
                    }
                    else
                    {
                        d0 = rows.From > 0 ? zero : M.Apply<S, V>(L.Load<S, V>(p, mask), channel);
                        p += pitch;
                        d1 = rows.From > 1 || rows.Until <= 1 ? zero : M.Apply<S, V>(L.Load<S, V>(p, mask), channel);
                        p += pitch;
                        d2 = rows.From > 2 || rows.Until <= 2 ? zero : M.Apply<S, V>(L.Load<S, V>(p, mask), channel);
                        p += pitch;
                        d3 = rows.Until <= 3 ? zero : M.Apply<S, V>(L.Load<S, V>(p, mask), channel);
                        p += pitch;
                        d4 = rows.Until <= 4 ? zero : M.Apply<S, V>(L.Load<S, V>(p, mask), channel);
                        p += pitch;
                        d5 = rows.Until <= 5 ? zero : M.Apply<S, V>(L.Load<S, V>(p, mask), channel);
                    }
                }

                Patch<AllLanes, S, V>(d0, d1, d2, d3, d4, d5, mask, column, line);
            }

            float* from = work, planes = to;
            for (int i = 0; i < 6; i++, planes += 6 * plane, from += 2 * S.Width)
            {
                float* tile = planes;
                for (int t = 0; t < tiles; t++, from += 4 * S.Width, tile += inputs)
                {
                    Patch<L, S, V>(
                        S.Load(from), S.Load(from + S.Width), S.Load(from + 2 * S.Width), S.Load(from + 3 * S.Width),
                        S.Load(from + 4 * S.Width), S.Load(from + 5 * S.Width), filled, tile, plane);
                }
            }
        }
    }
}
