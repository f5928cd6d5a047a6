using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

// Running statistics: how they move, and the corrections of batch renormalization by them.
static unsafe partial class ChannelTables
{
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
