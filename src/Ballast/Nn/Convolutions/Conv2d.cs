namespace Ballast;

/// <summary>The convolution of images, from [N, C, H, W] to [N, K, H', W'] with
/// H' = floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, and W' likewise:
/// y[n, k] = bias[k] + sum over c of w[k, c] * x[n, c]. PyTorch: <c>nn.Conv2d</c>, with its initial values.</summary>
/// <remarks>Groups cut the channels into parts that do not see one another; as many groups as input channels make a depthwise
/// convolution. A batch normalization and ReLU before the layer are applied while it reads its input: a chain of
/// convolution, normalization and ReLU writes one activation where it would otherwise write three.</remarks>
public class Conv2d : ConvNd
{
    /// <summary>Makes the layer and draws its initial weights: uniform on +-1 / sqrt(C / groups kernel kernel), weight first,
    /// then bias.</summary>
    /// <param name="inChannels">C, the channels of the input.</param>
    /// <param name="outChannels">K, the channels of the output.</param>
    /// <param name="kernelSize">The rows and columns of the kernel: <c>3</c>, or <c>(3, 5)</c>.</param>
    /// <param name="stride">Pixels from one place of the kernel to the next.</param>
    /// <param name="padding">Pixels put on each side of the input, or <c>"same"</c>.</param>
    /// <param name="dilation">Pixels from one value under the kernel to the next.</param>
    /// <param name="groups">The parts that the channels are cut into.</param>
    /// <param name="bias">Whether a value is added to each output channel. Right before a batch normalization it has no
    /// effect.</param>
    /// <param name="paddingMode">What is put there: zeros with <see cref="PadMode.Constant"/>.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1, a negative padding, groups that do not divide both numbers of
    /// channels, or <c>"same"</c> with a stride.</exception>
    public Conv2d(
        int inChannels, int outChannels, PerAxis kernelSize, PerAxis? stride = null, ConvPadding padding = default, PerAxis? dilation = null,
        int groups = 1, bool bias = true, PadMode paddingMode = PadMode.Constant, Generator? generator = null)
        : base(2, inChannels, outChannels, kernelSize, stride ?? 1, padding, dilation ?? 1, groups, bias, paddingMode, generator)
    {
    }

    /// <summary>The layer as it is in inference: the same convolution with the kernel as its weight.</summary>
    /// <param name="bias">Whether it has a bias where this one has none: zeros then.</param>
    internal Conv2d ToPlain(bool bias)
    {
        var none = new Generator(0); // what it draws is written over
        var plain = new Conv2d(
            InChannels, OutChannels, KernelSize, Stride, Padding, Dilation, Groups, bias || Bias is not null, PaddingMode, none);
        using (Tensor.NoGrad())
            plain.Weight.CopyFrom(Kernel(Weight).AsSpan());
        plain.Weight.Frozen = Weight.Frozen;
        if (plain.Bias is not null)
        {
            if (Bias is null)
                plain.Bias.Mutate().Clear();
            else
                plain.Bias.CopyFrom(Bias.AsSpan());
            plain.Bias.Frozen = Bias?.Frozen ?? Weight.Frozen;
        }

        plain.Train(OwnMode);
        return plain;
    }

    /// <summary>The shape of what a layer with these arguments makes of an input of a shape, without making it: its weight may be
    /// large.</summary>
    /// <param name="input">[N, C, H, W], or [C, H, W].</param>
    /// <param name="outChannels">K, the channels of the output.</param>
    /// <param name="kernelSize">The rows and columns of the kernel.</param>
    /// <param name="stride">Pixels from one place of the kernel to the next.</param>
    /// <param name="padding">Pixels put on each side of the input.</param>
    /// <param name="dilation">Pixels from one value under the kernel to the next.</param>
    /// <param name="groups">The parts that the channels are cut into.</param>
    /// <exception cref="ArgumentException">What the constructor or <see cref="Module.Forward(Tensor)"/> refuses, or more than 2^31 - 1 weights.
    /// </exception>
    public static Shape OutputShape(
        Shape input, int outChannels, PerAxis kernelSize, PerAxis? stride = null, ConvPadding padding = default, PerAxis? dilation = null,
        int groups = 1)
    {
        PoolPlan.CheckInput(input, 2, "Conv2d");
        var plan = new ConvPlan("Conv2d", 2, input[^3], outChannels, kernelSize, stride ?? 1, padding, dilation ?? 1, groups).Checked();
        return plan.Output(input, plan.Describe() + ")");
    }
}
