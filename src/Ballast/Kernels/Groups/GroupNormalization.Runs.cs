using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

// A group whose values lie side by side: its statistics are those of a row, and a register holds neighbouring values of one channel.
static unsafe partial class GroupNormalization
{
    // Values whose sum stays in float.
    const int Piece = 4096;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Runs<S, V>(in ForwardWork work, float* x, float* y, float* gamma, float* beta, double* statistics, float* table)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int c = work.Blocks.Each.C, length = work.Blocks.Each.L;
        var moments = RowMoments.Measure<S, V>(x, c * length, centered: true, work.Epsilon);
        for (int i = 0; i < c; i++)
            (statistics[i], statistics[c + i]) = ((double)moments.Center + moments.Rest, moments.Variance);
        int done = Constants<S, V>(moments, gamma, beta, c, table, 0);
        Constants<SimdScalar, float>(moments, gamma, beta, c, table, done);
        for (int i = 0; i < c; i++, x += length, y += length)
            Channels.MapRun<AffineMap, S, V>(x, x, y, length, table + i, table + i, c, work.Away);
    }

    // The constants of channels that share statistics.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Constants<S, V>(in RowMoments moments, float* gamma, float* beta, int channels, float* table, int i)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var rows = new ChannelRows(table, channels);
        V center = S.Broadcast(moments.Center), inverse = S.Broadcast(moments.InverseDeviation), rest = S.Broadcast(moments.Rest);
        for (; i <= channels - S.Width; i += S.Width)
        {
            V scale = gamma is null ? inverse : S.Multiply(inverse, S.Load(gamma + i));
            S.Store(rows.Center + i, center);
            S.Store(rows.InverseDeviation + i, inverse);
            S.Store(rows.MeanRest + i, rest);
            S.Store(rows.Scale + i, scale);
            S.Store(rows.Shift + i, S.Subtract(beta is null ? S.Broadcast(0) : S.Load(beta + i), S.Multiply(rest, scale)));
        }

        return i;
    }

    // The sums of the gradient and of the gradient times x - center.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void SumRuns<S, V>(ChannelLayout each, float* x, float* g, float* table, double* sums)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        for (int c = 0; c < each.C; c++, x += each.L, g += each.L)
        {
            double sum = 0, product = 0;
            for (int from = 0; from < each.L; from += Piece)
            {
                V a = S.Broadcast(0), b = a;
                Channels.SumRun<GradientTerm<OpenGate>, S, V>(
                    x + from, g + from, Math.Min(Piece, each.L - from), table + c, each.C, ref a, ref b);
                sum += S.Sum(a);
                product += S.Sum(b);
            }

            (sums[c], sums[each.C + c]) = (sum, product);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void MapRuns<S, V>(ChannelLayout each, float* x, float* g, float* dx, float* table, float* more, bool away)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        for (int c = 0; c < each.C; c++, x += each.L, g += each.L, dx += each.L)
            Channels.MapRun<GradientMap<OpenGate>, S, V>(x, g, dx, each.L, table + c, more + c, each.C, away);
    }
}
