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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<double> InverseDeviation(double* variance, double epsilon) =>
        Deviations.Inverse(Vector.Load(variance) + new Vector<double>(epsilon));

    /// <summary>Values as doubles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(float* values, int count, double* to)
    {
        int w = Vector<double>.Count, i = 0;
        for (; i <= count - 2 * w; i += 2 * w)
        {
            Vector.Widen(Vector.Load(values + i), out var lower, out var upper);
            lower.Store(to + i);
            upper.Store(to + i + w);
        }

        for (; i < count; i++)
            to[i] = values[i];
    }

    /// <summary>The constants of the gradient's map for all channels, as <see cref="GradientConstants"/> has them for one.</summary>
    /// <param name="table">[5, C].</param>
    /// <param name="sums">The sums of the gradient and of the gradient times x - mean: [2, C].</param>
    /// <param name="channels">C.</param>
    /// <param name="count">m.</param>
    /// <param name="more">[3, C].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GradientMap(float* table, double* sums, int channels, double count, float* more)
    {
        var rows = new ChannelRows(table, channels);
        var to = new GradientRows(more, channels);
        int w = Vector<double>.Count, i = 0;
        Vector<double> counts = new(count);
        for (; i <= channels - 2 * w; i += 2 * w)
        {
            Vector.Widen(Vector.Load(rows.Scale + i), out var scale0, out var scale1);
            Vector.Widen(Vector.Load(rows.InverseDeviation + i), out var inverse0, out var inverse1);
            Vector.Widen(Vector.Load(rows.MeanRest + i), out var rest0, out var rest1);
            var slope0 = -scale0 * inverse0 * inverse0 * Vector.Load(sums + channels + i) / counts;
            var slope1 = -scale1 * inverse1 * inverse1 * Vector.Load(sums + channels + i + w) / counts;
            Vector.Narrow(slope0, slope1).Store(to.Slope + i);
            Vector.Load(rows.Scale + i).Store(to.Scale + i);
            Vector.Narrow(
                -scale0 * Vector.Load(sums + i) / counts - rest0 * slope0, -scale1 * Vector.Load(sums + i + w) / counts - rest1 * slope1)
                .Store(to.Offset + i);
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
        float* rests = new ChannelRows(table, channels).MeanRest;
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
            float* inverses = new ChannelRows(table, channels).InverseDeviation + i;
            double* products = sums + channels + i;
            for (int chunk = 0; chunk < chunks; chunk++, inverses += pitch, products += 2 * channels)
            {
                Vector.Widen(Vector.Load(inverses), out var inverse0, out var inverse1);
                sum0 += Vector.Load(products) * inverse0;
                sum1 += Vector.Load(products + w) * inverse1;
            }

            Vector.Narrow(sum0, sum1).Store(to + i);
        }

        for (; i < channels; i++)
        {
            double sum = 0;
            for (int chunk = 0; chunk < chunks; chunk++)
                sum += sums[(2 * chunk + 1) * channels + i] * new ChannelRows(table + chunk * pitch, channels).InverseDeviation[i];
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
}
