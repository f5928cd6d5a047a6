namespace Ballast.Tests.Tensors;

/// <summary>Functions of single values of views of every kind, forward and backward, against plain loops in double.</summary>
public class ElementFunctionTests
{
    const double SeluScale = 1.0507009873554804935, SeluAlpha = 1.6732632423543772848;

    static readonly (string Name, Func<Tensor, Tensor> Fast, Func<double, double> Plain)[] Functions =
    [
        ("Abs", static x => x.Abs(), Math.Abs),
        ("Sign", static x => x.Sign(), static x => Math.Sign(x)),
        ("Square", static x => x.Square(), static x => x * x),
        ("Expm1", static x => x.Expm1(), static x => Math.Exp(x) - 1),
        ("Log1p", static x => (x.Square() + 0.1).Log1p(), static x => Math.Log(1 + x * x + 0.1)),
        ("Log2", static x => (x.Square() + 0.1).Log2(), static x => Math.Log2(x * x + 0.1)),
        ("Log10", static x => (x.Square() + 0.1).Log10(), static x => Math.Log10(x * x + 0.1)),
        ("Sin", static x => x.Sin(), Math.Sin),
        ("Cos", static x => x.Cos(), Math.Cos),
        ("Tan", static x => (x * 0.2).Tan(), static x => Math.Tan(x * 0.2)),
        ("Floor", static x => x.Floor(), Math.Floor),
        ("Ceiling", static x => x.Ceiling(), Math.Ceiling),
        ("Round", static x => x.Round(), Math.Round),
        ("Truncate", static x => x.Truncate(), Math.Truncate),
        ("Reciprocal", static x => x.Reciprocal(), static x => 1 / x),
        ("Rsqrt", static x => (x.Square() + 0.1).Rsqrt(), static x => 1 / Math.Sqrt(x * x + 0.1)),
        ("Softplus", static x => x.Softplus(1.5, 6), static x => x * 1.5 > 6 ? x : Math.Log(1 + Math.Exp(1.5 * x)) / 1.5),
        ("Clamp", static x => x.Clamp(-2, 3), static x => Math.Clamp(x, -2, 3)),
        ("Pow 3", static x => x.Pow(3), static x => x * x * x),
        ("Pow -3", static x => x.Pow(-3), static x => 1 / (x * x * x)),
        ("Pow 1.3", static x => (x.Square() + 0.1).Pow(1.3), static x => Math.Pow(x * x + 0.1, 1.3)),
        ("Elu", static x => x.Elu(0.7), static x => x > 0 ? x : 0.7 * (Math.Exp(x) - 1)),
        ("Selu", static x => x.Selu(), static x => SeluScale * (x > 0 ? x : SeluAlpha * (Math.Exp(x) - 1))),
        ("Celu", static x => x.Celu(2), static x => x > 0 ? x : 2 * (Math.Exp(x / 2) - 1)),
        ("Relu6", static x => x.Relu6(), static x => Math.Clamp(x, 0, 6)),
        ("Hardtanh", static x => x.Hardtanh(-2, 1), static x => Math.Clamp(x, -2, 1)),
        ("Hardsigmoid", static x => x.Hardsigmoid(), static x => Math.Clamp(x + 3, 0, 6) / 6),
        ("Hardswish", static x => x.Hardswish(), static x => x * Math.Clamp(x + 3, 0, 6) / 6),
        ("Mish", static x => x.Mish(), static x => x * Math.Tanh(Math.Log(1 + Math.Exp(x)))),
        ("Softsign", static x => x.Softsign(), static x => x / (1 + Math.Abs(x))),
        ("LogSigmoid", static x => x.LogSigmoid(), static x => -Math.Log(1 + Math.Exp(-x))),
        ("Tanhshrink", static x => x.Tanhshrink(), static x => x - Math.Tanh(x)),
        ("Softshrink", static x => x.Softshrink(0.7), static x => Math.Sign(x) * Math.Max(Math.Abs(x) - 0.7, 0)),
        ("Hardshrink", static x => x.Hardshrink(0.7), static x => Math.Abs(x) > 0.7 ? x : 0),
        ("Threshold", static x => x.Threshold(0.7, 9), static x => x > 0.7 ? x : 9),
        ("LeakyRelu", static x => x.LeakyRelu(0.25), static x => x > 0 ? x : 0.25 * x),
        ("Gelu tanh", static x => x.Gelu(GeluApproximation.Tanh),
            static x => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)))),
        ("Silu", static x => x.Silu(), static x => x / (1 + Math.Exp(-x))),
        ("Sigmoid", static x => x.Sigmoid(), static x => 1 / (1 + Math.Exp(-x))),
        ("Tanh", static x => x.Tanh(), Math.Tanh),
    ];

    // Eighths and a bit: no function bends there.
    static Parameter Draw(Random random, int[] sizes)
    {
        float[] values = new float[sizes.Aggregate(1, static (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.Next(-50, 50) / 8f + 0.03125f;
        return new Parameter(Tensor.From(values, new Shape(sizes)));
    }

    static void Near(double expected, float actual, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Max(Math.Abs(expected), 0.1),
            $"{what}: expected {expected:R}, got {actual:R}.");

    [Fact]
    public void Each_function_of_any_view_and_its_gradient_are_those_of_plain_loops()
    {
        for (int seed = 0; seed < 25 * Functions.Length; seed++)
        {
            Random random = new(seed);
            var (name, fast, plain) = Functions[seed % Functions.Length];
            int[] sizes = ViewTests.DrawSizes(random);
            var x = Draw(random, sizes);
            var (view, plainView, viewed) = ViewTests.Chain(random, sizes);
            var y = fast(view(x));
            Assert.Equal(viewed, y.Shape.ToArray());
            double[] seen = plainView(PlainArray.Of(x.AsSpan(), x.Shape)).ToArray();
            float[] got = y.ToArray();
            for (int i = 0; i < seen.Length; i++)
                Near(plain(seen[i]), got[i], 3e-6, $"{name}, seed {seed}, at {i}");

            float[] numbers = [.. Enumerable.Range(0, x.Length).Select(static i => (float)i)];
            double[] sources = plainView(PlainArray.Of(numbers, x.Shape)).ToArray();
            float[] cotangent = [.. sources.Select(_ => random.Next(-9, 10) / 4f)];
            double[] dx = new double[x.Length];
            for (int i = 0; i < seen.Length; i++)
                dx[(int)sources[i]] += cotangent[i] * (plain(seen[i] + 1e-5) - plain(seen[i] - 1e-5)) / 2e-5;
            y.Backward(Tensor.From(cotangent, y.Shape));
            float[] gradient = x.Grad!.ToArray();
            double scale = dx.Select(Math.Abs).Append(1).Max();
            for (int i = 0; i < dx.Length; i++)
                Assert.True(Math.Abs(dx[i] - gradient[i]) <= 2e-5 * scale, $"gradient of {name}, seed {seed}, at {i}: expected {dx[i]:R}, got {gradient[i]:R}.");
        }
    }

    [Fact]
    public void Functions_of_many_values_use_whole_registers_and_both_threads_and_keep_channels_last()
    {
        foreach (var (name, fast, plain) in Functions)
        {
            Parameter x = new(Tensor.Rand([2, 20, 31, 33], new Generator(7)) * 9.0 - 4.53);
            var turned = x.Permute(0, 2, 3, 1);
            var y = fast(turned);
            float[] seen = turned.ToArray(), got = y.ToArray();
            for (int i = 0; i < seen.Length; i++)
                Near(plain(seen[i]), got[i], 1e-5, $"{name} of {seen[i]:R}");
            y.Backward(Tensor.Ones(y.Shape));
            Parameter few = new(Tensor.From(x.AsSpan()[..3], [3]));
            fast(few).Sum().Backward();
            for (int i = 0; i < 3; i++)
                Near(few.Grad![i], x.Grad!.AsSpan()[i], 1e-5, $"gradient of {name}");
        }
    }

    [Fact]
    public void Digits_near_zero_are_kept()
    {
        Assert.Equal([1e-8f, -1e-8f], Tensor.From([1e-8f, -1e-8f], [2]).Expm1().ToArray());
        Assert.Equal([1e-8f, -1e-8f], Tensor.From([1e-8f, -1e-8f], [2]).Log1p().ToArray());
        Assert.Equal([-1e-8f], Tensor.From([-1e-8f], [1]).Elu().ToArray());
        Assert.Equal([-20f], Tensor.From([-20], [1]).LogSigmoid().ToArray());
        Assert.Equal([0, 1, 2, 10, -3], Tensor.From([1, 2, 4, 1024, 0.125f], [5]).Log2().ToArray());
    }

    [Fact]
    public void Functions_of_no_values_have_none()
    {
        Parameter x = new(Tensor.Zeros([0, 3]));
        foreach (var (_, fast, _) in Functions)
        {
            var y = fast(x);
            Assert.Equal(new Shape(0, 3), y.Shape);
            y.Backward(Tensor.Zeros([0, 3]));
        }
    }

    [Fact]
    public void Constants_that_make_no_function_are_refused()
    {
        var x = Tensor.Zeros([2]);
        Refused("Clamp: expected a smallest value, a largest, or both, got -Infinity and Infinity.", () => x.Clamp());
        Refused("Clamp: expected a smallest value, a largest, or both, got NaN and 1.", () => x.Clamp(double.NaN, 1));
        Refused("Softplus: expected a finite beta other than 0, got 0.", () => x.Softplus(0));
        Refused("Celu: expected an alpha other than 0, got 0.", () => x.Celu(0));
        Refused("Hardtanh: expected a smallest value below the largest, got 1 and -1.", () => x.Hardtanh(1, -1));
        Refused("Softshrink: expected a lambda of 0 or more, got -1.", () => x.Softshrink(-1));
        Refused("Hardshrink: expected a lambda of 0 or more, got -1.", () => x.Hardshrink(-1));
    }

    static void Refused(string message, Func<object> action) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(action).Message);
}
