using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Initial values against <c>torch.nn.init</c>: init.json.</summary>
public class InitTests
{
    // erfinv, or the products of some dozen values, a few roundings of 6e-8.
    const double Tolerance = 1e-6;

    static Nonlinearity Function(JsonElement name) => name.GetString() switch
    {
        "relu" => Nonlinearity.ReLU,
        "leaky_relu" => Nonlinearity.LeakyReLU,
        _ => Nonlinearity.Linear,
    };

    static void Run(JsonElement recorded, Parameter w)
    {
        var given = recorded.GetProperty("arguments");
        double Number(int i, double otherwise) => given.GetArrayLength() > i ? given[i].GetDouble() : otherwise;
        _ = recorded.GetProperty("name").GetString() switch
        {
            "uniform_" => Init.Uniform(w, Number(0, 0), Number(1, 1)),
            "normal_" => Init.Normal(w, Number(0, 0), Number(1, 1)),
            "xavier_uniform_" => Init.XavierUniform(w, Number(0, 1)),
            "xavier_normal_" => Init.XavierNormal(w, Number(0, 1)),
            "kaiming_uniform_" => Init.KaimingUniform(
                w, Number(0, 0), given[1].GetString() == "fan_in" ? FanMode.FanIn : FanMode.FanOut, Function(given[2])),
            "kaiming_normal_" => Init.KaimingNormal(
                w, Number(0, 0), given[1].GetString() == "fan_in" ? FanMode.FanIn : FanMode.FanOut, Function(given[2])),
            "eye_" => Init.Eye(w),
            "sparse_" => Init.Sparse(w, Number(0, 0), Number(1, 0.01)),
            "dirac_" => Init.Dirac(w, (int)Number(0, 1)),
            "trunc_normal_" => Init.TruncNormal(w, Number(0, 0), Number(1, 1), Number(2, -2), Number(3, 2)),
            _ => Init.Orthogonal(w, Number(0, 1)),
        };
    }

    [Fact]
    public void They_draw_what_PyTorch_draws()
    {
        int seed = 0;
        foreach (var recorded in Golden.Load("init.json").GetProperty("cases").EnumerateArray())
        {
            using var generator = Generator.UseDefault(new Generator(++seed));
            var w = new Parameter(Tensor.Full(new Shape(recorded.GetProperty("shape").Ints()), 7));
            Run(recorded, w);
            string name = $"{seed}: {recorded.GetProperty("name")} {w.Shape} {recorded.GetProperty("arguments")}";
            float[] values = recorded.GetProperty("values").Floats();
            if (recorded.Find("digest")?.GetString() is { } digest)
                Assert.True(digest == Golden.Digest(w.AsSpan()), $"{name}: {string.Join(", ", values)}, got {w}");
            else
                Near.Equal(values, w.AsSpan(), Tolerance, name);
            float[] next = new float[1];
            Generator.Default.Uniform(next);
            Assert.Equal(recorded.GetProperty("next").GetSingle(), next[0]);
        }

        Assert.Equal(89, seed);
    }

    [Fact]
    public void A_constant_a_gain_and_a_generator_of_ones_own()
    {
        var w = new Parameter(Tensor.Zeros([2, 3]));
        Assert.Equal([2.5f, 2.5f, 2.5f, 2.5f, 2.5f, 2.5f], Init.Constant(w, 2.5).ToArray());
        Assert.Equal(1, Init.Ones(w).ToArray()[5]);
        Assert.Equal(0, Init.Zeros(w).ToArray()[5]);
        Assert.Equal(Math.Sqrt(2.0 / (1 + 0.01 * 0.01)), Init.CalculateGain(Nonlinearity.LeakyReLU));
        Assert.Equal(1, Init.CalculateGain(Nonlinearity.Sigmoid));
        byte[] before = Generator.Default.GetState();
        Assert.Equal(Init.Normal(w, generator: new Generator(3)).ToArray(), Init.Normal(w, generator: new Generator(3)).ToArray());
        Init.Sparse(w, 0.5, generator: new Generator(3));
        Init.Orthogonal(w, generator: new Generator(3));
        Assert.Equal(before, Generator.Default.GetState());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var bias = new Parameter(Tensor.Zeros([3]));
        string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;
        Assert.Equal("Init.KaimingNormal: expected a weight of two axes or more, [out, in, ...], got [3]. Of a bias, take Uniform, Normal or Constant.",
            Message(() => Init.KaimingNormal(bias)));
        Assert.Equal("Init.Eye: expected a matrix, got [3].", Message(() => Init.Eye(bias)));
        Assert.Equal("Init.Dirac: expected a convolution's weight of 3 to 5 axes, got [3].", Message(() => Init.Dirac(bias)));
        Assert.Equal("Init.Dirac: expected groups that divide the 4 outputs, got 3.",
            Message(() => Init.Dirac(new Parameter(Tensor.Zeros([4, 2, 3])), 3)));
        Assert.Equal("Init.TruncNormal: expected a deviation above 0 and a lower bound up to the upper, got 0, -2 and 2.",
            Message(() => Init.TruncNormal(bias, std: 0)));
        Assert.Equal("Init.Sparse: expected a share of zeros from 0 to 1, got 2.", Message(() => Init.Sparse(new Parameter(Tensor.Zeros([2, 2])), 2)));
    }

    // torch.erfinv in double.
    [Theory]
    [InlineData(1e-9, 8.86226925452758e-10)]
    [InlineData(0.1, 0.08885599049425769)]
    [InlineData(0.5, 0.4769362762044699)]
    [InlineData(-0.85, -1.0179024648320276)]
    [InlineData(0.8500001, 1.017902714595318)]
    [InlineData(0.99, 1.8213863677184496)]
    [InlineData(-0.9999, -2.751063905712061)]
    [InlineData(0.99999994, 3.83167105154003)]
    [InlineData(0.999999999999, 5.042029)]
    public void The_inverse_of_erf_has_a_doubles_precision(double y, double expected)
    {
        double x = StandardNormal.InverseErf(y);
        double tolerance = Math.Abs(y) < 0.9999999 ? 1e-14 : 1e-6;
        Assert.InRange(x / expected, 1 - tolerance, 1 + tolerance);
        Assert.Equal(double.NegativeInfinity, StandardNormal.InverseErf(-1));
    }
}
