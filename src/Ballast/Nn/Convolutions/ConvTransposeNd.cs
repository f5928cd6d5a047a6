namespace Ballast;

/// <summary>Transposed convolutions over one to three axes, what <see cref="ConvTranspose1d"/>, <see cref="ConvTranspose2d"/> and
/// <see cref="ConvTranspose3d"/> share.</summary>
/// <remarks>An input [C, ...] is a batch of one, whose axis N the output has not.</remarks>
public abstract class ConvTransposeNd : Module, IReweighted
{
    readonly ConvTransposePlan plan;

    private protected ConvTransposeNd(
        int axes, int inChannels, int outChannels, PerAxis kernelSize, PerAxis stride, PerAxis padding, PerAxis outputPadding, int groups,
        bool bias, PerAxis dilation, Generator? generator)
    {
        var transposed = new ConvPlan(GetType().Name, axes, outChannels, inChannels, kernelSize, stride, padding, dilation, groups);
        plan = new ConvTransposePlan(transposed, outputPadding).Checked();
        Span<int> sizes = [inChannels, outChannels / groups, 1, 1, 1];
        for (int axis = 0; axis < axes; axis++)
            sizes[2 + axis] = kernelSize[axis];
        Weight = Register("weight", new Parameter(new Shape(sizes[..(2 + axes)])));
        Bias = bias ? Register("bias", new Parameter([outChannels])) : null;
        Initializers.LinearUniform(
            generator ?? Generator.Default, Weight.Mutate(), Bias is null ? default : Bias.Mutate(), Weight.Length / inChannels);
    }

    /// <summary>C, the channels of the input.</summary>
    public int InChannels => plan.Plan.OutChannels;

    /// <summary>K, the channels of the output.</summary>
    public int OutChannels => plan.Plan.InChannels;

    /// <summary>The positions of the kernel on each axis.</summary>
    public PerAxis KernelSize => plan.Plan.Kernel;

    /// <summary>Positions of the output from one value's kernel to the next one's.</summary>
    public PerAxis Stride => plan.Plan.Stride;

    /// <summary>Positions that are left out on each side of the output.</summary>
    public PerAxis Padding => plan.Plan.Padding.Sizes;

    /// <summary>Positions that are added at the end of the output.</summary>
    public PerAxis OutputPadding => plan.OutputPadding;

    /// <summary>Positions from one value of the kernel to the next.</summary>
    public PerAxis Dilation => plan.Plan.Dilation;

    /// <summary>The parts that the channels are cut into.</summary>
    public int Groups => plan.Plan.Groups;

    /// <summary>w: [C, K / groups, kernel].</summary>
    public Parameter Weight { get; }

    /// <summary>b: [K], or null.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another number of axes or channels, or an output without positions.</exception>
    public override Tensor Forward(Tensor input) => plan.Run(input, Weight, Bias, this);

    /// <summary>The output of a given size, one of as many as the stride has that become the same input. PyTorch:
    /// <c>layer(x, output_size=size)</c>.</summary>
    /// <exception cref="ArgumentException">What <see cref="Module.Forward(Tensor)"/> refuses, or another size.</exception>
    public Tensor Forward(Tensor input, PerAxis outputSize)
    {
        plan.Output(input.Shape, this);
        return plan.Sized(input.Shape, outputSize, this).Run(input, Weight, Bias, this);
    }

    int IReweighted.OutputAxis => 1;

    Tensor IReweighted.Forward(Tensor input, Tensor weight) => plan.Run(input, weight, Bias, this);

    /// <summary>The shape of what the layer makes of an input of a shape.</summary>
    /// <exception cref="ArgumentException">A shape that <see cref="Module.Forward(Tensor)"/> refuses.</exception>
    public Shape OutputShape(Shape input) => plan.Output(input, this);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr =>
        (plan.Plan with { InChannels = InChannels, OutChannels = OutChannels }).Printed(null, Bias is not null, OutputPadding);

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(ReadOnlySpan<Shape> inputs, Shape output) =>
        (long)inputs[0].Length / InChannels * Weight.Length;

    /// <inheritdoc/>
    public override string ToString() => (plan.Plan with { InChannels = InChannels, OutChannels = OutChannels }).Describe()
        + (OutputPadding == 0 ? "" : $", outputPadding: {OutputPadding}") + (Bias is null ? ", bias: false)" : ")");
}
