using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

// Mean and variance in one pass: each part takes deviations from a value of its own, and the parts are joined in double in
// their order (JoinedMoments).
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
        fixed (float* from = x)
        fixed (double* to = statistics)
            Statistics(from, layout, new ChannelParts(layout), to);
    }

    /// <summary>The same, with the parts made before.</summary>
    internal static void Statistics(float* x, ChannelLayout layout, in ChannelParts parts, double* statistics)
    {
        var work = new StatisticsWork { X = x, Moments = statistics, Parts = parts };
        double* means = statistics, variances = statistics + layout.C;
        if (parts.AreSums)
        {
            parts.Run(work);
        }
        else
        {
            double[] rented = System.Buffers.ArrayPool<double>.Shared.Rent(parts.Count * 2 * parts.Width);
            fixed (double* moments = rented)
            {
                work.Moments = moments;
                parts.Run(work);
                Join(parts, layout, moments, means, variances);
            }

            System.Buffers.ArrayPool<double>.Shared.Return(rented);
        }

        ChannelTables.Divide(variances, layout.PerChannel, layout.C);
        PreciseMoments.Mend(x, layout, statistics);
    }

    // The means, and the sums of the squares of the deviations from them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Join(in ChannelParts parts, ChannelLayout layout, double* moments, double* means, double* squares)
    {
        new Span<double>(means, layout.C).Clear();
        new Span<double>(squares, layout.C).Clear();
        for (int p = 0; p < parts.Count; p++)
        {
            var part = parts[p];
            double* partMeans = moments + 2 * p * (nint)parts.Width;
            double count = (double)part.Samples * parts.Length(part.FirstStretch);
            int k = parts.AreChannels ? AddTotals(count, partMeans, part.Stretches, means + part.FirstStretch) : 0;
            for (; k < part.Stretches; k++)
            {
                if (!parts.AreAlike)
                    count = (double)part.Samples * parts.Length(part.FirstStretch + k);
                means[parts.Channel(part.FirstStretch + k)] += JoinedMoments.Total(count, partMeans[k], 0);
            }
        }

        ChannelTables.Divide(means, layout.PerChannel, layout.C);
        for (int p = 0; p < parts.Count; p++)
        {
            var part = parts[p];
            double* partMeans = moments + 2 * p * (nint)parts.Width, partSquares = partMeans + parts.Width;
            double count = (double)part.Samples * parts.Length(part.FirstStretch);
            int k = 0, first = part.FirstStretch;
            if (parts.AreChannels)
                k = AddSquares(count, partMeans, partSquares, part.Stretches, means + first, squares + first);
            for (; k < part.Stretches; k++)
            {
                if (!parts.AreAlike)
                    count = (double)part.Samples * parts.Length(part.FirstStretch + k);
                int c = parts.Channel(part.FirstStretch + k);
                squares[c] += JoinedMoments.Squares(count, partMeans[k], 0, partSquares[k], means[c]);
            }
        }
    }

    // Whole registers of channels; how many channels they hold. What comes of each is JoinedMoments.Total, and then Squares, of deviations
    // from the mean, whose sum is 0.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int AddTotals(double count, double* partMeans, int channels, double* means)
    {
        int c = 0;
        Vector<double> counts = new(count);
        for (; c <= channels - Vector<double>.Count; c += Vector<double>.Count)
            (Vector.Load(means + c) + (counts * Vector.Load(partMeans + c) + Vector<double>.Zero)).Store(means + c);
        return c;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int AddSquares(double count, double* partMeans, double* partSquares, int channels, double* means, double* squares)
    {
        int c = 0;
        Vector<double> counts = new(count), two = new(2);
        for (; c <= channels - Vector<double>.Count; c += Vector<double>.Count)
        {
            Vector<double> offset = Vector.Load(partMeans + c) - Vector.Load(means + c);
            var own = Vector.Load(partSquares + c) + two * offset * Vector<double>.Zero + counts * offset * offset;
            (Vector.Load(squares + c) + own).Store(squares + c);
        }

        return c;
    }

    struct StatisticsWork : IWork, IWideWork
    {
        public static int Pieces => 4;

        public float* X;
        public double* Moments; // of each part, [2, Width]: the means, and the sums of the squares of the deviations from them
        public ChannelParts Parts;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            float[] rented = System.Buffers.ArrayPool<float>.Shared.Rent(ChannelRows.Read * Parts.Width);
            fixed (float* pivots = rented)
            {
                for (int p = first; p < last; p++)
                    Measure<S, V>(Parts[p], pivots, Moments + (nint)p * 2 * Parts.Width);
            }

            System.Buffers.ArrayPool<float>.Shared.Return(rented);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Measure<S, V>(in ChannelPart part, float* pivots, double* moments)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            if (Parts.AreValues)
            {
                nint start = part.FirstSample * Parts.Step + part.FirstStretch;
                new ReadOnlySpan<float>(X + start, part.Stretches).CopyTo(new Span<float>(pivots, part.Stretches));
            }

            double* means = moments, squares = moments + Parts.Width;
            SumPart<DeviationTerm, S, V>(X, X, Parts, part, pivots, Parts.Width, moments);
            int k = Parts.AreAlike ? MeasureAlike<S, V>(part, pivots, means, squares) : 0;
            for (; k < part.Stretches; k++)
                Finish<S, V>(part, k, pivots, means, squares);
        }

        // Several stretches at once, as long as there are enough; each result is that of Finish.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly int MeasureAlike<S, V>(in ChannelPart part, float* pivots, double* means, double* squares)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int w = Vector<double>.Count, k = 0;
            Vector<double> inverse = new(1.0 / ((double)part.Samples * Parts.Length(part.FirstStretch))), far = new(FarSquared);
            for (; k <= part.Stretches - 2 * w; k += 2 * w)
            {
                Vector.Widen(Vector.Load(pivots + k), out var pivot0, out var pivot1);
                Vector<double> sum0 = Vector.Load(means + k), sum1 = Vector.Load(means + k + w);
                Vector<double> offset0 = sum0 * inverse, offset1 = sum1 * inverse;
                Vector<double> between0 = sum0 * offset0, between1 = sum1 * offset1;
                Vector<double> rest0 = Vector.Load(squares + k) - between0, rest1 = Vector.Load(squares + k + w) - between1;
                if (!(Vector.LessThanOrEqualAll(between0, far * rest0) && Vector.LessThanOrEqualAll(between1, far * rest1)))
                {
                    for (int i = k; i < k + 2 * w; i++)
                        Finish<S, V>(part, i, pivots, means, squares);
                    continue;
                }

                (pivot0 + offset0).Store(means + k);
                (pivot1 + offset1).Store(means + k + w);
                Vector.Max(rest0, Vector<double>.Zero).Store(squares + k);
                Vector.Max(rest1, Vector<double>.Zero).Store(squares + k + w);
            }

            return k;
        }

        readonly void Finish<S, V>(in ChannelPart part, int k, float* pivots, double* means, double* squares)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            double inverse = 1.0 / ((double)part.Samples * Parts.Length(part.FirstStretch + k));
            double offset = means[k] * inverse, between = means[k] * offset;
            double rest = squares[k] - between, mean = pivots[k] + offset;
            if (!(between <= FarSquared * rest))
                (mean, rest) = Again<S, V>(part, k, (float)mean);
            means[k] = mean;
            squares[k] = Math.Max(0, rest);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly (double Mean, double Squares) Again<S, V>(in ChannelPart part, int k, float pivot)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            nint start = Parts.Start(part.FirstStretch + k);
            int length = Parts.Length(part.FirstStretch + k);
            double sum = 0, squares = 0;
            for (int n = part.FirstSample; n < part.LastSample; n++)
                RowMoments.SumDeviations<S, V>(X + n * Parts.Step + start, length, pivot, ref sum, ref squares);

            double count = (double)part.Samples * length, offset = sum / count;
            return (pivot + offset, squares - count * offset * offset);
        }
    }
}
