namespace Ballast;

/// <content>Linear and bilinear functions with weights of one's own.</content>
public static partial class Functional
{
    /// <summary>y = x W^T + b, from [..., in] to [..., out]. PyTorch: <c>F.linear</c>.</summary>
    /// <param name="input">x: [..., in].</param>
    /// <param name="weight">W: [out, in].</param>
    /// <param name="bias">b: [out], or null.</param>
    /// <exception cref="ArgumentException">Shapes that do not go together.</exception>
    public static Tensor Linear(Tensor input, Tensor weight, Tensor? bias = null)
    {
        Throw.Unless(weight.Shape.Rank == 2 && input.Shape.Rank > 0 && input.Shape[^1] == weight.Shape[1],
            $"Linear: expected input [..., in] and weight [out, in], got {input.Shape} and {weight.Shape}.");
        CheckBias(nameof(Linear), bias, weight.Shape[0]);
        return LinearOperation.Run(input, weight, bias, input.Shape.WithLast(weight.Shape[0]));
    }

    /// <summary>y[o] = x1^T A[o] x2 + b[o], from [..., in1] and [..., in2] to [..., out]. PyTorch: <c>F.bilinear</c>.</summary>
    /// <param name="input1">[..., in1].</param>
    /// <param name="input2">[..., in2], otherwise of the same shape.</param>
    /// <param name="weight">A: [out, in1, in2].</param>
    /// <param name="bias">b: [out], or null.</param>
    /// <exception cref="ArgumentException">Shapes that do not go together.</exception>
    public static Tensor Bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias = null)
    {
        var (a, b, w) = (input1.Shape, input2.Shape, weight.Shape);
        Throw.Unless(w.Rank == 3 && a.Rank > 0 && b.Rank == a.Rank && a[^1] == w[1] && b[^1] == w[2] && a.WithLast(1) == b.WithLast(1),
            $"Bilinear: expected inputs [..., in1] and [..., in2] and a weight [out, in1, in2], got {a}, {b} and {w}.");
        CheckBias(nameof(Bilinear), bias, w[0]);
        var half = input1.Reshape(-1, w[1]).MatMul(weight.Permute(1, 0, 2).Reshape(w[1], w[0] * w[2])).Reshape(-1, w[0], w[2]);
        var y = (half * input2.Reshape(-1, 1, w[2])).Sum([2]).Reshape(a.WithLast(w[0]));
        return bias is null ? y : y + bias;
    }
}

/// <summary>How <see cref="Functional.Interpolate"/> computes a value from those around its place. PyTorch: <c>mode</c>.</summary>
public enum InterpolateMode
{
    /// <summary>The value at floor(i in / out).</summary>
    Nearest,

    /// <summary>The two around it of a sequence, by their distances.</summary>
    Linear,

    /// <summary>The four around it of an image, by their distances.</summary>
    Bilinear,

    /// <summary>The sixteen around it of an image, by cubic functions of their distances.</summary>
    Bicubic,

    /// <summary>The eight around it of a volume, by their distances.</summary>
    Trilinear,

    /// <summary>The mean of those that it covers, as an adaptive pool's.</summary>
    Area,

    /// <summary>The value nearest to its center.</summary>
    NearestExact,
}
