using Ballast.Kernels;

namespace Ballast;

/// <summary>Windows over each channel of sequences, images or volumes, what the max and the average pools share: on an axis of L
/// floor((L + 2 padding - dilation (kernel - 1) - 1) / stride) + 1 of them, rounded up with <see cref="CeilMode"/> as long as the last window
/// begins on the input or on the padding before it.</summary>
/// <remarks>An input [C, ...] is a batch of one, whose axis N the output has not.</remarks>
public abstract class Pooling : Module
{
    private protected readonly PoolPlan Plan;

    private protected Pooling(int axes, PerAxis kernelSize, PerAxis? stride, PerAxis padding, PerAxis dilation, bool ceilMode) =>
        Plan = new PoolPlan(GetType().Name, axes, kernelSize, stride ?? kernelSize, padding, dilation, ceilMode).Checked();

    /// <summary>The positions of the window on each axis.</summary>
    public PerAxis KernelSize => Plan.Kernel;

    /// <summary>Positions from one window to the next.</summary>
    public PerAxis Stride => Plan.Stride;

    /// <summary>Positions of padding on each side of the input.</summary>
    public PerAxis Padding => Plan.Padding;

    /// <summary>Whether the size of the result is rounded up, so that the last windows may reach beyond the padded input.</summary>
    public bool CeilMode => Plan.CeilMode;

    /// <summary>The shape of what the layer makes of an input of a shape.</summary>
    /// <exception cref="ArgumentException">A shape that <see cref="Module.Forward(Tensor)"/> refuses.</exception>
    public Shape OutputShape(Shape input) => Plan.Fit(input, this).Output(input);
}

/// <summary>The largest value of each window: what <see cref="MaxPool1d"/>, <see cref="MaxPool2d"/> and <see cref="MaxPool3d"/> share. Padding is
/// never the largest.</summary>
public abstract class MaxPoolNd : Pooling
{
    private protected MaxPoolNd(int axes, PerAxis kernelSize, PerAxis? stride, PerAxis padding, PerAxis dilation, bool ceilMode)
        : base(axes, kernelSize, stride, padding, dilation, ceilMode)
    {
    }

    /// <summary>Positions from one value of a window to the next.</summary>
    public PerAxis Dilation => Plan.Dilation;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another number of axes, or an input smaller than the window.</exception>
    public override Tensor Forward(Tensor input) => Plan.Fit(input.Shape, this).Max(input);

    /// <summary>The output, and where each of its values lies in its channel of the input, row-major: int64, what <see cref="MaxUnpool2d"/> and
    /// its like take. PyTorch: <c>return_indices=True</c>.</summary>
    /// <exception cref="ArgumentException">What <see cref="Module.Forward(Tensor)"/> refuses.</exception>
    public (Tensor Output, Tensor Indices) ForwardWithIndices(Tensor input) => Plan.Fit(input.Shape, this).MaxWithIndices(input);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"kernel_size={PythonText.Of(KernelSize)}, stride={PythonText.Of(Stride)}, "
        + $"padding={PythonText.Of(Padding)}, dilation={PythonText.Of(Dilation)}, ceil_mode={PythonText.Of(CeilMode)}";

    /// <inheritdoc/>
    public override string ToString() => Plan.Describe() + ")";
}

/// <summary>The mean of each window: what <see cref="AvgPool1d"/>, <see cref="AvgPool2d"/> and <see cref="AvgPool3d"/> share.</summary>
public abstract class AvgPoolNd : Pooling
{
    private protected AvgPoolNd(
        int axes, PerAxis kernelSize, PerAxis? stride, PerAxis padding, bool ceilMode, bool countIncludePad, int? divisorOverride)
        : base(axes, kernelSize, stride, padding, 1, ceilMode)
    {
        Throw.Unless(divisorOverride != 0, $"{Plan.Layer}: expected a divisor other than 0.");
        (CountIncludePad, DivisorOverride) = (countIncludePad, divisorOverride);
    }

    /// <summary>Whether zeros of the padding count.</summary>
    public bool CountIncludePad { get; }

    /// <summary>What sums are divided by instead of their number of values; null for that number.</summary>
    public int? DivisorOverride { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another number of axes, or an input smaller than the window.</exception>
    public override Tensor Forward(Tensor input) =>
        Plan.Fit(input.Shape, this).Average(input, new PoolDivisor(CountIncludePad, DivisorOverride ?? 0));

    /// <inheritdoc/>
    protected internal override string? ExtraRepr =>
        $"kernel_size={Printed(KernelSize)}, stride={Printed(Stride)}, padding={Printed(Padding)}";

    // PyTorch makes tuples of the numbers of one axis alone.
    string Printed(PerAxis sizes) => Plan.Axes == 1 ? PythonText.Of(sizes, 1) : PythonText.Of(sizes);

    /// <inheritdoc/>
    public override string ToString() => Plan.Describe() + (CountIncludePad ? "" : ", countIncludePad: false")
        + (DivisorOverride is { } divisor ? $", divisorOverride: {divisor})" : ")");
}
