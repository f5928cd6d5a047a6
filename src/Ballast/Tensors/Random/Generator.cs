using Ballast.Kernels;

namespace Ballast;

/// <summary>Random numbers, bit for bit those of PyTorch 1.13.1 on CPU after <c>torch.manual_seed</c>, on every
/// processor. PyTorch itself promises no equality across its releases.</summary>
/// <remarks>The engine is MT19937. One generator is used by one thread at a time: drawing changes its state, and
/// nothing here locks. Give each thread a generator of its own.</remarks>
public sealed partial class Generator
{
    const long PyTorchDefaultSeed = 67280421310721;

    static readonly Generator OfProcess = new(Random.Shared.NextInt64());
    [ThreadStatic] static Generator? ofThread;

    readonly Mt19937 engine = new();
    double? cachedNormal;

    /// <summary>A generator with the seed of a fresh <c>torch.Generator()</c>, 67280421310721.</summary>
    public Generator()
        : this(PyTorchDefaultSeed)
    {
    }

    /// <summary>A generator with a seed of your own.</summary>
    public Generator(long seed) => ManualSeed(seed);

    /// <summary>The generator that layers, samplers and dropout draw from unless they are given another: the one of the whole
    /// process, or on a thread that called <see cref="UseDefault"/> the one it chose. Its seed is arbitrary, another one in
    /// every process, until <see cref="ManualSeed"/> is called.</summary>
    public static Generator Default => ofThread ?? OfProcess;

    /// <summary>Until it is disposed of, <see cref="Default"/> on this thread is another generator:
    /// <c>using var _ = Generator.UseDefault(new Generator(42));</c>. Trainings that run side by side, each on a thread with a
    /// generator of its own, draw what each would draw alone.</summary>
    public static DefaultGeneratorScope UseDefault(Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        var scope = new DefaultGeneratorScope(ofThread);
        ofThread = generator;
        return scope;
    }

    internal static void EndUse(Generator? before) => ofThread = before;

    /// <summary>The seed the present sequence started from.</summary>
    public long InitialSeed { get; private set; }

    /// <summary>Starts the sequence of a seed: <c>torch.manual_seed</c>. Only the low 32 bits matter; a negative seed s
    /// stands for 2^64 + s.</summary>
    /// <returns>This generator.</returns>
    public Generator ManualSeed(long seed)
    {
        InitialSeed = seed;
        engine.Seed((uint)seed);
        cachedNormal = null;
        return this;
    }

    /// <summary>The next 32 bits.</summary>
    internal uint Next() => engine.Next();

    /// <summary>The next 64 bits: the first word drawn is the high one.</summary>
    internal ulong NextLong()
    {
        ulong high = engine.Next();
        return (high << 32) | engine.Next();
    }

    /// <summary>Uniform on [0, 1), a multiple of 2^-53.</summary>
    double NextDouble() => (NextLong() & ((1UL << 53) - 1)) * (1.0 / (1UL << 53));

    /// <summary>Fills with values uniform on [<paramref name="low"/>, <paramref name="high"/>):
    /// <c>tensor.uniform_(low, high)</c>. One 32-bit draw each.</summary>
    /// <exception cref="ArgumentException">A bound or the range is not finite, or low is above high.</exception>
    public void Uniform(Span<float> destination, float low = 0, float high = 1)
    {
        Throw.Unless(low <= high && float.IsFinite(high - low),
            $"Generator.Uniform: expected low <= high and a finite range, got low {low} and high {high}.");
        float range = high - low;
        while (!destination.IsEmpty)
        {
            ReadOnlySpan<uint> words = engine.Take(destination.Length);
            UniformKernel.Fill(words, destination, low, range);
            destination = destination[words.Length..];
        }
    }

    /// <summary>Fills with values uniform on [<paramref name="low"/>, <paramref name="high"/>), as <c>uniform_</c> on a
    /// float64 tensor. Two 32-bit draws each.</summary>
    /// <exception cref="ArgumentException">A bound or the range is not finite, or low is above high.</exception>
    public void Uniform(Span<double> destination, double low = 0, double high = 1)
    {
        Throw.Unless(low <= high && double.IsFinite(high - low),
            $"Generator.Uniform: expected low <= high and a finite range, got low {low} and high {high}.");
        double range = high - low;
        foreach (ref double value in destination)
            value = Math.FusedMultiplyAdd(NextDouble(), range, low);
    }

    /// <summary>Fills with normal values: <c>tensor.normal_(mean, std)</c>. As in PyTorch, fewer than 16 values are
    /// computed one by one in double precision, and the second value of a pair is kept for the next such call; from 16
    /// values on they come in single precision, in blocks of 16.</summary>
    /// <exception cref="ArgumentException"><paramref name="std"/> is negative or not a number.</exception>
    public void Normal(Span<float> destination, float mean = 0, float std = 1) => Normal(destination, (double)mean, (double)std);

    /// <summary>The same for a mean and a deviation that are rounded to float from 16 values on alone.</summary>
    internal void Normal(Span<float> destination, double mean, double std)
    {
        Throw.Unless(std >= 0, $"Generator.Normal: expected a standard deviation of 0 or more, got {std}.");
        if (destination.Length < NormalKernel.Block)
        {
            foreach (ref float value in destination)
                value = (float)Math.FusedMultiplyAdd(NextNormal(), std, mean);
            return;
        }

        Uniform(destination);
        NormalKernel.Transform(destination, (float)mean, (float)std);
        if (destination.Length % NormalKernel.Block != 0)
        {
            // PyTorch draws a full last block anew, over values that are already made.
            Span<float> last = destination[^NormalKernel.Block..];
            Uniform(last);
            NormalKernel.Transform(last, (float)mean, (float)std);
        }
    }

    /// <summary>A standard normal value by Box and Muller's transform.</summary>
    double NextNormal()
    {
        if (cachedNormal is { } cached)
        {
            cachedNormal = null;
            return cached;
        }

        double angle = 2 * Math.PI * NextDouble();
        // 1 - u is exact for these u, so this is log1p(-u) without its own rounding.
        double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        cachedNormal = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }

    /// <summary>A whole number from 0 to 2^63 - 1: <c>random_()</c> on an int64 tensor. Two 32-bit draws.</summary>
    public long RandomInt64() => (long)(NextLong() & long.MaxValue);

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/> - 1: <c>torch.randint</c>. One
    /// 32-bit draw, or two where the range is 2^32 or more.</summary>
    /// <exception cref="ArgumentException">low is not below high.</exception>
    public long RandomInteger(long low, long high)
    {
        Throw.Unless(low < high,
            $"Generator.RandomInteger: expected low below high, got low {low} and high {high}; high is not included.");
        ulong range = unchecked((ulong)high - (ulong)low);
        ulong drawn = range >> 32 != 0 ? NextLong() % range : Next() % (uint)range;
        return unchecked((long)((ulong)low + drawn));
    }

    /// <summary>Fills with whole numbers from <paramref name="low"/> to <paramref name="high"/> - 1:
    /// <c>torch.randint(low, high, size)</c>.</summary>
    /// <exception cref="ArgumentException">low is not below high.</exception>
    public void RandomIntegers(Span<long> destination, long low, long high)
    {
        foreach (ref long value in destination)
            value = RandomInteger(low, high);
    }

    /// <summary>The numbers 0 to <paramref name="n"/> - 1 in random order: <c>torch.randperm(n)</c>. n - 1 draws.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="n"/> is negative.</exception>
    public int[] Permutation(int n)
    {
        Throw.Unless(n >= 0, $"Generator.Permutation: expected a length of 0 or more, got {n}.");
        int[] order = new int[n];
        Permutation(order);
        return order;
    }

    /// <summary>Fills with the numbers from 0 on in random order.</summary>
    internal void Permutation(Span<int> destination)
    {
        int n = destination.Length;
        for (int i = 0; i < n; i++)
            destination[i] = i;
        for (int i = 0; i < n - 1; i++)
        {
            int other = i + (int)(Next() % (uint)(n - i));
            (destination[i], destination[other]) = (destination[other], destination[i]);
        }
    }

    /// <summary>Makes the draws of a permutation of <paramref name="n"/> numbers that nobody needs.</summary>
    internal void SkipPermutation(int n)
    {
        for (int i = 0; i < n - 1; i++)
            Next();
    }

    /// <summary>Fills with 1 where a uniform value of [0, 1) is below <paramref name="p"/>, with 0 elsewhere:
    /// <c>tensor.bernoulli_(p)</c>. Two 32-bit draws each, for every p.</summary>
    /// <exception cref="ArgumentException"><paramref name="p"/> is outside [0, 1].</exception>
    public void Bernoulli(Span<float> destination, double p)
    {
        Throw.Unless(p is >= 0 and <= 1, $"Generator.Bernoulli: expected a probability from 0 to 1, got {p}.");
        Bernoulli(destination, p, 1);
    }

    /// <summary>The same with another value for 1.</summary>
    internal void Bernoulli(Span<float> destination, double p, float value)
    {
        long threshold = BernoulliKernel.Threshold(p);
        while (!destination.IsEmpty)
        {
            ReadOnlySpan<uint> words = engine.Take((int)Math.Min(2L * destination.Length, Mt19937.StateLength));
            int pairs = words.Length / 2;
            BernoulliKernel.Fill(words[..(2 * pairs)], destination, threshold, value);
            destination = destination[pairs..];
            if (words.Length % 2 == 0)
                continue;
            uint first = words[^1]; // its other half opens the next block
            destination[0] = BernoulliKernel.IsBelow(first, engine.Next(), threshold) ? value : 0;
            destination = destination[1..];
        }
    }
}
