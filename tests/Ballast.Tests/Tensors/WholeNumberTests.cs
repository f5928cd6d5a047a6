using System.Reflection;

namespace Ballast.Tests.Tensors;

/// <summary>Tensors of int64, uint8 and bool in operations: whole numbers where there are such, what floats give, or a refusal; their bits are
/// never taken for those of floats.</summary>
public class WholeNumberTests
{
    static readonly ElementType[] Types = [ElementType.Int64, ElementType.UInt8, ElementType.Bool];

    static Tensor Draw(Random random, ElementType type, params int[] sizes)
    {
        long[] values = [.. Enumerable.Range(0, sizes.Aggregate(1, static (a, b) => a * b)).Select(_ => (long)random.Next(type == ElementType.Bool ? 2 : 200))];
        return Tensor.FromInt64(values, new Shape(sizes)).To(type);
    }

    static double[] Values(Tensor x) => x.ElementType switch
    {
        ElementType.Int64 => [.. x.ToArray<long>()],
        ElementType.UInt8 => [.. x.ToArray<byte>()],
        ElementType.Bool => [.. x.ToArray<bool>().Select(static value => value ? 1.0 : 0)],
        _ => [.. x.ToArray()],
    };

    [Fact]
    public void Sums_products_and_extremes_are_those_of_plain_loops_of_any_view()
    {
        Random random = new(3);
        for (int round = 0; round < 60; round++)
        {
            var type = Types[round % 3];
            var x = Draw(random, type, random.Next(1, 5), random.Next(1, 40), random.Next(1, 5)).Permute(round % 2 == 0 ? [2, 0, 1] : [0, 1, 2]);
            if (round % 5 == 0)
                x = x.Flip(0).Expand(x.Shape[0], x.Shape[1], x.Shape[2]);
            int axis = random.Next(3);
            bool keep = random.Next(2) == 0;
            var lines = Enumerable.Range(0, x.Length / x.Shape[axis]).Select(_ => new List<long>()).ToArray();
            double[] values = Values(x);
            int inner = Enumerable.Range(axis + 1, 2 - axis).Aggregate(1, (size, a) => size * x.Shape[a]);
            for (int i = 0; i < values.Length; i++)
                lines[i / (inner * x.Shape[axis]) * inner + i % inner].Add((long)values[i]);
            Same(ElementType.Int64, lines.Select(static line => line.Sum()), x.Sum([axis], keep));
            Same(ElementType.Int64, lines.Select(static line => line.Aggregate(1L, static (a, b) => unchecked(a * b))), x.Prod([axis], keep));
            Same(type, lines.Select(static line => line.Max()), x.Amax([axis], keep));
            Same(type, lines.Select(static line => line.Min()), x.Amin([axis], keep));
            Same(ElementType.Int64, [(long)values.Sum()], x.Sum());
            Same(type, [(long)values.Max()], x.Max());
            Same(type, [(long)values.Min()], x.Min());

            void Same(ElementType expected, IEnumerable<long> numbers, Tensor y)
            {
                Assert.Equal(expected, y.ElementType);
                Assert.Equal(numbers.Select(static n => (double)n), Values(y));
                Assert.True(y.Shape.Rank == (keep ? 3 : 2) || y.Shape.Rank == 0);
            }
        }
    }

    [Fact]
    public void What_is_beyond_32_bits_or_nothing_has_its_sum()
    {
        Assert.Equal((1L << 40) + 1, Tensor.FromInt64(1L << 40, 1).Sum().Item<long>());
        Assert.Equal(-(1L << 40), Tensor.FromInt64(-(1L << 40), 1).Min().Item<long>());
        Assert.Equal(200_000 * 255L, Tensor.FromUInt8([.. Enumerable.Repeat((byte)255, 200_000)], [200_000]).Sum().Item<long>());
        Assert.Equal(0, Tensor.Zeros([0]).To(ElementType.Int64).Sum().Item<long>());
        Assert.Equal([0, 0], Tensor.FromBool([], [2, 0]).Sum([1]).ToArray<long>());
        Assert.Throws<ArgumentException>(() => Tensor.Zeros([2, 0]).To(ElementType.Int64).Amax([1]));
        var (predicted, labels) = (Tensor.FromInt64(1, 2, 3, 3), Tensor.FromInt64(1, 0, 3, 2));
        Assert.Equal(2, predicted.EqualTo(labels).Sum().Item<long>());
    }

    // Those that a list of methods cannot call: their axes are spans.
    static readonly (string Name, Func<Tensor, Tensor> Of)[] OfAxes =
    [
        ("mean", static x => x.Mean([0])), ("mean of two", static x => x.Mean([0, 1])), ("var", static x => x.Var([0])), ("std", static x => x.Std([1])),
        ("norm", static x => x.Norm(2, [1])), ("norm of all", static x => x.Norm()), ("logsumexp", static x => x.LogSumExp([0])),
        ("logsumexp of all", static x => x.LogSumExp()), ("var of all", static x => x.Var()), ("sum", static x => x.Sum([0])),
        ("amax", static x => x.Amax([1])), ("amin", static x => x.Amin()), ("einsum", static x => Tensor.Einsum("ij,ij->i", x, x)),
    ];

    [Fact]
    public void No_operation_reads_their_bits_as_floats()
    {
        Random random = new(5);
        List<string> wrong = [];
        int refused = 0, computed = 0;
        foreach (var type in Types)
        {
            foreach (int[] sizes in (int[][])[[6], [3, 3], [4, 5], [2, 3, 8, 8], [1, 2, 4]])
            {
                var x = Draw(random, type, sizes);
                var floats = x.To(ElementType.Float32);
                foreach (var (name, of) in OfAxes)
                    Compare($"{name} of {type.Name()} {x.Shape}", () => of(x), () => of(floats));
                foreach (var method in typeof(Tensor).GetMethods().Concat(typeof(Functional).GetMethods(BindingFlags.Public | BindingFlags.Static)))
                {
                    if (method.DeclaringType == typeof(object) || method.IsGenericMethod || method.ReturnType.IsByRefLike || method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal)
                        || Changing.Contains(method.Name) || Arguments(method, x) is not { } arguments || Arguments(method, floats) is not { } ofFloats)
                        continue;
                    Compare($"{method.Name} of {type.Name()} {x.Shape}", () => method.Invoke(x, arguments), () => method.Invoke(floats, ofFloats));
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(refused > 500 && computed > 500, $"{refused} {computed}");

        void Compare(string name, Func<object?> whole, Func<object?> floating)
        {
            object? got, expected;
            try
            {
                got = whole();
            }
            catch (Exception error) when ((error is TargetInvocationException { InnerException: { } inner } ? inner : error) is ArgumentException or InvalidOperationException)
            {
                refused++;
                return;
            }

            try
            {
                expected = floating();
            }
            catch (Exception error) when (error is TargetInvocationException or ArgumentException)
            {
                return; // a function of truth values or positions alone
            }

            if (got is not Tensor y || expected is not Tensor z)
                return;
            computed++;
            if (y.Shape != z.Shape || !Values(y).Zip(Values(z)).All(static pair => Math.Abs(pair.First - pair.Second) <= 1e-5 * Math.Abs(pair.Second) || pair.First.Equals(pair.Second)))
                wrong.Add($"{name}: {y} and {z} of the same floats");
        }
    }

    // What draws, or writes over what it is called on.
    static readonly string[] Changing =
    [
        "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout", "RReLU", "GumbelSoftmax", "StochasticDepth", "Bernoulli", "Multinomial", "RandLike", "RandnLike",
        "Backward", "Dispose", "FractionalMaxPool2d", "FractionalMaxPool3d", "ZeroGrad", "CopyFrom",
    ];

    static object?[]? Arguments(MethodInfo method, Tensor x)
    {
        var parameters = method.GetParameters();
        var arguments = new object?[parameters.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            var type = parameters[i].ParameterType;
            if (type.IsByRefLike)
                return null;
            arguments[i] = type == typeof(Tensor) && !parameters[i].HasDefaultValue ? x
                : parameters[i].HasDefaultValue ? parameters[i].DefaultValue
                : type == typeof(int) ? 0 : type == typeof(double) ? 2.0 : type == typeof(float) ? 2f : type == typeof(bool) ? (object)false : null;
            if (arguments[i] is null && !parameters[i].HasDefaultValue)
                return null;
        }

        return arguments;
    }
}
