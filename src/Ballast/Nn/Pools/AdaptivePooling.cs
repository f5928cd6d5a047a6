using Ballast.Kernels;

namespace Ballast;

/// <summary>So many windows over each channel that they make an output of a given size, sharing each axis of the input evenly between them: window
/// i of n is from floor(i L / n) up to ceil((i + 1) L / n). What the adaptive pools share.</summary>
/// <remarks>An input [C, ...] is a batch of one, whose axis N the output has not.</remarks>
public abstract class AdaptivePooling : Module
{
    readonly int axes;
    readonly int?[] sizes;

    private protected AdaptivePooling(int axes, AdaptiveSize outputSize)
    {
        this.axes = axes;
        sizes = outputSize.Sizes(GetType().Name, axes);
        OutputSize = outputSize;
    }

    /// <summary>The size of the output.</summary>
    public AdaptiveSize OutputSize { get; }

    /// <summary>The sizes for an input.</summary>
    private protected FittedPool Fit(Shape input) => PoolPlan.Adaptive(input, axes, sizes, this);

    /// <summary>The shape of what the layer makes of an input of a shape.</summary>
    /// <exception cref="ArgumentException">A shape that <see cref="Module.Forward(Tensor)"/> refuses.</exception>
    public Shape OutputShape(Shape input) => Fit(input).Output(input);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"output_size={OutputSize.Printed}";

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({OutputSize})";
}

/// <summary>The largest value of each of so many windows: what <see cref="AdaptiveMaxPool1d"/>, <see cref="AdaptiveMaxPool2d"/> and
/// <see cref="AdaptiveMaxPool3d"/> share.</summary>
public abstract class AdaptiveMaxPoolNd : AdaptivePooling
{
    private protected AdaptiveMaxPoolNd(int axes, AdaptiveSize outputSize) : base(axes, outputSize)
    {
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another number of axes, or an input without values.</exception>
    public override Tensor Forward(Tensor input) => Fit(input.Shape).Max(input);

    /// <inheritdoc cref="MaxPoolNd.ForwardWithIndices"/>
    public (Tensor Output, Tensor Indices) ForwardWithIndices(Tensor input) => Fit(input.Shape).MaxWithIndices(input);
}

/// <summary>The mean of each of so many windows: what <see cref="AdaptiveAvgPool1d"/>, <see cref="AdaptiveAvgPool2d"/> and
/// <see cref="AdaptiveAvgPool3d"/> share.</summary>
public abstract class AdaptiveAvgPoolNd : AdaptivePooling
{
    private protected AdaptiveAvgPoolNd(int axes, AdaptiveSize outputSize) : base(axes, outputSize)
    {
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another number of axes, or an input without values.</exception>
    public override Tensor Forward(Tensor input) => Fit(input.Shape).Average(input, new PoolDivisor(CountPadding: false));
}
