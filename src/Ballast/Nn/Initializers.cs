namespace Ballast;

/// <summary>The starting values of parameters, with PyTorch's draws in PyTorch's order.</summary>
static class Initializers
{
    /// <summary>What <c>nn.Linear</c> and <c>nn.Conv2d</c> do in <c>reset_parameters</c>: the weight uniform on (-b, b)
    /// with b = sqrt(3) sqrt(2 / (1 + 5)) / sqrt(fan_in) (He et al. 2015 with a = sqrt(5)), then the bias uniform on
    /// +-1 / sqrt(fan_in). An empty bias draws nothing.</summary>
    public static void LinearUniform(Generator generator, Span<float> weight, Span<float> bias, int fanIn)
    {
        Throw.Unless(fanIn > 0, $"Initializers.LinearUniform: expected at least one input per output, got {fanIn}.");
        // In PyTorch's order of evaluation: the bound is rounded to float last.
        double slope = Math.Sqrt(5);
        double std = Math.Sqrt(2 / (1 + (slope * slope))) / Math.Sqrt(fanIn);
        float weightBound = (float)(Math.Sqrt(3) * std);
        generator.Uniform(weight, -weightBound, weightBound);
        float biasBound = (float)(1 / Math.Sqrt(fanIn));
        generator.Uniform(bias, -biasBound, biasBound);
    }
}
