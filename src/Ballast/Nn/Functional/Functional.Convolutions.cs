namespace Ballast;

/// <content>Convolutions with weights of one's own.</content>
public static partial class Functional
{
    /// <summary>The convolution of sequences. PyTorch: <c>F.conv1d</c>.</summary>
    /// <param name="input">[N, C, L].</param>
    /// <param name="weight">[K, C / groups, kernel].</param>
    /// <param name="bias">[K], or null.</param>
    /// <param name="stride">Positions from one place of the kernel to the next.</param>
    /// <param name="padding">Zeros on each side, or <c>"same"</c>.</param>
    /// <param name="dilation">Positions from one value under the kernel to the next.</param>
    /// <param name="groups">The parts that the channels are cut into.</param>
    /// <exception cref="ArgumentException">Shapes that do not go together, or what <see cref="Ballast.Conv1d"/> refuses.</exception>
    public static Tensor Conv1d(
        Tensor input, Tensor weight, Tensor? bias = null, PerAxis? stride = null, ConvPadding padding = default, PerAxis? dilation = null,
        int groups = 1) => Convolve(nameof(Conv1d), 1, input, weight, bias, stride ?? 1, padding, dilation ?? 1, groups);

    /// <summary>The convolution of images [N, C, H, W] with [K, C / groups, rows, columns]. PyTorch: <c>F.conv2d</c>.</summary>
    /// <inheritdoc cref="Conv1d"/>
    public static Tensor Conv2d(
        Tensor input, Tensor weight, Tensor? bias = null, PerAxis? stride = null, ConvPadding padding = default, PerAxis? dilation = null,
        int groups = 1) => Convolve(nameof(Conv2d), 2, input, weight, bias, stride ?? 1, padding, dilation ?? 1, groups);

    /// <summary>The convolution of volumes [N, C, D, H, W] with [K, C / groups, planes, rows, columns]. PyTorch: <c>F.conv3d</c>.</summary>
    /// <inheritdoc cref="Conv1d"/>
    public static Tensor Conv3d(
        Tensor input, Tensor weight, Tensor? bias = null, PerAxis? stride = null, ConvPadding padding = default, PerAxis? dilation = null,
        int groups = 1) => Convolve(nameof(Conv3d), 3, input, weight, bias, stride ?? 1, padding, dilation ?? 1, groups);

    /// <summary>The transposed convolution of sequences. PyTorch: <c>F.conv_transpose1d</c>.</summary>
    /// <param name="input">[N, C, L].</param>
    /// <param name="weight">[C, K / groups, kernel].</param>
    /// <param name="bias">[K], or null.</param>
    /// <param name="stride">Positions of the output from one value's kernel to the next one's.</param>
    /// <param name="padding">Positions that are left out on each side of the output.</param>
    /// <param name="outputPadding">Positions that are added at the end of the output.</param>
    /// <param name="groups">The parts that the channels are cut into.</param>
    /// <param name="dilation">Positions from one value of the kernel to the next.</param>
    /// <exception cref="ArgumentException">Shapes that do not go together, or what <see cref="Ballast.ConvTranspose1d"/> refuses.</exception>
    public static Tensor ConvTranspose1d(
        Tensor input, Tensor weight, Tensor? bias = null, PerAxis? stride = null, PerAxis padding = default, PerAxis outputPadding = default,
        int groups = 1, PerAxis? dilation = null) =>
        Transpose(nameof(ConvTranspose1d), 1, input, weight, bias, stride ?? 1, padding, outputPadding, groups, dilation ?? 1);

    /// <summary>The transposed convolution of images [N, C, H, W] with [C, K / groups, rows, columns]. PyTorch: <c>F.conv_transpose2d</c>.
    /// </summary>
    /// <inheritdoc cref="ConvTranspose1d"/>
    public static Tensor ConvTranspose2d(
        Tensor input, Tensor weight, Tensor? bias = null, PerAxis? stride = null, PerAxis padding = default, PerAxis outputPadding = default,
        int groups = 1, PerAxis? dilation = null) =>
        Transpose(nameof(ConvTranspose2d), 2, input, weight, bias, stride ?? 1, padding, outputPadding, groups, dilation ?? 1);

    /// <summary>The transposed convolution of volumes [N, C, D, H, W] with [C, K / groups, planes, rows, columns]. PyTorch:
    /// <c>F.conv_transpose3d</c>.</summary>
    /// <inheritdoc cref="ConvTranspose1d"/>
    public static Tensor ConvTranspose3d(
        Tensor input, Tensor weight, Tensor? bias = null, PerAxis? stride = null, PerAxis padding = default, PerAxis outputPadding = default,
        int groups = 1, PerAxis? dilation = null) =>
        Transpose(nameof(ConvTranspose3d), 3, input, weight, bias, stride ?? 1, padding, outputPadding, groups, dilation ?? 1);

    static Tensor Convolve(
        string name, int axes, Tensor input, Tensor weight, Tensor? bias, PerAxis stride, ConvPadding padding, PerAxis dilation, int groups)
    {
        var kernel = KernelOf(name, axes, weight, "[K, C / groups, ...]");
        CheckBias(name, bias, weight.Shape[0]);
        var plan = new ConvPlan(name, axes, weight.Shape[1] * groups, weight.Shape[0], kernel, stride, padding, dilation, groups).Checked();
        return plan.Run(input, weight, bias, name);
    }

    static Tensor Transpose(
        string name, int axes, Tensor input, Tensor weight, Tensor? bias, PerAxis stride, PerAxis padding, PerAxis outputPadding, int groups,
        PerAxis dilation)
    {
        var kernel = KernelOf(name, axes, weight, "[C, K / groups, ...]");
        int outputs = weight.Shape[1] * groups;
        CheckBias(name, bias, outputs);
        var plan = new ConvPlan(name, axes, outputs, weight.Shape[0], kernel, stride, padding, dilation, groups);
        return new ConvTransposePlan(plan, outputPadding).Checked().Run(input, weight, bias, name);
    }

    static PerAxis KernelOf(string name, int axes, Tensor weight, string expected)
    {
        Throw.Unless(weight.Shape.Rank == axes + 2, $"{name}: expected a weight {expected} of {axes + 2} axes, got {weight.Shape}.");
        return PerAxis.Of(axes, axis => weight.Shape[2 + axis]);
    }

    static void CheckBias(string name, Tensor? bias, int outputs) => Throw.Unless(bias is null || (bias.Shape.Rank == 1 && bias.Length == outputs),
        $"{name}: expected a bias [{outputs}] or none, got {bias?.Shape ?? Shape.Scalar}.");
}
