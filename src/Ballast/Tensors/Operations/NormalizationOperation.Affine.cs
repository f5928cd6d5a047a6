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

    void Give(Parameter? gamma, Parameter? beta, ReadOnlySpan<double> sums, int first, int last)
    {
        int c = chunks.Whole.C;
        if (gamma is { RequiresGrad: true })
        {
            var dgamma = Buffer.Rent(c);
            var to = dgamma.Span(c);
            for (int i = 0; i < c; i++)
            {
                double sum = 0;
                for (int chunk = first; chunk < last; chunk++)
                    sum += Scaled(sums.Slice(chunk * 2 * c, 2 * c), table.Span(chunk * Pitch, Pitch), c, i);
                to[i] = (float)sum;
            }

            Give(gamma, new Values(dgamma));
        }

        if (beta is { RequiresGrad: true })
        {
            var dbeta = Buffer.Rent(c);
            var to = dbeta.Span(c);
            for (int i = 0; i < c; i++)
            {
                double sum = 0;
                for (int chunk = first; chunk < last; chunk++)
                    sum += sums[chunk * 2 * c + i];
                to[i] = (float)sum;
            }

            Give(beta, new Values(dbeta));
        }
    }

    // The sum of the gradient times what gamma multiplies: h, or h r + d.
    static double Scaled(ReadOnlySpan<double> sums, ReadOnlySpan<float> constants, int c, int i)
    {
        double product = sums[c + i] * constants[3 * c + i];
        return constants.Length == Rows * c ? product : product * constants[5 * c + i] + sums[i] * constants[6 * c + i];
    }
}
