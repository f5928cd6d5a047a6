using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Applies a rule to a whole parameter, from a gradient in memory or piece by piece as a product yields it.</summary>
static unsafe class Updates
{
    /// <summary>Applies <paramref name="rule"/> to every element.</summary>
    public static void Apply<R>(
        R rule, ReadOnlySpan<float> gradient, Span<float> weight, Span<float> first, Span<float> second)
        where R : struct, IUpdateRule
    {
        fixed (float* g = gradient, w = weight, m = first, v = second)
        {
            var work = new Dense<R> { Rule = rule, G = g, W = w, First = m, Second = v, Length = weight.Length };
            int parts = (weight.Length + Dense<R>.Part - 1) / Dense<R>.Part;
            if (parts < 8)
                work.Run(0, parts);
            else
                Workers.Run(work, parts);
        }
    }

    struct Dense<R> : IWork
        where R : struct, IUpdateRule
    {
        public const int Part = 4096;
        public R Rule;
        public float* G, W, First, Second;
        public int Length;

        public readonly void Run(int first, int last)
        {
            int start = first * Part;
            int end = Math.Min(Length, last * Part);
            Apply(Rule, G + start, W + start, First is null ? null : First + start, Second is null ? null : Second + start,
                end - start);
        }
    }

    static void Apply<R>(R rule, float* g, float* w, float* first, float* second, int length)
        where R : struct, IUpdateRule =>
        Simd.Run(new Loop<R> { Rule = rule, G = g, W = w, First = first, Second = second }, length);

    struct Loop<R> : ILoop
        where R : struct, IUpdateRule
    {
        public R Rule;
        public float* G, W, First, Second;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => Apply<R, S, V>(Rule, G, W, First, Second, start, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Apply<R, S, V>(R rule, float* g, float* w, float* first, float* second, int i, int length)
        where R : struct, IUpdateRule
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        for (; i <= length - S.Width; i += S.Width)
        {
            V weight = S.Load(w + i);
            V a = R.States > 0 ? S.Load(first + i) : default;
            V b = R.States > 1 ? S.Load(second + i) : default;
            rule.Apply<S, V>(S.Load(g + i), ref weight, ref a, ref b);
            S.Store(w + i, weight);
            if (R.States > 0)
                S.Store(first + i, a);
            if (R.States > 1)
                S.Store(second + i, b);
        }

        return i;
    }

    /// <summary>Applies a rule to a weight as its gradient is given, block by block.</summary>
    public sealed class OfBlocks<R> : BlockReader
        where R : struct, IUpdateRule
    {
        [ThreadStatic] static OfBlocks<R>? own;

        R rule;
        float* weight, first, second;

        /// <summary>This thread's reader, for a rule and the places of a weight and its state; good until the next call.</summary>
        public static OfBlocks<R> For(R rule, float* weight, float* first, float* second)
        {
            var reader = own ??= new OfBlocks<R>();
            reader.rule = rule;
            reader.weight = weight;
            reader.first = first;
            reader.second = second;
            return reader;
        }

        /// <inheritdoc/>
        public override void Take(int block, nint start, float* values, int count) =>
            Apply(rule, values, weight + start, first is null ? null : first + start, second is null ? null : second + start, count);
    }
}
