using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Applies a rule to a whole parameter, from a gradient in memory or piece by piece as a product yields it.</summary>
static unsafe class Updates
{
    /// <summary>Applies <paramref name="rule"/> to every element.</summary>
    public static void Apply<R>(
        R rule, ReadOnlySpan<float> gradient, Span<float> weight, Span<float> first = default, Span<float> second = default,
        Span<float> third = default)
        where R : struct, IUpdateRule
    {
        fixed (float* g = gradient, w = weight, a = first, b = second, c = third)
        {
            Loop<R> loop = new() { Rule = rule, G = g, W = w, First = a, Second = b, Third = c };
            int parts = (weight.Length + Parts<R>.Part - 1) / Parts<R>.Part;
            if (parts < 8)
                Simd.Run(loop, weight.Length);
            else
                Workers.Run(new Parts<R> { Loop = loop, Length = weight.Length }, parts);
        }
    }

    struct Parts<R> : IWork
        where R : struct, IUpdateRule
    {
        public const int Part = 4096;
        public Loop<R> Loop;
        public int Length;

        public readonly void Run(int first, int last) => Simd.RunFrom(Loop, first * Part, Math.Min(Length, last * Part));
    }

    struct Loop<R> : ILoop
        where R : struct, IUpdateRule
    {
        public R Rule;
        public float* G, W, First, Second, Third;

        public readonly int Run<S, V>(int start, int length)
            where S : struct, ISimd<V>
            where V : unmanaged => Apply<R, S, V>(Rule, G, W, First, Second, Third, start, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Apply<R, S, V>(R rule, float* g, float* w, float* first, float* second, float* third, int i, int length)
        where R : struct, IUpdateRule
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        // A state that cannot be missing is not asked for: the JIT knows which.
        bool hasFirst = R.States > 0 && (!R.MayLack || first is not null), hasSecond = R.States > 1 && (!R.MayLack || second is not null);
        bool hasThird = R.States > 2 && (!R.MayLack || third is not null);
        V none = S.Broadcast(0);
        for (; i <= length - S.Width; i += S.Width)
        {
            V weight = S.Load(w + i);
            V a = hasFirst ? S.Load(first + i) : none, b = hasSecond ? S.Load(second + i) : none, c = hasThird ? S.Load(third + i) : none;
            rule.Apply<S, V>(S.Load(g + i), ref weight, ref a, ref b, ref c);
            S.Store(w + i, weight);
            if (hasFirst)
                S.Store(first + i, a);
            if (hasSecond)
                S.Store(second + i, b);
            if (hasThird)
                S.Store(third + i, c);
        }

        return i;
    }

    /// <summary>Applies a rule to a weight as its gradient is given, block by block.</summary>
    public sealed class OfBlocks<R> : BlockReader
        where R : struct, IUpdateRule
    {
        [ThreadStatic] static OfBlocks<R>? own;

        Loop<R> loop;

        /// <summary>This thread's reader, for a rule and the places of a weight and its state; good until the next call.</summary>
        public static OfBlocks<R> For(R rule, float* weight, float* first = null, float* second = null, float* third = null)
        {
            var reader = own ??= new OfBlocks<R>();
            reader.loop = new() { Rule = rule, W = weight, First = first, Second = second, Third = third };
            return reader;
        }

        /// <inheritdoc/>
        public override void Take(int block, nint start, float* values, int count)
        {
            var part = loop;
            part.G = values - start;
            Simd.RunFrom(part, (int)start, (int)start + count);
        }
    }
}
