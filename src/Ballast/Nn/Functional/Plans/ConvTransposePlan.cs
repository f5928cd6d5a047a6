namespace Ballast;

/// <summary>What a transposed convolution is told, apart from its weights.</summary>
/// <param name="Plan">The convolution from its output to its input that it transposes: its channels are the output's.</param>
/// <param name="OutputPadding">Positions that are added at the end of the output.</param>
sealed record ConvTransposePlan(ConvPlan Plan, PerAxis OutputPadding)
{
    /// <summary>Refuses settings that are none.</summary>
    public ConvTransposePlan Checked()
    {
        Plan.Checked();
        bool fits = OutputPadding.Fits(Plan.Axes, 0);
        for (int axis = 0; fits && axis < Plan.Axes; axis++)
            fits = OutputPadding[axis] < Math.Max(Plan.Stride[axis], Plan.Dilation[axis]);
        Throw.Unless(fits, $"{Plan.Layer}: expected an output padding from 0 on and below the stride or the dilation, got {OutputPadding} with a "
            + $"stride of {Plan.Stride} and a dilation of {Plan.Dilation}.");
        return this;
    }

    /// <summary>The shape of the result for an input, a batch or a single one.</summary>
    public Shape Output(Shape input, object layer)
    {
        int channels = Plan.OutChannels;
        ConvPlan.CheckInput(input, Plan.Axes, channels, layer);
        int first = input.Rank - Plan.Axes;
        Span<int> sizes = stackalloc int[input.Rank];
        (sizes[0], sizes[first - 1]) = (input[0], Plan.InChannels);
        for (int axis = 0; axis < Plan.Axes; axis++)
        {
            long size = Smallest(input, axis) + OutputPadding[axis];
            Throw.Unless(size is > 0 and <= int.MaxValue && input[first + axis] > 0,
                $"{layer}: an input of {input} would become {size} positions on axis {first + axis}. Use less padding, or a larger input.");
            sizes[first + axis] = (int)size;
        }

        return new Shape(sizes);
    }

    // Without an output padding.
    long Smallest(Shape input, int axis) => (input[input.Rank - Plan.Axes + axis] - 1L) * Plan.Stride[axis] - 2L * Plan.Padding.Sizes[axis]
        + (long)Plan.Dilation[axis] * (Plan.Kernel[axis] - 1) + 1;

    /// <summary>The same with the output padding that makes the output so large.</summary>
    public ConvTransposePlan Sized(Shape input, PerAxis outputSize, object layer)
    {
        bool fits = outputSize.Count == 0 || outputSize.Count == Plan.Axes;
        for (int axis = 0; fits && axis < Plan.Axes; axis++)
        {
            long more = outputSize[axis] - Smallest(input, axis);
            fits = more >= 0 && more < Plan.Stride[axis];
        }

        string possible = string.Join(", ", Enumerable.Range(0, Plan.Axes).Select(
            axis => $"{Smallest(input, axis)} to {Smallest(input, axis) + Plan.Stride[axis] - 1}"));
        Throw.Unless(fits, $"{layer}: the output of {input} has {possible} positions on its axes, got an output size of {outputSize}.");
        return this with { OutputPadding = PerAxis.Of(Plan.Axes, axis => (int)(outputSize[axis] - Smallest(input, axis))) };
    }

    /// <summary>The transposed convolution.</summary>
    public Tensor Run(Tensor input, Tensor weight, Tensor? bias, object layer)
    {
        var output = Output(input.Shape, layer);
        if (input.Shape.Rank == Plan.Axes + 1)
            return Run(input.Unsqueeze(0), weight, bias, layer).Squeeze(0);
        // As many strides of output padding are inputs of 0 at the end.
        Span<int> more = stackalloc int[2 * Plan.Axes];
        bool pads = false;
        for (int axis = 0; axis < Plan.Axes; axis++)
        {
            int strides = OutputPadding[axis] / Plan.Stride[axis];
            more[2 * (Plan.Axes - 1 - axis) + 1] = strides;
            pads |= strides > 0;
        }

        var x = pads ? input.Pad(more) : input;
        var sizes = new ConvolutionSizes(Plan.Axes, Plan.Kernel, Plan.Stride, Plan.Padding.Sizes, Plan.Dilation, Plan.Groups);
        var y = TransposedConvolutionOperation.Run(x, weight, sizes.Shape(output, Plan.OutChannels), output);
        if (bias is null)
            return y;
        Span<int> perChannel = [output[1], 1, 1, 1];
        return y + bias.Reshape(new Shape(perChannel[..(1 + Plan.Axes)]));
    }
}
