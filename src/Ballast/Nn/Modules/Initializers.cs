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

    /// <summary>Normal with mean 0 and standard deviation sqrt(2 / fan_out): what keeps the gradients of a chain of
    /// convolutions and ReLUs at one size (He et al. 2015, section 2.2, backward).
    /// PyTorch: <c>nn.init.kaiming_normal_(weight, mode="fan_out", nonlinearity="relu")</c>.</summary>
    public static void KaimingNormal(Generator generator, Span<float> weight, int fanOut)
    {
        Throw.Unless(fanOut > 0, $"Initializers.KaimingNormal: expected at least one output per input, got {fanOut}.");
        // In PyTorch's order of evaluation: the deviation is rounded to float last.
        generator.Normal(weight, 0, (float)(Math.Sqrt(2) / Math.Sqrt(fanOut)));
    }

    /// <summary>Makes a convolution pass its input on, channel by channel, as far as its channels go: of the first C kernels
    /// of [K, C, kernel, kernel] each is 0 but for a 1 at the center of its own channel; the others stay as they are.
    /// PyTorch: <c>nn.init.dirac_(weight[:C])</c>.</summary>
    public static void Dirac(Parameter weight)
    {
        int channels = weight.Shape[1], size = weight.Shape[2], area = size * weight.Shape[3];
        var values = weight.Mutate();
        for (int k = 0; k < Math.Min(weight.Shape[0], channels); k++)
        {
            var kernels = values.Slice(k * channels * area, channels * area);
            kernels.Clear();
            kernels[k * area + size / 2 * weight.Shape[3] + weight.Shape[3] / 2] = 1;
        }
    }
}
