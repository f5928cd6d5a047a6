using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

// What the gradient needs.
static unsafe partial class ChannelTables
{
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
