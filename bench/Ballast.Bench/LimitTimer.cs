using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Ballast.Kernels;

namespace Ballast.Bench;

/// <summary>What bounds a training step on this machine, measured now: <c>limit THREADS</c> prints the peak of the multiply-add
/// units, and the time of Adam alone over the tutorial's first layer, as one line of JSON. <c>limit THREADS LENGTH</c> prints how
/// long it takes to read one array of so many floats, to read two, to write one from one and one from two.</summary>
static class LimitTimer
{
    const int Weights = 3072 * 64;

    public static int Run(string[] options)
    {
        Compute.Threads = int.Parse(options[0], CultureInfo.InvariantCulture);
        if (options.Length > 1)
            return Memory(int.Parse(options[1], CultureInfo.InvariantCulture));
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

    static unsafe int Memory(int length)
    {
        Buffer x = Buffer.Rent(length), y = Buffer.Rent(length), to = Buffer.Rent(length);
        x.Span(length).Fill(1);
        y.Span(length).Fill(1);
        to.Span(length).Clear();
        var stream = new Stream { Length = length, Away = length >= Channels.AwayLength };
        fixed (float* a = x.Span(length), b = y.Span(length), c = to.Span(length))
        {
            stream.X = a;
            stream.Y = b;
            stream.To = c;
        }

        double Time(bool two, bool write)
        {
            var work = stream;
            work.Two = two;
            work.Write = write;
            return Best(() => Workers.Run(work, (length + Stream.Part - 1) / Stream.Part), repeats: 40) * 1e3;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{{\"read_ms\": {Time(false, false):F4}, \"read_two_ms\": {Time(true, false):F4}, \"map_ms\": {Time(false, true):F4}, \"zip_ms\": {Time(true, true):F4}}}"));
        GC.KeepAlive((x, y, to));
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

    /// <summary>Multiply-adds on twelve sums that never leave their registers: one part for each thread.</summary>
    readonly struct Peak : IWork, IWideWork
    {
        // Enough for the latency of two units, and few enough for the 16 registers that there are without AVX-512.
        public const int Sums = 12, Rounds = 1 << 20;

        public void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            V x = S.Broadcast(0.5f), y = S.Broadcast(0.25f);
            V a0 = x, a1 = x, a2 = x, a3 = x, a4 = x, a5 = x, b0 = y, b1 = y, b2 = y, b3 = y, b4 = y, b5 = y;
            for (int i = 0; i < Rounds * (last - first); i++)
            {
                a0 = S.Fma(a0, x, y);
                a1 = S.Fma(a1, x, y);
                a2 = S.Fma(a2, x, y);
                a3 = S.Fma(a3, x, y);
                a4 = S.Fma(a4, x, y);
                a5 = S.Fma(a5, x, y);
                b0 = S.Fma(b0, x, y);
                b1 = S.Fma(b1, x, y);
                b2 = S.Fma(b2, x, y);
                b3 = S.Fma(b3, x, y);
                b4 = S.Fma(b4, x, y);
                b5 = S.Fma(b5, x, y);
            }

            V a = S.Add(S.Add(S.Add(a0, a1), S.Add(a2, a3)), S.Add(a4, a5)), b = S.Add(S.Add(S.Add(b0, b1), S.Add(b2, b3)), S.Add(b4, b5));
            if (float.IsNaN(S.Sum(S.Add(a, b))))
                throw new InvalidOperationException("The sums are bounded.");
        }
    }

    /// <summary>Goes through memory in its order, doing next to nothing.</summary>
    unsafe struct Stream : IWork, IWideWork
    {
        public const int Part = 1 << 16;
        public float* X, Y, To;
        public int Length;
        public bool Two, Write, Away;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int start = first * Part, end = Math.Min(Length, last * Part);
            if (Write)
                Copy<S, V>(start, end);
            else
                Read<S, V>(start, end);
            StoresAway.Fence();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Read<S, V>(int start, int end)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int w = S.Width;
            float* y = Two ? Y : X + 2 * w;
            V a = S.Broadcast(0), b = a, c = a, d = a;
            for (int i = start; i <= end - 4 * w; i += Two ? 2 * w : 4 * w)
            {
                a = S.Add(a, S.Load(X + i));
                b = S.Add(b, S.Load(X + i + w));
                c = S.Add(c, S.Load(y + i));
                d = S.Add(d, S.Load(y + i + w));
            }

            if (float.IsNaN(S.Sum(S.Add(S.Add(a, b), S.Add(c, d)))))
                throw new InvalidOperationException("All values are 1.");
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        readonly void Copy<S, V>(int start, int end)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            bool away = Away && (nint)To % (S.Width * sizeof(float)) == 0;
            float* y = Two ? Y : X;
            for (int i = start; i <= end - S.Width; i += S.Width)
            {
                V value = Two ? S.Add(S.Load(X + i), S.Load(y + i)) : S.Load(X + i);
                if (away)
                    S.StoreAway(To + i, value);
                else
                    S.Store(To + i, value);
            }
        }
    }
}
