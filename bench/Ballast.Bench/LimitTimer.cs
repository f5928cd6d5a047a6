using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Ballast.Kernels;

namespace Ballast.Bench;

/// <summary>What bounds a training step on this machine, measured now: <c>limit THREADS</c> prints the peak of the multiply-add
/// units, and the time of Adam alone over the tutorial's first layer, as one line of JSON.</summary>
static class LimitTimer
{
    const int Weights = 3072 * 64;

    public static int Run(string[] options)
    {
        Compute.Threads = int.Parse(options[0], CultureInfo.InvariantCulture);
        double seconds = Best(() => Workers.Run(new Peak(), Compute.Threads), repeats: 40);
        double flop = 2.0 * Peak.Sums * Peak.Rounds * Compute.SimdWidth * Compute.Threads;

        float[] weight = new float[Weights], gradient = new float[Weights], first = new float[Weights];
        float[] second = new float[Weights];
        Array.Fill(gradient, 1e-3f);
        var rule = new AdamRule
        {
            Beta1 = 0.9f,
            Beta2 = 0.999f,
            Rest1 = 0.1f,
            Rest2 = 0.001f,
            Step = -1e-4f,
            Scale = 1,
            Epsilon = 1e-8f,
            WeightDecay = 0,
            Shrink = 1,
        };
        double adam = Best(() => Updates.Apply(rule, gradient, weight, first, second), repeats: 2000);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{{\"gflops\": {flop / seconds / 1e9:F1}, \"adam_ms\": {adam * 1e3:F4}}}"));
        return 0;
    }

    // The tenth percentile: on a shared machine the fastest runs show what the processor can do.
    static double Best(Action action, int repeats)
    {
        double[] times = new double[repeats];
        for (int i = -repeats / 2; i < repeats; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            if (i >= 0)
                times[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        Array.Sort(times);
        return times[repeats / 10];
    }

    /// <summary>Multiply-adds on sixteen sums that never leave their registers: one part for each thread.</summary>
    readonly struct Peak : IWork, IWideWork
    {
        public const int Sums = 16, Rounds = 1 << 20;

        public void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            V x = S.Broadcast(0.5f), y = S.Broadcast(0.25f);
            V a0 = x, a1 = x, a2 = x, a3 = x, a4 = x, a5 = x, a6 = x, a7 = x;
            V b0 = y, b1 = y, b2 = y, b3 = y, b4 = y, b5 = y, b6 = y, b7 = y;
            for (int i = 0; i < Rounds * (last - first); i++)
            {
                (a0, a1, a2, a3) = (S.Fma(a0, x, y), S.Fma(a1, x, y), S.Fma(a2, x, y), S.Fma(a3, x, y));
                (a4, a5, a6, a7) = (S.Fma(a4, x, y), S.Fma(a5, x, y), S.Fma(a6, x, y), S.Fma(a7, x, y));
                (b0, b1, b2, b3) = (S.Fma(b0, x, y), S.Fma(b1, x, y), S.Fma(b2, x, y), S.Fma(b3, x, y));
                (b4, b5, b6, b7) = (S.Fma(b4, x, y), S.Fma(b5, x, y), S.Fma(b6, x, y), S.Fma(b7, x, y));
            }

            V a = S.Add(S.Add(S.Add(a0, a1), S.Add(a2, a3)), S.Add(S.Add(a4, a5), S.Add(a6, a7)));
            V b = S.Add(S.Add(S.Add(b0, b1), S.Add(b2, b3)), S.Add(S.Add(b4, b5), S.Add(b6, b7)));
            if (float.IsNaN(S.Sum(S.Add(a, b))))
                throw new InvalidOperationException("The sums are bounded.");
        }
    }
}
