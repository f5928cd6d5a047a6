namespace Ballast.Kernels;

// Several values a channel: a register holds neighbouring values of one channel, as in Channels.
static unsafe partial class GroupNormalization
{
    static void Runs<S, V>(float* x, float* y, GroupLayout layout, in GroupMoments moments, float* gamma, float* beta)
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
            Channels.MapRuns<AffineMap, S, V>(x, x, y, 1, 0, length, table, table, 1, away: false);
        }
    }

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
                Channels.SumRuns<GradientTerm<OpenGate>, S, V>(
                    work.X + offset, work.G + offset, 1, 0, Math.Min(Piece, length - from), table, 1, ref sum, ref scaled);
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
            Channels.MapRuns<GradientMap<OpenGate>, S, V>(x, g, dx, 1, 0, length, table, more, 1, away: false);
        }
    }
}
