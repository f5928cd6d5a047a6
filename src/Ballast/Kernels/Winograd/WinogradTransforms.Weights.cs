using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

static unsafe partial class WinogradTransforms
{
    /// <summary>A y, the transpose of what makes results.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Gradient<S, V>(V y0, V y1, V y2, V y3, float* to, nint step)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V even = S.Add(y0, y2), odd = S.Add(y1, y3);
        V evenFar = S.Fma(S.Broadcast(4), y2, y0), oddFar = S.Multiply(S.Broadcast(2), S.Fma(S.Broadcast(4), y3, y1));
        S.Store(to, y0);
        S.Store(to += step, S.Add(even, odd));
        S.Store(to += step, S.Subtract(even, odd));
        S.Store(to += step, S.Add(evenFar, oddFar));
        S.Store(to += step, S.Subtract(evenFar, oddFar));
        S.Store(to + step, y3);
    }

    /// <summary>A dy A^T for one register of channels: 36 values from the 4 x 4 of each tile's gradient, those outside the image
    /// being zero.</summary>
    /// <param name="dy">The first tile's upper left pixel.</param>
    /// <param name="pitch">From one row of pixels to the next.</param>
    /// <param name="step">From one pixel to the next.</param>
    /// <param name="mask">The lanes that are channels.</param>
    /// <param name="rows">The tiles' rows that lie inside the image.</param>
    /// <param name="columns">The columns of all tiles that do.</param>
    /// <param name="tiles">How many tiles there are.</param>
    /// <param name="to">Where the first plane's values of the first tile go.</param>
    /// <param name="width">From one tile to the next in a plane.</param>
    /// <param name="plane">From one plane to the next.</param>
    /// <param name="work">Memory for <see cref="WorkRegisters"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradients<L, S, V>(
        float* dy, nint pitch, nint step, V mask, int rows, int columns, int tiles, float* to, int width, nint plane, float* work)
        where L : struct, ILanes
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width;
        V zero = S.Broadcast(0);
        float* t = work;
        for (int tile = 0; tile < tiles; tile++, columns -= 4, dy += 4 * step)
        {
            float* row = dy;
            for (int i = 0; i < 4; i++, row += pitch, t += 6 * w)
            {
                V y0 = zero, y1 = zero, y2 = zero, y3 = zero;
                if (i < rows)
                {
                    y0 = L.Load<S, V>(row, mask);
                    if (columns > 1)
                        y1 = L.Load<S, V>(row + step, mask);
                    if (columns > 2)
                        y2 = L.Load<S, V>(row + 2 * step, mask);
                    if (columns > 3)
                        y3 = L.Load<S, V>(row + 3 * step, mask);
                }

                Gradient<S, V>(y0, y1, y2, y3, t, w);
            }
        }

        for (int j = 0; j < 6; j++, to += plane)
        {
            float* tile = to;
            t = work + j * w;
            for (int i = 0; i < tiles; i++, t += 24 * w, tile += width)
                Gradient<S, V>(S.Load(t), S.Load(t + 6 * w), S.Load(t + 12 * w), S.Load(t + 18 * w), tile, 6 * plane);
        }
    }

    /// <summary>G g G^T for one register of columns, where the rows of G are (1/4 0 0), (-1/6 -1/6 -1/6), (-1/6 1/6 -1/6),
    /// (1/24 1/12 1/6), (1/24 -1/12 1/6), (0 0 1).</summary>
    /// <param name="g">The kernel: nine registers.</param>
    /// <param name="step">From one of them to the next.</param>
    /// <param name="to">Where the first plane's values go.</param>
    /// <param name="plane">From one plane to the next.</param>
    /// <param name="work">Memory for 18 registers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weights<S, V>(float* g, nint step, float* to, nint plane, float* work)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width;
        for (int j = 0; j < 3; j++)
        {
            float* t = work + j * w;
            Weight<S, V>(S.Load(g + j * step), S.Load(g + (3 + j) * step), S.Load(g + (6 + j) * step), t, 3 * w);
        }

        for (int i = 0; i < 6; i++)
        {
            float* t = work + i * 3 * w;
            Weight<S, V>(S.Load(t), S.Load(t + w), S.Load(t + 2 * w), to + i * 6 * plane, plane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Weight<S, V>(V g0, V g1, V g2, float* to, nint step)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V sixth = S.Broadcast(-1 / 6f), outer = S.Multiply(sixth, S.Add(g0, g2)), inner = S.Multiply(sixth, g1);
        V far = S.Fma(S.Broadcast(1 / 24f), g0, S.Multiply(S.Broadcast(1 / 6f), g2)), middle = S.Multiply(S.Broadcast(1 / 12f), g1);
        S.Store(to, S.Multiply(S.Broadcast(0.25f), g0));
        S.Store(to + step, S.Add(outer, inner));
        S.Store(to + 2 * step, S.Subtract(outer, inner));
        S.Store(to + 3 * step, S.Add(far, middle));
        S.Store(to + 4 * step, S.Subtract(far, middle));
        S.Store(to + 5 * step, g2);
    }

    /// <summary>G^T u G for one register of columns: the kernel's gradient from 36 values.</summary>
    /// <param name="from">The first plane's values.</param>
    /// <param name="plane">From one plane to the next.</param>
    /// <param name="to">The nine registers of the gradient.</param>
    /// <param name="step">From one of them to the next.</param>
    /// <param name="work">Memory for 18 registers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightGradients<S, V>(float* from, nint plane, float* to, nint step, float* work)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int w = S.Width;
        for (int j = 0; j < 6; j++)
            WeightGradient<S, V>(from + j * plane, 6 * plane, work + j * w, 6 * w);
        for (int i = 0; i < 3; i++)
            WeightGradient<S, V>(work + i * 6 * w, w, to + i * 3 * step, step);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void WeightGradient<S, V>(float* from, nint stepFrom, float* to, nint stepTo)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        V u0 = S.Load(from), u1 = S.Load(from + stepFrom), u2 = S.Load(from + 2 * stepFrom), u3 = S.Load(from + 3 * stepFrom);
        V u4 = S.Load(from + 4 * stepFrom), u5 = S.Load(from + 5 * stepFrom);
        V sixth = S.Broadcast(-1 / 6f), near = S.Multiply(sixth, S.Add(u1, u2)), sum = S.Add(u3, u4);
        S.Store(to, S.Fma(S.Broadcast(0.25f), u0, S.Fma(S.Broadcast(1 / 24f), sum, near)));
        S.Store(to + stepTo, S.Fma(
            S.Broadcast(1 / 12f), S.Subtract(u3, u4), S.Multiply(sixth, S.Subtract(u1, u2))));
        S.Store(to + 2 * stepTo, S.Add(u5, S.Fma(S.Broadcast(1 / 6f), sum, near)));
    }
}
