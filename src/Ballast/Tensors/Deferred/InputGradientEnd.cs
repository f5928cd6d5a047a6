using Ballast.Kernels;

namespace Ballast;

/// <summary>What a convolution does with the gradient of its input as it writes it: adds what other readers of the input have
/// given it before, lets it pass the ReLU that made the input, and sums up what the normalization before that needs.</summary>
readonly unsafe ref struct InputGradientEnd
{
    [ThreadStatic] static ChannelSums? sums;

    readonly ChannelLayout layout;
    readonly ChannelAffine? normalized;
    readonly ResidualSum? gate;
    readonly Buffer? before;

    /// <summary>Finds out what can be done.</summary>
    /// <param name="input">The input as the convolution kept it; nothing where its kernel can do none of this.</param>
    /// <param name="shape">The sizes.</param>
    /// <param name="x">The input, whose gradient gathered so far is taken over.</param>
    public InputGradientEnd(Values input, in ConvolutionShape shape, Tensor x)
    {
        layout = shape.Input;
        if (input.IsEmpty)
            return;
        var sum = input.Recipe as ResidualSum;
        normalized = sum is null ? input.Recipe as ChannelAffine : sum is { HasRelu: true } ? sum.Normalized : null;
        gate = normalized is null ? null : sum;
        if (x.Producer?.Gradient(x.OutputIndex).Take() is { IsEmpty: false } gathered)
            before = ChannelsLast.Read(gathered, layout);
    }

    /// <summary>The same for the kernel; good until <see cref="Finish"/>.</summary>
    public ResultEnd Open()
    {
        int length = layout.Length;
        var passed = gate?.HoldInOrder();
        passed?.Release(); // the recipe keeps it
        fixed (float* added = before is null ? default : before.Span(length))
        fixed (float* open = passed is null ? default : passed.Span(length))
        fixed (float* from = normalized is null ? default : normalized.Source)
        fixed (float* table = normalized is null ? default : normalized.Table)
        {
            return new ResultEnd
            {
                Sources = new ResultSources { Added = added, Gate = open, Normalized = from },
                Table = table,
                HasRelu = normalized is { HasRelu: true },
                Sums = normalized is null ? null : sums ??= new ChannelSums(),
            };
        }
    }

    /// <summary>The gradient that the kernel wrote, with what is known of it.</summary>
    public ChannelsLast Finish(Buffer dx)
    {
        before?.Release();
        if (normalized is null)
            return new ChannelsLast(dx, layout);
        double[] totals = new double[2 * layout.C];
        sums!.Finish(totals);
        return new ChannelsLast(dx, layout, sums: normalized.Sums(totals), gate: gate);
    }
}
