namespace Ballast;

/// <summary>Convolutions over one to three axes, what <see cref="Conv1d"/>, <see cref="Conv2d"/> and <see cref="Conv3d"/> share: from [N, C, ...]
/// to [N, K, ...] with floor((L + 2 padding - dilation (kernel - 1) - 1) / stride) + 1 positions on an axis of L.</summary>
/// <remarks>An input [C, ...] is a batch of one, whose axis N the output has not.</remarks>
public abstract class ConvNd : Module, IReweighted
{
    readonly ConvPlan plan;

    private protected ConvNd(
        int axes, int inChannels, int outChannels, PerAxis kernelSize, PerAxis stride, ConvPadding padding, PerAxis dilation, int groups, bool bias,
        PadMode paddingMode, Generator? generator)
    {
        plan = new ConvPlan(
            GetType().Name, axes, inChannels, outChannels, kernelSize, stride, padding, dilation, groups, paddingMode).Checked();
        Span<int> sizes = [outChannels, inChannels / groups, 1, 1, 1];
        for (int axis = 0; axis < axes; axis++)
            sizes[2 + axis] = kernelSize[axis];
        Weight = Register("weight", new Parameter(new Shape(sizes[..(2 + axes)])));
        Bias = bias ? Register("bias", new Parameter([outChannels])) : null;
        Initializers.LinearUniform(
            generator ?? Generator.Default, Weight.Mutate(), Bias is null ? default : Bias.Mutate(), Weight.Length / outChannels);
    }

    /// <summary>C, the channels of the input.</summary>
    public int InChannels => plan.InChannels;

    /// <summary>K, the channels of the output.</summary>
    public int OutChannels => plan.OutChannels;

    /// <summary>The positions of the kernel on each axis.</summary>
    public PerAxis KernelSize => plan.Kernel;

    /// <summary>Positions from one place of the kernel to the next.</summary>
    public PerAxis Stride => plan.Stride;

    /// <summary>Positions put on each side of the input.</summary>
    public ConvPadding Padding => plan.Padding;

    /// <summary>What is put there: zeros with <see cref="PadMode.Constant"/>.</summary>
    public PadMode PaddingMode => plan.Mode;

    /// <summary>Positions from one value under the kernel to the next.</summary>
    public PerAxis Dilation => plan.Dilation;

    /// <summary>The parts that the channels are cut into.</summary>
    public int Groups => plan.Groups;

    /// <summary>w: [K, C / groups, kernel].</summary>
    public Parameter Weight { get; }

    /// <summary>b: [K], or null.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another number of axes or channels, or an input smaller than the kernel.</exception>
    public override Tensor Forward(Tensor input) => plan.Run(input, Kernel(Weight), Bias, this);

    /// <summary>What the input is convolved with, made of a weight.</summary>
    private protected virtual Tensor Kernel(Tensor weight) => weight;

    int IReweighted.OutputAxis => 0;

    Tensor IReweighted.Forward(Tensor input, Tensor weight) => plan.Run(input, Kernel(weight), Bias, this);

    /// <summary>The shape of what the layer makes of an input of a shape.</summary>
    /// <exception cref="ArgumentException">A shape that <see cref="Module.Forward(Tensor)"/> refuses.</exception>
    public Shape OutputShape(Shape input) => plan.Output(input, this);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr =>
        plan.Printed(PaddingMode == PadMode.Constant ? null : PythonText.Of(PaddingMode), Bias is not null);

    /// <inheritdoc/>
    public override string ToString() => plan.Describe() + (Bias is null ? ", bias: false)" : ")");
}
