using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>What a normalization computes once for each channel, in double. A batch of few samples, or one in chunks, spends as much
/// time here as on its values, so channels go several at a time; each result is the one of its formula, bit for bit.</summary>
static unsafe class ChannelTables
{
    /// <summary>center, scale, shift, deviation = 1 / sqrt(var + eps) and what rounding the mean to the center left out.</summary>
    /// <param name="statistics">Mean and variance: [2, C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="gamma">[C], or null for 1.</param>
    /// <param name="beta">[C], or null for 0.</param>
    /// <param name="correction">r and d of batch renormalization, [2, C], or null for 1 and 0.</param>
    /// <param name="channels">C.</param>
    /// <param name="table">[5, C], or with a correction [7, C]: r and d come last.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Constants(
        double* statistics, double epsilon, float* gamma, float* beta, double* correction, int channels, float* table)
    {
        int w = Vector<double>.Count, i = 0;
        for (; i <= channels - 2 * w; i += 2 * w)
        {
            Vector<double> mean0 = Vector.Load(statistics + i), mean1 = Vector.Load(statistics + i + w);
            var center = Vector.Narrow(mean0, mean1);
            Vector.Widen(center, out var center0, out var center1);
            Vector<double> rest0 = mean0 - center0, rest1 = mean1 - center1;
            var deviation0 = Deviation(statistics + channels + i, epsilon);
            var deviation1 = Deviation(statistics + channels + i + w, epsilon);
            Vector<double> gamma0 = Vector<double>.One, gamma1 = gamma0, shift0 = Vector<double>.Zero, shift1 = shift0;
            if (gamma is not null)
                Vector.Widen(Vector.Load(gamma + i), out gamma0, out gamma1);
            if (beta is not null)
                Vector.Widen(Vector.Load(beta + i), out shift0, out shift1);
            Vector<double> scale0 = deviation0 * gamma0, scale1 = deviation1 * gamma1;
            if (correction is not null)
            {
                double* r = correction + i, d = r + channels;
                (scale0, scale1) = (scale0 * Vector.Load(r), scale1 * Vector.Load(r + w));
                (shift0, shift1) = (shift0 + gamma0 * Vector.Load(d), shift1 + gamma1 * Vector.Load(d + w));
                Vector.Narrow(Vector.Load(r), Vector.Load(r + w)).Store(table + 5 * channels + i);
                Vector.Narrow(Vector.Load(d), Vector.Load(d + w)).Store(table + 6 * channels + i);
            }

            center.Store(table + i);
            Vector.Narrow(scale0, scale1).Store(table + channels + i);
            Vector.Narrow(shift0 - rest0 * scale0, shift1 - rest1 * scale1).Store(table + 2 * channels + i);
            Vector.Narrow(deviation0, deviation1).Store(table + 3 * channels + i);
            Vector.Narrow(rest0, rest1).Store(table + 4 * channels + i);
        }

        for (; i < channels; i++)
        {
            double deviation = Deviations.Inverse(statistics[channels + i] + epsilon), factor = gamma is null ? 1 : gamma[i];
            double scale = deviation * factor, shift = beta is null ? 0 : beta[i];
            if (correction is not null)
            {
                (scale, shift) = (scale * correction[i], shift + factor * correction[channels + i]);
                (table[5 * channels + i], table[6 * channels + i]) = ((float)correction[i], (float)correction[channels + i]);
            }

            float center = (float)statistics[i];
            double rest = statistics[i] - center;
            table[i] = center;
            table[channels + i] = (float)scale;
            table[2 * channels + i] = (float)(shift - rest * scale);
            table[3 * channels + i] = (float)deviation;
            table[4 * channels + i] = (float)rest;
        }
    }

    /// <summary>r and d of batch renormalization: sigma / running sigma from 1 / rmax to rmax, and (mean - running mean) / running
    /// sigma from -dmax to dmax. Ioffe 2017, algorithm 1.</summary>
    /// <param name="statistics">Mean and variance of the batch: [2, C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="means">The running means: [C].</param>
    /// <param name="deviations">The running sigmas: [C].</param>
    /// <param name="rMax">rmax.</param>
    /// <param name="dMax">dmax.</param>
    /// <param name="to">[2, C].</param>
    public static void Corrections(
        ReadOnlySpan<double> statistics, double epsilon, ReadOnlySpan<float> means, ReadOnlySpan<float> deviations, double rMax,
        double dMax, Span<double> to)
    {
        int channels = means.Length, w = Vector<double>.Count, i = 0;
        for (; i <= channels - 2 * w; i += 2 * w)
        {
            Vector.Widen(new Vector<float>(means[i..]), out var mean0, out var mean1);
            Vector.Widen(new Vector<float>(deviations[i..]), out var deviation0, out var deviation1);
            Several(statistics, i, mean0, deviation0, to);
            Several(statistics, i + w, mean1, deviation1, to);
        }

        for (; i < channels; i++)
        {
            to[i] = Math.Clamp(Math.Sqrt(statistics[channels + i] + epsilon) / deviations[i], 1 / rMax, rMax);
            to[channels + i] = Math.Clamp((statistics[i] - means[i]) / deviations[i], -dMax, dMax);
        }

        for (i = 0; i < channels; i++)
        {
            if (deviations[i] != 0)
                continue;
            // Nothing has been spread so far: 0 / 0 is no correction.
            to[i] = double.IsNaN(to[i]) ? 1 : to[i];
            to[channels + i] = double.IsNaN(to[channels + i]) ? 0 : to[channels + i];
        }

        void Several(ReadOnlySpan<double> statistics, int at, Vector<double> mean, Vector<double> deviation, Span<double> to)
        {
            var own = Vector.SquareRoot(new Vector<double>(statistics[(channels + at)..]) + new Vector<double>(epsilon));
            Vector<double> r = own / deviation, d = (new Vector<double>(statistics[at..]) - mean) / deviation;
            Vector.Min(Vector.Max(r, new Vector<double>(1 / rMax)), new Vector<double>(rMax)).CopyTo(to[at..]);
            Vector.Min(Vector.Max(d, new Vector<double>(-dMax)), new Vector<double>(dMax)).CopyTo(to[(channels + at)..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<double> Deviation(double* variance, double epsilon) =>
        Deviations.Inverse(Vector.Load(variance) + new Vector<double>(epsilon));

    /// <summary>The constants of the gradient's map for all channels, as <see cref="GradientConstants"/> has them for one.</summary>
    /// <param name="table">[5, C].</param>
    /// <param name="sums">The sums of the gradient and of the gradient times x - mean: [2, C].</param>
    /// <param name="channels">C.</param>
    /// <param name="count">m.</param>
    /// <param name="more">[3, C].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GradientMap(float* table, double* sums, int channels, double count, float* more)
    {
        int w = Vector<double>.Count, i = 0;
        Vector<double> counts = new(count);
        for (; i <= channels - 2 * w; i += 2 * w)
        {
            Vector.Widen(Vector.Load(table + channels + i), out var scale0, out var scale1);
            Vector.Widen(Vector.Load(table + 3 * channels + i), out var deviation0, out var deviation1);
            Vector.Widen(Vector.Load(table + 4 * channels + i), out var rest0, out var rest1);
            var slope0 = -scale0 * deviation0 * deviation0 * Vector.Load(sums + channels + i) / counts;
            var slope1 = -scale1 * deviation1 * deviation1 * Vector.Load(sums + channels + i + w) / counts;
            Vector.Narrow(slope0, slope1).Store(more + i);
            Vector.Load(table + channels + i).Store(more + channels + i);
            Vector.Narrow(
                -scale0 * Vector.Load(sums + i) / counts - rest0 * slope0, -scale1 * Vector.Load(sums + i + w) / counts - rest1 * slope1)
                .Store(more + 2 * channels + i);
        }

        var constants = new GradientConstants(table, channels, count, batchStatistics: true);
        for (; i < channels; i++)
            constants.Fill(i, sums[i], sums[channels + i], more + i, channels);
    }

    /// <summary>Turns sums of the gradient times x - center into those of the gradient times x - mean.</summary>
    /// <param name="table">[5, C].</param>
    /// <param name="sums">The sums of the gradient, and those: [2, C].</param>
    /// <param name="channels">C.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Center(float* table, double* sums, int channels)
    {
        float* rests = table + 4 * channels;
        int w = Vector<double>.Count, i = 0;
        for (; i <= channels - 2 * w; i += 2 * w)
        {
            Vector.Widen(Vector.Load(rests + i), out var rest0, out var rest1);
            double* products = sums + channels + i;
            (Vector.Load(products) - rest0 * Vector.Load(sums + i)).Store(products);
            (Vector.Load(products + w) - rest1 * Vector.Load(sums + i + w)).Store(products + w);
        }

        for (; i < channels; i++)
            sums[channels + i] -= rests[i] * sums[i];
    }

    /// <summary>gamma's gradient, sum g (x - mean) / sqrt(var + eps), over all chunks that share it.</summary>
    /// <param name="table">[5, C] for each chunk.</param>
    /// <param name="pitch">From one chunk's constants to the next.</param>
    /// <param name="sums">The sums of the gradient and of the gradient times x - mean: [chunks, 2, C].</param>
    /// <param name="chunks">How many there are.</param>
    /// <param name="channels">C.</param>
    /// <param name="to">[C].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScaleGradient(float* table, int pitch, double* sums, int chunks, int channels, float* to)
    {
        int w = Vector<double>.Count, i = 0;
        for (; i <= channels - 2 * w; i += 2 * w)
        {
            Vector<double> sum0 = default, sum1 = default;
            float* deviations = table + 3 * channels + i;
            double* products = sums + channels + i;
            for (int chunk = 0; chunk < chunks; chunk++, deviations += pitch, products += 2 * channels)
            {
                Vector.Widen(Vector.Load(deviations), out var deviation0, out var deviation1);
                sum0 += Vector.Load(products) * deviation0;
                sum1 += Vector.Load(products + w) * deviation1;
            }

            Vector.Narrow(sum0, sum1).Store(to + i);
        }

        for (; i < channels; i++)
        {
            double sum = 0;
            for (int chunk = 0; chunk < chunks; chunk++)
                sum += sums[(2 * chunk + 1) * channels + i] * table[chunk * pitch + 3 * channels + i];
            to[i] = (float)sum;
        }
    }

    /// <summary>beta's gradient: the sum of the gradient over all chunks that share it.</summary>
    /// <param name="sums">[chunks, 2, C].</param>
    /// <param name="chunks">How many there are.</param>
    /// <param name="channels">C.</param>
    /// <param name="to">[C].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ShiftGradient(double* sums, int chunks, int channels, float* to)
    {
        for (int i = 0; i < channels; i++)
        {
            double sum = 0;
            for (int chunk = 0; chunk < chunks; chunk++)
                sum += sums[2 * chunk * channels + i];
            to[i] = (float)sum;
        }
    }

    /// <summary>values[i] /= divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Divide(double* values, double divisor, int channels)
    {
        Vector<double> divisors = new(divisor);
        int w = Vector<double>.Count, i = 0;
        for (; i <= channels - w; i += w)
            (Vector.Load(values + i) / divisors).Store(values + i);
        for (; i < channels; i++)
            values[i] /= divisor;
    }

    /// <summary>running = (1 - weight) running + weight factor values.</summary>
    public static void Move(Span<float> running, ReadOnlySpan<double> values, double weight, double factor)
    {
        Vector<double> kept = new(1 - weight), taken = new(weight * factor);
        int w = Vector<double>.Count, i = 0;
        for (; i <= running.Length - 2 * w; i += 2 * w)
        {
            Vector.Widen(new Vector<float>(running[i..]), out var running0, out var running1);
            Vector.Narrow(
                kept * running0 + taken * new Vector<double>(values[i..]), kept * running1 + taken * new Vector<double>(values[(i + w)..]))
                .CopyTo(running[i..]);
        }

        for (; i < running.Length; i++)
            running[i] = (float)((1 - weight) * running[i] + weight * factor * values[i]);
    }

    /// <summary>Whether values, times a factor, are finite as floats.</summary>
    public static bool AreFinite(ReadOnlySpan<double> values, double factor)
    {
        int w = Vector<double>.Count, i = 0;
        for (; i <= values.Length - 2 * w; i += 2 * w)
        {
            var rounded = Vector.Narrow(factor * new Vector<double>(values[i..]), factor * new Vector<double>(values[(i + w)..]));
            if (!Vector.LessThanOrEqualAll(Vector.Abs(rounded), new Vector<float>(float.MaxValue)))
                return false;
        }

        for (; i < values.Length; i++)
        {
            if (!float.IsFinite((float)(factor * values[i])))
                return false;
        }

        return true;
    }
}
