using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>What a normalization computes once for each channel, in double. A batch of few samples, or one in chunks, spends as much
/// time here as on its values, so channels go several at a time; each result is the one of its formula, bit for bit.</summary>
static unsafe partial class ChannelTables
{
    /// <summary>The constants of a normalization (<see cref="ChannelRows"/>).</summary>
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
        var rows = new ChannelRows(table, channels);
        int w = Vector<double>.Count, i = 0;
        for (; i <= channels - 2 * w; i += 2 * w)
        {
            Vector<double> mean0 = Vector.Load(statistics + i), mean1 = Vector.Load(statistics + i + w);
            var center = Vector.Narrow(mean0, mean1);
            Vector.Widen(center, out var center0, out var center1);
            Vector<double> rest0 = mean0 - center0, rest1 = mean1 - center1;
            var inverse0 = InverseDeviation(statistics + channels + i, epsilon);
            var inverse1 = InverseDeviation(statistics + channels + i + w, epsilon);
            Vector<double> gamma0 = Vector<double>.One, gamma1 = gamma0, shift0 = Vector<double>.Zero, shift1 = shift0;
            if (gamma is not null)
                Vector.Widen(Vector.Load(gamma + i), out gamma0, out gamma1);
            if (beta is not null)
                Vector.Widen(Vector.Load(beta + i), out shift0, out shift1);
            Vector<double> scale0 = inverse0 * gamma0, scale1 = inverse1 * gamma1;
            if (correction is not null)
            {
                double* r = correction + i, d = r + channels;
                (scale0, scale1) = (scale0 * Vector.Load(r), scale1 * Vector.Load(r + w));
                (shift0, shift1) = (shift0 + gamma0 * Vector.Load(d), shift1 + gamma1 * Vector.Load(d + w));
                Vector.Narrow(Vector.Load(r), Vector.Load(r + w)).Store(rows.CorrectionScale + i);
                Vector.Narrow(Vector.Load(d), Vector.Load(d + w)).Store(rows.CorrectionShift + i);
            }

            center.Store(rows.Center + i);
            Vector.Narrow(scale0, scale1).Store(rows.Scale + i);
            Vector.Narrow(shift0 - rest0 * scale0, shift1 - rest1 * scale1).Store(rows.Shift + i);
            Vector.Narrow(inverse0, inverse1).Store(rows.InverseDeviation + i);
            Vector.Narrow(rest0, rest1).Store(rows.MeanRest + i);
        }

        for (; i < channels; i++)
        {
            double inverse = Deviations.Inverse(statistics[channels + i] + epsilon), factor = gamma is null ? 1 : gamma[i];
            double scale = inverse * factor, shift = beta is null ? 0 : beta[i];
            if (correction is not null)
            {
                (scale, shift) = (scale * correction[i], shift + factor * correction[channels + i]);
                (rows.CorrectionScale[i], rows.CorrectionShift[i]) = ((float)correction[i], (float)correction[channels + i]);
            }

            float center = (float)statistics[i];
            double rest = statistics[i] - center;
            rows.Center[i] = center;
            rows.Scale[i] = (float)scale;
            rows.Shift[i] = (float)(shift - rest * scale);
            rows.InverseDeviation[i] = (float)inverse;
            rows.MeanRest[i] = (float)rest;
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
    static Vector<double> InverseDeviation(double* variance, double epsilon) =>
        Deviations.Inverse(Vector.Load(variance) + new Vector<double>(epsilon));

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
