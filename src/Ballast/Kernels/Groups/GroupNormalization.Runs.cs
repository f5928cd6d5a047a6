using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

// Several values a channel: a register holds neighbouring values of one channel, as in Channels.
static unsafe partial class GroupNormalization
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Runs<S, V>(float* x, float* y, GroupLayout layout, in GroupMoments moments, float* gamma, float* beta, bool away)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int length = layout.L;
        float* table = stackalloc float[3];
        for (int c = 0; c < layout.Channels; c++, x += length, y += length)
        {
            table[0] = moments.Center;
            table[1] = moments.Inverse * gamma[c];
            table[2] = beta[c] - moments.Rest * table[1];
            Channels.MapRun<AffineMap, S, V>(x, x, y, length, table, table, 1, away);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void RunGradients<S, V>(in BackwardWork work, int group)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        var layout = work.Layout;
        int length = layout.L, column = group % layout.Groups * layout.Channels;
        nint start = (nint)group * layout.PerGroup;
        float* gamma = work.Affine + column;
        float* sums = work.Sums + (nint)(group / layout.Groups) * 2 * layout.C + column;
        var moments = work.Moments[group];
        float* table = stackalloc float[6];
        (table[0], table[1], table[2]) = (moments.Center, 0, 0);

        double total = 0, product = 0;
        for (int c = 0; c < layout.Channels; c++)
        {
            double sum = 0, scaled = 0;
            for (int from = 0; from < length; from += Piece)
            {
                nint offset = start + (nint)c * length + from;
                V a = S.Broadcast(0), b = a;
                float restA = 0, restB = 0;
                Channels.SumRun<GradientTerm<OpenGate>, S, V>(
                    work.X + offset, work.G + offset, Math.Min(Piece, length - from), table, 1, ref a, ref b, ref restA, ref restB);
                sum += S.Sum(a) + (double)restA;
                scaled += S.Sum(b) + (double)restB;
            }

            double normalized = (scaled - moments.Rest * sum) * moments.Inverse;
            sums[c] = (float)normalized;
            sums[layout.C + c] = (float)sum;
            total += gamma[c] * sum;
            product += gamma[c] * normalized;
        }

        var gradient = new GroupGradient(moments, total, product, layout.PerGroup, work.Statistics);
        float* more = table + 3;
        more[0] = gradient.Slope * moments.Inverse;
        more[2] = gradient.Offset - moments.Rest * more[0];
        for (int c = 0; c < layout.Channels; c++)
        {
            nint offset = start + (nint)c * length;
            float* x = work.X + offset, g = work.G + offset, dx = work.Dx + offset;
            more[1] = gradient.Scale * gamma[c];
            if (work.Statistics == GroupStatistics.Given)
                Channels.MapRun<ScaledMap<OpenGate>, S, V>(x, g, dx, length, table, more, 1, work.Away);
            else
                Channels.MapRun<GradientMap<OpenGate>, S, V>(x, g, dx, length, table, more, 1, work.Away);
        }
    }
}
