namespace Ballast;

/// <content>Tensors of random numbers.</content>
public partial class Tensor
{
    /// <summary>Uniform in [0, 1). PyTorch: <c>torch.rand</c>.</summary>
    public static Tensor Rand(Shape shape, Generator? generator = null)
    {
        if (Backend.Current is { } other)
            return other.Apply("uniform", [], ("shape", shape), ("generator", generator ?? Generator.Default));
        var buffer = Buffer.Rent(shape.Length);
        (generator ?? Generator.Default).Uniform(buffer.Span(shape.Length));
        return new Tensor(shape, new Values(buffer));
    }

    /// <summary>Standard normal. PyTorch: <c>torch.randn</c>.</summary>
    public static Tensor Randn(Shape shape, Generator? generator = null)
    {
        if (Backend.Current is { } other)
            return other.Apply("normal", [], ("shape", shape), ("generator", generator ?? Generator.Default));
        var buffer = Buffer.Rent(shape.Length);
        (generator ?? Generator.Default).Normal(buffer.Span(shape.Length));
        return new Tensor(shape, new Values(buffer));
    }

    /// <summary>float32, uniform in [0, 1), of another tensor's shape. PyTorch: <c>torch.rand_like</c>.</summary>
    public static Tensor RandLike(Tensor other, Generator? generator = null) => Rand(other.Shape, generator);

    /// <summary>float32, standard normal, of another tensor's shape. PyTorch: <c>torch.randn_like</c>.</summary>
    public static Tensor RandnLike(Tensor other, Generator? generator = null) => Randn(other.Shape, generator);

    /// <summary>int64: whole numbers from 0 to <paramref name="high"/> - 1. PyTorch: <c>torch.randint(high, shape)</c>, with its draws.</summary>
    /// <exception cref="ArgumentException"><paramref name="high"/> is not above 0.</exception>
    public static Tensor RandInt(long high, Shape shape, Generator? generator = null) => RandInt(0, high, shape, generator);

    /// <summary>int64: whole numbers from <paramref name="low"/> to <paramref name="high"/> - 1. PyTorch:
    /// <c>torch.randint(low, high, shape)</c>, with its draws.</summary>
    /// <exception cref="ArgumentException">low is not below high.</exception>
    public static Tensor RandInt(long low, long high, Shape shape, Generator? generator = null)
    {
        Throw.Unless(low < high, $"RandInt: expected low below high, got low {low} and high {high}; high is not included.");
        long[] values = new long[shape.Length];
        (generator ?? Generator.Default).RandomIntegers(values, low, high);
        return FromInt64(values, shape);
    }

    /// <summary>int64 [n]: the numbers 0 to n - 1 in random order. PyTorch: <c>torch.randperm</c>, with its draws.</summary>
    /// <exception cref="ArgumentException"><paramref name="n"/> is negative.</exception>
    public static Tensor RandPerm(int n, Generator? generator = null)
    {
        Throw.Unless(n >= 0, $"RandPerm: expected a length of 0 or more, got {n}.");
        return FromInt64((generator ?? Generator.Default).Permutation(n), [n]);
    }

    /// <summary>Draws categories: each value of the last axis is the weight of its place, and a category's probability is its share of their
    /// sum. PyTorch: <c>torch.multinomial</c>, with its draws on a CPU (builds of PyTorch with Intel's MKL draw differently).</summary>
    /// <param name="count">How many to draw. PyTorch: <c>num_samples</c>.</param>
    /// <param name="replacement">Whether a category can come more than once.</param>
    /// <param name="generator">Where the draws come from; <see cref="Generator.Default"/> when null.</param>
    /// <returns>int64 [count], or [N, count] of weights [N, categories].</returns>
    /// <exception cref="ArgumentException">Not float32 [categories] or [N, categories]; a weight below 0, infinite or not a number; weights that
    /// are all 0; without replacement, fewer weights above 0 than are drawn.</exception>
    public Tensor Multinomial(int count, bool replacement = false, Generator? generator = null)
    {
        Throw.Unless(Shape.Rank is 1 or 2 && ElementType != ElementType.Int64 && ElementType != ElementType.Bool && ElementType != ElementType.UInt8,
            $"Multinomial: expected float32 weights [categories] or [N, categories], got {ElementType.Name()} {Shape}.");
        Throw.Unless(count > 0, $"Multinomial: expected to draw 1 or more, got {count}.");
        generator ??= Generator.Default;
        int categories = Shape[^1];
        var weights = AsSpan();
        for (int first = 0; first < weights.Length; first += categories)
            RequireWeights(weights.Slice(first, categories), replacement ? 1 : count, first / categories);
        return replacement ? DrawAgain(weights, count, generator) : DrawOnce(count, generator);
    }

    static void RequireWeights(ReadOnlySpan<float> weights, int least, int row)
    {
        int above = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            Throw.Unless(weights[i] >= 0 && float.IsFinite(weights[i]),
                $"Multinomial: expected finite weights of 0 or more, got {weights[i]} at {i} of row {row}. Logits become weights by Softmax(-1).");
            above += weights[i] > 0 ? 1 : 0;
        }

        Throw.Unless(above > 0, $"Multinomial: row {row} has no weight above 0, so nothing can be drawn.");
        Throw.Unless(above >= least, $"Multinomial: row {row} has {above} weights above 0, and {least} different categories are to be drawn. " +
            $"Draw fewer, or with replacement: true.");
    }

    // The largest of weights / e with e from the exponential distribution: whose are the largest is as likely as its weight.
    Tensor DrawOnce(int count, Generator generator)
    {
        double[] uniform = new double[Length];
        generator.Uniform(uniform);
        float[] quotients = Array.ConvertAll(uniform, static u => (float)-Math.Log(1 - u));
        var weights = AsSpan();
        for (int i = 0; i < quotients.Length; i++)
            quotients[i] = weights[i] / quotients[i];
        if (count > 1 || Length == 0)
            return From(quotients, Shape).TopK(count).Indices;
        long[] drawn = new long[Length / Shape[^1]];
        for (int row = 0; row < drawn.Length; row++)
            drawn[row] = Largest(quotients.AsSpan(row * Shape[^1], Shape[^1]));
        return FromInt64(drawn, Shape.WithLast(1));
    }

    // What is not a number counts as the largest, as in ArgMax.
    static int Largest(ReadOnlySpan<float> values)
    {
        int largest = 0;
        for (int i = 1; i < values.Length; i++)
            largest = values[i] > values[largest] || (float.IsNaN(values[i]) && !float.IsNaN(values[largest])) ? i : largest;
        return largest;
    }

    // Where a uniform value falls in the sums of the weights.
    Tensor DrawAgain(ReadOnlySpan<float> weights, int count, Generator generator)
    {
        int categories = Shape[^1];
        long[] drawn = new long[weights.Length / categories * count];
        float[] sums = new float[categories];
        Span<double> uniform = stackalloc double[1];
        for (int i = 0; i < drawn.Length; i++)
        {
            if (i % count == 0)
                Categories.Accumulate(weights.Slice(i / count * categories, categories), sums);
            generator.Uniform(uniform);
            drawn[i] = Categories.Find<float>(sums, uniform[0]);
        }

        return FromInt64(drawn, Shape.WithLast(count));
    }
}
