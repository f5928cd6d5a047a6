using System.Globalization;
using Ballast.Kernels;

namespace Ballast;

/// <summary>Local response normalization of [N, C, ...]: each value is divided by a power of the mean of the squares at its
/// position in the channels around it, y = x / (k + alpha / size sum of x^2)^beta over size channels: size / 2 before its
/// own and (size - 1) / 2 behind, zeros where there are none. Krizhevsky, Sutskever &amp; Hinton 2012, section 3.3. PyTorch:
/// <c>nn.LocalResponseNorm</c>.</summary>
/// <remarks>As in PyTorch alpha is divided by size, which it is not in the paper.</remarks>
public sealed class LocalResponseNorm : Module
{
    readonly ResponseNormalization rule;

    /// <summary>Makes the layer.</summary>
    /// <param name="size">How many channels are looked at.</param>
    /// <param name="alpha">The factor of the mean of the squares, 0 or more.</param>
    /// <param name="beta">The exponent.</param>
    /// <param name="k">Added to the mean, above 0.</param>
    /// <exception cref="ArgumentException">A size below 1, or numbers that let the divisor become 0 or less.</exception>
    public LocalResponseNorm(int size, double alpha = 1e-4, double beta = 0.75, double k = 1)
    {
        NormalizationChecks.Response(size, alpha, beta, k);
        (Size, Alpha, Beta, K) = (size, alpha, beta, k);
        rule = new ResponseNormalization(size, (float)alpha, (float)beta, (float)k);
    }

    /// <summary>How many channels are looked at.</summary>
    public int Size { get; }

    /// <summary>The factor of the mean of the squares.</summary>
    public double Alpha { get; }

    /// <summary>The exponent.</summary>
    public double Beta { get; }

    /// <summary>Added to the mean.</summary>
    public double K { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Fewer than three axes.</exception>
    public override Tensor Forward(Tensor input)
    {
        var shape = input.Shape;
        Throw.Unless(shape.Rank >= 3,
            $"{this}: expected input [N, C, L], [N, C, H, W] or [N, C, D, H, W], got {shape}. It works across "
                + $"channels at each position: Reshape [N, C] to [N, C, 1].");
        return ResponseNormalizationOperation.Run(input, ChannelInput.LayoutOf(shape), rule);
    }

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"{Size}, alpha={PythonText.Of(Alpha)}, beta={PythonText.Of(Beta)}, k={PythonText.Of(K)}";

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"LocalResponseNorm({Size}, alpha: {Alpha}, beta: {Beta}, k: {K})");
}
