using Ballast.Lab;

namespace Ballast.Tests.Lab;

public class PointwiseNormTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_value_is_squashed_by_itself_and_scaled_by_channel(bool erf)
    {
        PointwiseNorm layer = erf ? new DynamicErf(3) : new DynamicTanh(3);
        var state = layer.NamedParameters().ToDictionary(static entry => entry.Name, static entry => entry.Parameter);
        Assert.Equal(erf ? ["alpha", "shift", "weight", "bias"] : ["alpha", "weight", "bias"], state.Keys);
        state["weight"].CopyFrom([1, 2, 3]);
        state["bias"].CopyFrom([0, 10, 20]);
        if (erf)
            state["shift"].CopyFrom([0.25f]);
        var input = Draw.Data([2, 3, 4], 5);
        float[] x = input.ToArray(), y = layer.Forward(input).ToArray();
        for (int i = 0; i < x.Length; i++)
        {
            int channel = i / 4 % 3;
            double squashed = erf ? Erf(0.5 * x[i] + 0.25) : Math.Tanh(0.5 * x[i]);
            Assert.Equal((channel + 1) * squashed + 10 * channel, y[i], 1e-5);
        }

        Assert.Equal($"{(erf ? "DynamicErf" : "DynamicTanh")}(3): expected input [N, 3, ...], got [2, 4].", Assert.Throws<ArgumentException>(() => layer.Forward(Tensor.Zeros([2, 4]))).Message);
    }

    [Fact]
    public void All_its_parameters_learn()
    {
        var layer = new DynamicErf(3);
        (layer.Forward(Draw.Data([5, 3], 5)) * Draw.Data([5, 3], 6)).Sum().Backward();
        Assert.All(layer.Parameters(), static parameter => Assert.Contains(parameter.Grad!.ToArray(), static value => value != 0));
    }

    // The series of erf: 2 / sqrt(pi) sum (-1)^n x^(2n+1) / (n! (2n+1)).
    static double Erf(double x)
    {
        double sum = 0, term = x;
        for (int n = 0; n < 60; n++, term *= -x * x / n)
            sum += term / (2 * n + 1);
        return 2 / Math.Sqrt(Math.PI) * sum;
    }
}
