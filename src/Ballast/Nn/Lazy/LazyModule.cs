namespace Ballast;

/// <summary>A layer whose input sizes are those of its first input: until then it has no parameters, and asking for them is refused. Its keys are
/// those of the layer that it becomes. PyTorch: <c>nn.modules.lazy.LazyModuleMixin</c>.</summary>
/// <remarks>Run one sample through a network before its parameters are read, for an optimizer or a state:
/// <c>model.Forward(Tensor.Zeros([1, 3, 32, 32]))</c>. Initial values are drawn at that moment.</remarks>
public abstract class LazyModule : Module
{
    Module? layer;

    private protected LazyModule()
    {
    }

    /// <summary>The layer that it has become.</summary>
    /// <exception cref="InvalidOperationException">There was no input yet.</exception>
    public Module Layer
    {
        get
        {
            RequireParts();
            return layer!;
        }
    }

    /// <summary>Makes the layer for the first input.</summary>
    private protected abstract Module Make(Shape input);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">What the layer refuses.</exception>
    public override Tensor Forward(Tensor input)
    {
        layer ??= Become(Make(input.Shape));
        return layer.Forward(input);
    }

    /// <summary>The settings as PyTorch prints them before the first input, with a size of 0 for those that it will tell.</summary>
    private protected abstract string Settings { get; }

    // Those of a convolution.
    private protected static string Convolution(
        int axes, int outChannels, PerAxis kernelSize, PerAxis? stride, ConvPadding padding, PerAxis? dilation, int groups, bool bias,
        PadMode mode = PadMode.Constant, PerAxis outputPadding = default)
    {
        var plan = new ConvPlan("", axes, 0, outChannels, kernelSize, stride ?? 1, padding, dilation ?? 1, groups);
        return plan.Printed(mode == PadMode.Constant ? null : PythonText.Of(mode), bias, outputPadding);
    }

    // The channels of [N, C, ...] or [C, ...] over so many axes behind C.
    private protected int Channels(Shape input, int axes)
    {
        PoolPlan.CheckInput(input, axes, this);
        return input[^(axes + 1)];
    }

    // The channels of [N, C, ...] over so many axes.
    private protected int Channels(Shape input, int least, int most)
    {
        Throw.Unless(input.Rank >= least && input.Rank <= most && input[1] > 0,
            $"{this}: expected an input [N, C, ...] of {(least == most ? $"{most}" : $"{least} or {most}")} axes, got {input}.");
        return input[1];
    }

    private protected override void RequireParts()
    {
        if (layer is null)
        {
            Throw.InvalidOperation(
                $"{this} has no parameters yet: its sizes are those of its first input. Run one sample through the network first.");
        }
    }

    // It is the layer that it has become.
    internal override string Line() => layer is null ? base.Line() : layer.Line();

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => layer is null ? Settings : layer.ExtraRepr;

    /// <inheritdoc/>
    public override string ToString() => layer is null ? $"{GetType().Name}({Settings})" : layer.ToString()!;
}
