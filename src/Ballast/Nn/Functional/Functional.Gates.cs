using Ballast.Kernels;

namespace Ballast;

/// <content>Functions with slopes or gates of their own, and softmaxes.</content>
public static partial class Functional
{
    /// <summary>x where x > 0, else a x, element by element. The gradient of a is g x where x is not above 0, added up. PyTorch:
    /// <c>F.prelu</c>.</summary>
    /// <param name="input">[N, C, ...], or any shape with one slope.</param>
    /// <param name="weight">a: one slope, or [C].</param>
    /// <exception cref="ArgumentException">Several slopes, and an input without as many channels.</exception>
    public static Tensor Prelu(Tensor input, Tensor weight)
    {
        var shape = input.Shape;
        Throw.Unless(weight.Shape.Rank <= 1 && (weight.Length == 1 || (shape.Rank > 1 && weight.Length == shape[1])),
            $"Prelu: expected one slope or [C] for an input [N, C, ...], got {weight.Shape} for {shape}.");
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        sizes.Fill(1);
        sizes[0] = weight.Length;
        var slopes = weight.Reshape(weight.Length == 1 ? Shape.Scalar : new Shape(sizes[..(shape.Rank - 1)]));
        return Backend.Current?.Apply("prelu", [input, slopes]) ?? PairOperation<PreluFunction>.Run(input, slopes, shape);
    }

    /// <summary>x where x > 0, else a x, element by element: a is drawn for each such value, uniform on [lower, upper), or their mean where
    /// nothing is trained. PyTorch: <c>F.rrelu</c>, with its draws.</summary>
    /// <param name="input">Any shape.</param>
    /// <param name="lower">The smallest slope.</param>
    /// <param name="upper">The end of the slopes.</param>
    /// <param name="training">Whether slopes are drawn.</param>
    /// <param name="generator">Where the draws come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">lower is above upper, or they are not finite.</exception>
    public static Tensor Rrelu(
        Tensor input, double lower = 1 / 8.0, double upper = 1 / 3.0, bool training = false, Generator? generator = null)
    {
        if (!training)
            return input.LeakyRelu((lower + upper) / 2);
        float[] slopes = new float[input.Length];
        Span<double> drawn = stackalloc double[1];
        var values = input.AsSpan();
        for (int i = 0; i < slopes.Length; i++)
        {
            slopes[i] = 1;
            if (values[i] > 0 || float.IsNaN(values[i]))
                continue;
            (generator ?? Generator.Default).Uniform(drawn, lower, upper);
            slopes[i] = (float)drawn[0];
        }

        return input * Tensor.From(slopes, input.Shape);
    }

    /// <summary>a / (1 + exp(-b)) of the two halves a and b of an axis. PyTorch: <c>F.glu</c>.</summary>
    /// <exception cref="ArgumentException">There is no such axis, or its size is odd.</exception>
    public static Tensor Glu(Tensor input, int axis = -1)
    {
        axis = input.Axis(nameof(Glu), axis);
        int size = input.Shape[axis], half = size / 2;
        Throw.Unless(size % 2 == 0, $"Glu: expected an even size, to cut it in two halves, got {size} on axis {axis} of {input.Shape}.");
        return input.Narrow(axis, 0, half) * input.Narrow(axis, half, half).Sigmoid();
    }

    /// <summary>exp(x) / sum of exp(x) along an axis. PyTorch: <c>F.softmax</c>.</summary>
    /// <param name="input">Any shape.</param>
    /// <param name="axis">The axis; null for 0 of inputs with 0, 1 or 3 axes and 1 of all others, as PyTorch chooses.</param>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public static Tensor Softmax(Tensor input, int? axis) => input.Softmax(axis ?? SoftmaxAxis(input));

    /// <summary>exp(-x) / sum of exp(-x) along an axis. PyTorch: <c>F.softmin</c>.</summary>
    /// <inheritdoc cref="Softmax"/>
    public static Tensor Softmin(Tensor input, int? axis) => (-input).Softmax(axis ?? SoftmaxAxis(input));

    /// <summary>x - ln(sum of exp(x)) along an axis, without overflow. PyTorch: <c>F.log_softmax</c>.</summary>
    /// <inheritdoc cref="Softmax"/>
    public static Tensor LogSoftmax(Tensor input, int? axis) => input.LogSoftmax(axis ?? SoftmaxAxis(input));

    static int SoftmaxAxis(Tensor input) => input.Shape.Rank is 0 or 1 or 3 ? 0 : 1;

    /// <summary>A sample of the categories with these unnormalized log-probabilities that has a gradient: the softmax of
    /// (x - ln e) / tau with e drawn from the exponential distribution. Jang, Gu &amp; Poole 2016. PyTorch: <c>F.gumbel_softmax</c>, with
    /// its draws.</summary>
    /// <param name="logits">Any shape.</param>
    /// <param name="tau">The temperature: the smaller, the closer to one category.</param>
    /// <param name="hard">Whether the result is 1 for the largest value and 0 for the others; the gradient is that of the soft one.</param>
    /// <param name="axis">The axis of the categories.</param>
    /// <param name="generator">Where the draws come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">There is no such axis, or a temperature of 0 or less.</exception>
    public static Tensor GumbelSoftmax(Tensor logits, double tau = 1, bool hard = false, int axis = -1, Generator? generator = null)
    {
        Throw.Unless(tau > 0, $"GumbelSoftmax: expected a temperature above 0, got {tau}.");
        axis = logits.Axis(nameof(GumbelSoftmax), axis);
        double[] uniform = new double[logits.Length];
        (generator ?? Generator.Default).Uniform(uniform);
        var noise = Tensor.From(Array.ConvertAll(uniform, static u => -MathF.Log((float)-Math.Log(1 - u))), logits.Shape);
        var soft = ((logits + noise) / tau).Softmax(axis);
        if (!hard)
            return soft;
        var one = Tensor.Zeros(soft.Shape).Scatter(axis, soft.ArgMax(axis, keepAxis: true), Tensor.OnesLike(soft));
        return one - soft.Detach() + soft;
    }
}
