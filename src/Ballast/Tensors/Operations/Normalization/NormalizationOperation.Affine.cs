using Ballast.Kernels;

namespace Ballast;

sealed partial class NormalizationOperation
{
    // The gradients of gamma and beta. Where chunks share them, so do their sums.
    void GiveSums(ReadOnlySpan<double> sums)
    {
        var (gamma, beta) = ((Parameter?)Second, (Parameter?)Third);
        if (Pairs is not { } pairs)
        {
            Give(gamma, beta, sums, 0, chunks.Count);
            return;
        }

        for (int chunk = 0; chunk < chunks.Count; chunk++)
            Give(pairs[chunk].Gamma, pairs[chunk].Beta, sums, chunk, chunk + 1);
    }

    unsafe void Give(Parameter? gamma, Parameter? beta, ReadOnlySpan<double> sums, int first, int last)
    {
        int c = chunks.Whole.C;
        fixed (double* own = sums.Slice(first * 2 * c, (last - first) * 2 * c))
        fixed (float* constants = table.Span(chunks.Count * Pitch)[(first * Pitch)..])
        {
            if (gamma is { RequiresGrad: true })
            {
                var dgamma = Buffer.Rent(c);
                fixed (float* to = dgamma.Span(c))
                {
                    if (rows == ChannelRows.Count)
                        ChannelTables.ScaleGradient(constants, Pitch, own, last - first, c, to);
                    else
                        GiveCorrected(constants, own, c, to);
                }

                Give(gamma, new Values(dgamma));
            }

            if (beta is { RequiresGrad: true })
            {
                var dbeta = Buffer.Rent(c);
                fixed (float* to = dbeta.Span(c))
                    ChannelTables.ShiftGradient(own, last - first, c, to);
                Give(beta, new Values(dbeta));
            }
        }
    }

    // gamma multiplies h r + d.
    static unsafe void GiveCorrected(float* constants, double* sums, int c, float* to)
    {
        var rows = new ChannelRows(constants, c);
        for (int i = 0; i < c; i++)
            to[i] = (float)(sums[c + i] * rows.InverseDeviation[i] * rows.CorrectionScale[i] + sums[i] * rows.CorrectionShift[i]);
    }
}
