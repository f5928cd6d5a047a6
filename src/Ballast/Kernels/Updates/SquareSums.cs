using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Sums of squares in double, as the norm of a gradient needs them: a float's square can be too large for a float.
/// </summary>
static unsafe class SquareSums
{
    const int Part = 1 << 13;
    const int MostParts = 1 << 10;

    /// <summary>The scalar reference.</summary>
    public static double Reference(ReadOnlySpan<float> x)
    {
        double sum = 0;
        foreach (float value in x)
            sum += (double)value * value;
        return sum;
    }

    /// <summary>The sum of x[i]^2; cut by length, so that the bits do not depend on the number of threads.</summary>
    public static double Compute(ReadOnlySpan<float> x)
    {
        fixed (float* from = x)
        {
            if (x.Length < SharedFrom.Memory)
                return Compute(from, x.Length);
            int part = Math.Max(Part, (x.Length + MostParts - 1) / MostParts);
            int parts = (x.Length + part - 1) / part;
            double* sums = stackalloc double[parts];
            Workers.Run(new Work { From = from, Sums = sums, Length = x.Length, Part = part }, parts);
            double sum = 0;
            for (int i = 0; i < parts; i++)
                sum += sums[i];
            return sum;
        }
    }

    struct Work : IWork
    {
        public float* From;
        public double* Sums;
        public int Length, Part;

        public readonly void Run(int first, int last)
        {
            for (int i = first; i < last; i++)
                Sums[i] = Compute(From + (nint)i * Part, Math.Min(Part, Length - i * Part));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static double Compute(float* x, int length)
    {
        Vector<double> low = Vector<double>.Zero, high = low;
        int i = 0;
        for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(Vector.Load(x + i), out var a, out var b);
            low += a * a;
            high += b * b;
        }

        double sum = Vector.Sum(low + high);
        for (; i < length; i++)
            sum += (double)x[i] * x[i];
        return sum;
    }

    /// <summary>Leaves the sum of squares of each block.</summary>
    /// <param name="sums">A sum for each block.</param>
    public sealed class OfBlocks(double[] sums) : BlockReader
    {
        /// <inheritdoc/>
        public override void Take(int block, nint start, float* values, int count) => sums[block] = Compute(values, count);
    }
}
