using System.Globalization;
using System.Text;

namespace Ballast;

/// <summary>What a convolution over one to three axes is told, apart from its weights: what it refuses, the shape of its result, and how it
/// runs.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Axes">1 for sequences, 2 for images, 3 for volumes.</param>
/// <param name="InChannels">C, the channels of the input.</param>
/// <param name="OutChannels">K, the channels of the output.</param>
/// <param name="Kernel">Positions of the kernel.</param>
/// <param name="Stride">Positions from one place of the kernel to the next.</param>
/// <param name="Padding">Positions put on each side of the input.</param>
/// <param name="Dilation">Positions from one value under the kernel to the next.</param>
/// <param name="Groups">The parts that the channels are cut into.</param>
/// <param name="Mode">What is put there.</param>
sealed record ConvPlan(
    string Layer, int Axes, int InChannels, int OutChannels, PerAxis Kernel, PerAxis Stride, ConvPadding Padding, PerAxis Dilation, int Groups,
    PadMode Mode = PadMode.Constant)
{
    /// <summary>Refuses settings that are none.</summary>
    public ConvPlan Checked()
    {
        Throw.Unless(InChannels > 0 && OutChannels > 0,
            $"{Layer}: expected at least 1 channel, got {InChannels} in and {OutChannels} out.");
        Throw.Unless(Kernel.Fits(Axes, 1) && Stride.Fits(Axes, 1) && Dilation.Fits(Axes, 1) && Padding.Sizes.Fits(Axes, 0),
            $"{Layer}: expected a kernel, stride and dilation of at least 1 and a padding of at least 0{PerAxisNote}, got kernel "
                + $"{Kernel}, stride {Stride}, dilation {Dilation}, padding {Padding}.");
        Throw.Unless(Groups > 0 && InChannels % Groups == 0 && OutChannels % Groups == 0,
            $"{Layer}: expected groups that divide both {InChannels} input and {OutChannels} output channels, "
                + $"got {Groups}. Use {Divisor(InChannels, OutChannels)} groups, or other numbers of channels.");
        Throw.Unless((double)OutChannels * (InChannels / Groups) * Kernel.Product(Axes) <= int.MaxValue,
            $"{Layer}: {OutChannels} kernels of {InChannels / Groups} x {Times(axis => Kernel[axis])} make more "
                + $"than {int.MaxValue} weights. Use a smaller kernel, or fewer channels.");
        Throw.Unless(!Padding.IsSame || Stride == 1,
            $"{Layer}: a padding of \"same\" goes with a stride of 1, got {Stride}. Give the padding as numbers.");
        return this;
    }

    /// <summary>What PyTorch prints of a convolution.</summary>
    public string Printed(string? mode, bool bias, PerAxis outputPadding = default)
    {
        string Sizes(string name, PerAxis sizes, int usual) => sizes == usual ? "" : $", {name}={PythonText.Of(sizes, Axes)}";
        return $"{InChannels}, {OutChannels}, kernel_size={PythonText.Of(Kernel, Axes)}, stride={PythonText.Of(Stride, Axes)}"
            + (Padding.Word is { } word ? $", padding={word}" : Sizes("padding", Padding.Sizes, 0)) + Sizes("dilation", Dilation, 1)
            + Sizes("output_padding", outputPadding, 0) + (Groups == 1 ? "" : $", groups={Groups}") + (bias ? "" : ", bias=False")
            + (mode is null ? "" : $", padding_mode={mode}");
    }

    /// <summary>What a refusal says about how many numbers there are, where one has too many or too few.</summary>
    string PerAxisNote => Kernel.Count is 0 && Stride.Count is 0 && Padding.Sizes.Count is 0 && Dilation.Count is 0
        ? "" : $" for each of {Axes} axes";

    /// <summary>The inputs, as a message names them.</summary>
    public static string Inputs(int axes, object channels)
    {
        string places = axes switch { 1 => "L", 2 => "H, W", _ => "D, H, W" };
        return $"[N, {channels}, {places}] or [{channels}, {places}]";
    }

    /// <summary>What an input is a batch of.</summary>
    public static string Things(int axes) => axes switch { 1 => "sequence", 2 => "image", _ => "volume" };

    /// <summary>Refuses another number of axes or channels.</summary>
    public void CheckInput(Shape shape, object layer)
    {
        CheckInput(shape, Axes, InChannels, layer);
    }

    /// <summary>Refuses what is neither a batch of things nor a single one, or has other channels.</summary>
    public static void CheckInput(Shape shape, int axes, int channels, object layer)
    {
        if ((shape.Rank == axes + 2 || shape.Rank == axes + 1) && shape[^(axes + 1)] == channels)
            return;
        Throw.Argument($"{layer}: expected input {Inputs(axes, channels)}, got {shape}. " + (shape.Rank == axes + 2
            ? $"The layer before it must produce {channels} channels."
            : shape.Rank == axes + 1
            ? $"{axes + 1} axes are a single {Things(axes)}, the first its channels; a batch without an axis of channels gets one by Unsqueeze(1)."
            : $"It takes a batch of {Things(axes)}s, or one {Things(axes)}."));
    }

    // Positions put before and after the input: of an odd number of "same" the larger half comes after it.
    int Before(int axis) => Padding.IsSame ? Dilation[axis] * (Kernel[axis] - 1) / 2 : Padding.Sizes[axis];

    int After(int axis) => Padding.IsSame ? Dilation[axis] * (Kernel[axis] - 1) - Before(axis) : Padding.Sizes[axis];

    long Extent(int axis) => (long)Dilation[axis] * (Kernel[axis] - 1) + 1;

    long Padded(Shape input, int axis) => (long)input[input.Rank - Axes + axis] + Before(axis) + After(axis);

    /// <summary>The shape of the result for an input, a batch or a single one.</summary>
    public Shape Output(Shape input, object layer)
    {
        CheckInput(input, layer);
        int first = input.Rank - Axes;
        Span<int> sizes = stackalloc int[input.Rank];
        (sizes[0], sizes[first - 1]) = (input[0], OutChannels);
        for (int axis = 0; axis < Axes; axis++)
        {
            if (Padded(input, axis) < Extent(axis))
            {
                Throw.Argument(
                    $"{layer}: the kernel covers {Times(Extent)} {(Axes == 2 ? "pixels" : "positions")}, the padded input {input} has "
                    + $"{Times(a => Padded(input, a))}. Use a smaller kernel, more padding, or fewer layers that shrink the "
                    + $"{Things(Axes)} before it.");
            }

            sizes[first + axis] = (int)((Padded(input, axis) - Extent(axis)) / Stride[axis]) + 1;
        }

        return new Shape(sizes);
    }

    /// <summary>The convolution.</summary>
    public Tensor Run(Tensor input, Tensor weight, Tensor? bias, object layer)
    {
        Output(input.Shape, layer);
        return input.Shape.Rank == Axes + 1 ? Run(input.Unsqueeze(0), weight, bias).Squeeze(0) : Run(input, weight, bias);
    }

    Tensor Run(Tensor input, Tensor weight, Tensor? bias)
    {
        Span<int> more = stackalloc int[2 * Axes];
        bool padsItself = Mode == PadMode.Constant, pads = false;
        for (int axis = 0; axis < Axes; axis++)
        {
            // Zeros on both sides are the kernel's.
            int last = 2 * (Axes - 1 - axis);
            (more[last], more[last + 1]) = padsItself ? (0, After(axis) - Before(axis)) : (Before(axis), After(axis));
            pads |= more[last] + more[last + 1] > 0;
        }

        PerAxis padding = padsItself ? PerAxis.Of(Axes, Before) : 0;
        var x = pads ? input.Pad(more, Mode) : input;
        return new ConvolutionSizes(Axes, Kernel, Stride, padding, Dilation, Groups).Run(x, weight, bias);
    }

    string Times(Func<int, long> size) => string.Join(" x ", Enumerable.Range(0, Axes).Select(size));

    static int Divisor(int a, int b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }

    /// <summary>The layer with its settings, those that are not the usual ones by their names, without a closing bracket.</summary>
    public string Describe()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Layer}({InChannels}, {OutChannels}, {Kernel}");
        if (Stride != 1)
            text.Append(CultureInfo.InvariantCulture, $", stride: {Stride}");
        if (Padding != 0)
            text.Append(CultureInfo.InvariantCulture, $", padding: {Padding}");
        if (Dilation != 1)
            text.Append(CultureInfo.InvariantCulture, $", dilation: {Dilation}");
        if (Groups != 1)
            text.Append(CultureInfo.InvariantCulture, $", groups: {Groups}");
        return text.Append(Mode == PadMode.Constant ? "" : $", paddingMode: {Mode}").ToString();
    }
}
