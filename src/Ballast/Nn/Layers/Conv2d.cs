using System.Globalization;
using Ballast.Kernels;

namespace Ballast;

/// <summary>The convolution of images, from [N, C, H, W] to [N, K, H', W'] with
/// H' = floor((H + 2 padding - dilation (kernel - 1) - 1) / stride) + 1, and W' likewise:
/// y[n, k] = bias[k] + sum over c of w[k, c] * x[n, c]. PyTorch: <c>nn.Conv2d</c>, with its initial values.</summary>
/// <remarks>Groups cut the channels into parts that do not see one another; as many groups as input channels make a depthwise
/// convolution. A batch normalization and ReLU before the layer are applied while it reads its input: a chain of
/// convolution, normalization and ReLU writes one activation where it would otherwise write three.</remarks>
public class Conv2d : Module, IReweighted
{
    /// <summary>Makes the layer and draws its initial weights: uniform on +-1 / sqrt(C / groups kernel kernel), weight first,
    /// then bias.</summary>
    /// <param name="inChannels">C, the channels of the input.</param>
    /// <param name="outChannels">K, the channels of the output.</param>
    /// <param name="kernelSize">The rows and columns of the kernel.</param>
    /// <param name="stride">Pixels from one place of the kernel to the next.</param>
    /// <param name="padding">Pixels of zeros on each side of the input.</param>
    /// <param name="dilation">Pixels from one value under the kernel to the next.</param>
    /// <param name="groups">The parts that the channels are cut into.</param>
    /// <param name="bias">Whether a value is added to each output channel. Right before a batch normalization it has no
    /// effect.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1, a negative padding, or groups that do not divide both numbers of
    /// channels.</exception>
    public Conv2d(
        int inChannels, int outChannels, int kernelSize, int stride = 1, int padding = 0, int dilation = 1, int groups = 1,
        bool bias = true, Generator? generator = null)
    {
        Check(GetType().Name, inChannels, outChannels, kernelSize, stride, padding, dilation, groups);
        (InChannels, OutChannels, KernelSize, Stride) = (inChannels, outChannels, kernelSize, stride);
        (Padding, Dilation, Groups) = (padding, dilation, groups);
        Weight = Register("weight", new Parameter([outChannels, inChannels / groups, kernelSize, kernelSize]));
        Bias = bias ? Register("bias", new Parameter([outChannels])) : null;
        Initializers.LinearUniform(
            generator ?? Generator.Default, Weight.Mutate(), Bias is null ? default : Bias.Mutate(),
            inChannels / groups * kernelSize * kernelSize);
    }

    /// <summary>C, the channels of the input.</summary>
    public int InChannels { get; }

    /// <summary>K, the channels of the output.</summary>
    public int OutChannels { get; }

    /// <summary>The rows and columns of the kernel.</summary>
    public int KernelSize { get; }

    /// <summary>Pixels from one place of the kernel to the next.</summary>
    public int Stride { get; }

    /// <summary>Pixels of zeros on each side of the input.</summary>
    public int Padding { get; }

    /// <summary>Pixels from one value under the kernel to the next.</summary>
    public int Dilation { get; }

    /// <summary>The parts that the channels are cut into.</summary>
    public int Groups { get; }

    /// <summary>w: [K, C / groups, kernel, kernel].</summary>
    public Parameter Weight { get; }

    /// <summary>b: [K], or null.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Not images with <see cref="InChannels"/> channels, or images smaller than the
    /// kernel.</exception>
    public override Tensor Forward(Tensor input) => Forward(input, Kernel());

    Tensor Forward(Tensor input, Tensor weight)
    {
        var fitted = Fit(input.Shape);
        return ConvolutionOperation.Run(input, weight, Bias, fitted);
    }

    int IReweighted.OutputAxis => 0;

    Tensor IReweighted.Forward(Tensor input, Tensor weight) => Forward(input, weight);

    /// <summary>What the input is convolved with, made of <see cref="Weight"/>.</summary>
    private protected virtual Tensor Kernel() => Weight;

    /// <summary>The layer as it is in inference: the same convolution with the kernel as its weight.</summary>
    /// <param name="bias">Whether it has a bias where this one has none: zeros then.</param>
    internal Conv2d ToPlain(bool bias)
    {
        var none = new Generator(0); // what it draws is written over
        var plain = new Conv2d(
            InChannels, OutChannels, KernelSize, Stride, Padding, Dilation, Groups, bias || Bias is not null, none);
        using (Tensor.NoGrad())
            plain.Weight.CopyFrom(Kernel().AsSpan());
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

    /// <summary>The shape of what the layer makes of an input of a shape.</summary>
    /// <exception cref="ArgumentException">A shape that <see cref="Module.Forward(Tensor)"/> refuses.</exception>
    public Shape OutputShape(Shape input)
    {
        var fitted = Fit(input);
        return [fitted.N, fitted.K, fitted.OutH, fitted.OutW];
    }

    /// <summary>The shape of what a layer with these arguments makes of an input of a shape, without making it: its weight may be
    /// large.</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="outChannels">K, the channels of the output.</param>
    /// <param name="kernelSize">The rows and columns of the kernel.</param>
    /// <param name="stride">Pixels from one place of the kernel to the next.</param>
    /// <param name="padding">Pixels of zeros on each side of the input.</param>
    /// <param name="dilation">Pixels from one value under the kernel to the next.</param>
    /// <param name="groups">The parts that the channels are cut into.</param>
    /// <exception cref="ArgumentException">What the constructor or <see cref="Module.Forward(Tensor)"/> refuses, or more than 2^31 - 1 weights.
    /// </exception>
    public static Shape OutputShape(
        Shape input, int outChannels, int kernelSize, int stride = 1, int padding = 0, int dilation = 1, int groups = 1)
    {
        Throw.Unless(input.Rank == 4,
            $"Conv2d: expected input [N, C, H, W], got {input}. It takes a batch of images; give one image a first axis of 1.");
        Check("Conv2d", input[1], outChannels, kernelSize, stride, padding, dilation, groups);
        var fitted = Fit(input, outChannels, kernelSize, stride, padding, dilation, groups,
            Describe("Conv2d", input[1], outChannels, kernelSize, stride, padding, dilation, groups) + ")");
        return [fitted.N, fitted.K, fitted.OutH, fitted.OutW];
    }

    ConvolutionShape Fit(Shape shape)
    {
        if (shape.Rank != 4 || shape[1] != InChannels)
        {
            Throw.Argument($"{this}: expected input [N, {InChannels}, H, W], got {shape}. " + (shape.Rank == 4
                ? $"The layer before it must produce {InChannels} channels."
                : "It takes a batch of images; give one image a first axis of 1."));
        }

        return Fit(shape, OutChannels, KernelSize, Stride, Padding, Dilation, Groups, this);
    }

    static ConvolutionShape Fit(
        Shape shape, int outChannels, int kernelSize, int stride, int padding, int dilation, int groups, object layer)
    {
        long extent = (long)dilation * (kernelSize - 1) + 1, height = shape[2] + 2L * padding, width = shape[3] + 2L * padding;
        if (height < extent || width < extent)
        {
            Throw.Argument(
                $"{layer}: the kernel covers {extent} x {extent} pixels, the padded input {shape} has {height} x {width}. " +
                "Use a smaller kernel, more padding, or fewer layers that shrink the image before it.");
        }

        return new ConvolutionShape(
            shape[0], shape[1], shape[2], shape[3], outChannels, kernelSize, kernelSize, stride, stride, padding, padding,
            dilation, dilation, groups, Direct: Compute.Convolution == ConvolutionAlgorithm.Direct);
    }

    static void Check(
        string name, int inChannels, int outChannels, int kernelSize, int stride, int padding, int dilation, int groups)
    {
        Throw.Unless(inChannels > 0 && outChannels > 0,
            $"{name}: expected at least 1 channel, got {inChannels} in and {outChannels} out.");
        Throw.Unless(kernelSize > 0 && stride > 0 && dilation > 0 && padding >= 0,
            $"{name}: expected a kernel, stride and dilation of at least 1 and a padding of at least 0, got kernel "
                + $"{kernelSize}, stride {stride}, dilation {dilation}, padding {padding}.");
        Throw.Unless(groups > 0 && inChannels % groups == 0 && outChannels % groups == 0,
            $"{name}: expected groups that divide both {inChannels} input and {outChannels} output channels, "
                + $"got {groups}. Use {Divisor(inChannels, outChannels)} groups, or other numbers of channels.");
        Throw.Unless((double)outChannels * (inChannels / groups) * kernelSize * kernelSize <= int.MaxValue,
            $"{name}: {outChannels} kernels of {inChannels / groups} x {kernelSize} x {kernelSize} make more "
                + $"than {int.MaxValue} weights. Use a smaller kernel, or fewer channels.");
    }

    static int Divisor(int a, int b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Describe(GetType().Name, InChannels, OutChannels, KernelSize, Stride, Padding, Dilation, Groups)
        + (Bias is null ? ", bias: false)" : ")");

    static string Describe(
        string name, int inChannels, int outChannels, int kernelSize, int stride, int padding, int dilation, int groups)
    {
        var text = new System.Text.StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{name}({inChannels}, {outChannels}, {kernelSize}");
        Append("stride", stride, 1);
        Append("padding", padding, 0);
        Append("dilation", dilation, 1);
        Append("groups", groups, 1);
        return text.ToString();

        void Append(string argument, int value, int usual)
        {
            if (value != usual)
                text.Append(CultureInfo.InvariantCulture, $", {argument}: {value}");
        }
    }
}
