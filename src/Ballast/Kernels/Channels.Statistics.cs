namespace Ballast.Kernels;

// Mean and variance in one pass: each part takes deviations from a value of its own, and the parts are joined in double in
// their order (Chan, Golub and LeVeque 1979).
static unsafe partial class Channels
{
    // Where the value lies further than 4 standard deviations from the part's mean, the squares have lost more than four bits:
    // the part goes once more through that channel.
    const double FarSquared = 16;

    /// <summary>The mean and the biased variance of each channel.</summary>
    /// <param name="x">The values.</param>
    /// <param name="layout">Where the channels lie.</param>
    /// <param name="statistics">Both: [2, C].</param>
    public static void Statistics(ReadOnlySpan<float> x, ChannelLayout layout, Span<double> statistics)
    {
        var parts = new ChannelParts(layout);
        int width = 2 * parts.Width;
        double[] rented = System.Buffers.ArrayPool<double>.Shared.Rent(parts.Count * width);
        fixed (float* from = x)
        fixed (double* to = rented)
            parts.Run(new StatisticsWork { X = from, Moments = to, Parts = parts, AreRows = layout.AreRows });

        Join(parts, layout, rented, statistics[..layout.C], statistics.Slice(layout.C, layout.C));
        System.Buffers.ArrayPool<double>.Shared.Return(rented);
    }

    static void Join(in ChannelParts parts, ChannelLayout layout, double[] moments, Span<double> means, Span<double> variances)
    {
        means.Clear();
        variances.Clear();
        for (int p = 0; p < parts.Count; p++)
        {
            var part = parts[p];
            var partMeans = moments.AsSpan(2 * p * parts.Width, part.Stretches);
            double count = 0;
            for (int k = 0; k < partMeans.Length; k++)
            {
                if (k == 0 || !parts.AreAlike)
                    count = (double)part.Samples * parts.Length(part.FirstStretch + k);
                means[parts.Channel(part.FirstStretch + k)] += count * partMeans[k];
            }
        }

        for (int c = 0; c < layout.C; c++)
            means[c] /= layout.PerChannel;
        for (int p = 0; p < parts.Count; p++)
        {
            var part = parts[p];
            var partMeans = moments.AsSpan(2 * p * parts.Width, part.Stretches);
            var partSquares = moments.AsSpan((2 * p + 1) * parts.Width, part.Stretches);
            double count = 0;
            for (int k = 0; k < partMeans.Length; k++)
            {
                if (k == 0 || !parts.AreAlike)
                    count = (double)part.Samples * parts.Length(part.FirstStretch + k);
                int c = parts.Channel(part.FirstStretch + k);
                double offset = partMeans[k] - means[c];
                variances[c] += partSquares[k] + count * offset * offset;
            }
        }

        for (int c = 0; c < layout.C; c++)
            variances[c] /= layout.PerChannel;
    }

    struct StatisticsWork : IWork, IWideWork
    {
        public float* X;
        public double* Moments; // of each part, [2, Width]: the means, and the sums of the squares of the deviations from them
        public bool AreRows;
        public ChannelParts Parts;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            float[] rented = System.Buffers.ArrayPool<float>.Shared.Rent(3 * Parts.Width);
            fixed (float* pivots = rented)
            {
                for (int p = first; p < last; p++)
                    Measure<S, V>(Parts[p], pivots, Moments + (nint)p * 2 * Parts.Width);
            }

            System.Buffers.ArrayPool<float>.Shared.Return(rented);
        }

        readonly void Measure<S, V>(in ChannelPart part, float* pivots, double* moments)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            if (AreRows)
            {
                nint start = part.FirstSample * Parts.Step + part.FirstStretch;
                new ReadOnlySpan<float>(X + start, part.Stretches).CopyTo(new Span<float>(pivots, part.Stretches));
            }

            double* means = moments, squares = moments + Parts.Width;
            SumPart<DeviationTerm, S, V>(X, X, Parts, part, AreRows, pivots, Parts.Width, moments);
            double count = 0, inverse = 0;
            for (int k = 0; k < part.Stretches; k++)
            {
                int length = Parts.Length(part.FirstStretch + k);
                if (k == 0 || !Parts.AreAlike)
                    (count, inverse) = ((double)part.Samples * length, 1.0 / ((double)part.Samples * length));
                double offset = means[k] * inverse, between = means[k] * offset;
                double rest = squares[k] - between, mean = pivots[k] + offset;
                if (!(between <= FarSquared * rest))
                    (mean, rest) = Again<S, V>(part, k, (float)mean);
                means[k] = mean;
                squares[k] = Math.Max(0, rest);
            }
        }

        readonly (double Mean, double Squares) Again<S, V>(in ChannelPart part, int k, float pivot)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            nint start = Parts.Start(part.FirstStretch + k);
            int length = Parts.Length(part.FirstStretch + k);
            double sum = 0, squares = 0;
            for (int n = part.FirstSample; n < part.LastSample; n++)
            {
                float* run = X + n * Parts.Step + start;
                int done = GroupMoments.Deviations<S, V>(run, 0, length, pivot, ref sum, ref squares);
                GroupMoments.Deviations<SimdScalar, float>(run, done, length, pivot, ref sum, ref squares);
            }

            double count = (double)part.Samples * length, offset = sum / count;
            return (pivot + offset, squares - count * offset * offset);
        }
    }
}
