using Ballast.Kernels;

namespace Ballast;

/// <content>Softmaxes. Axes are counted from 0, -1 is the last one.</content>
public partial class Tensor
{
    /// <summary>The softmax along an axis, exp(x) / sum of exp(x): probabilities that add up to 1. PyTorch: <c>softmax(dim)</c>.</summary>
    /// <remarks><see cref="CrossEntropyLoss"/> takes logits, not these.</remarks>
    /// <param name="axis">The axis.</param>
    /// <exception cref="ArgumentException">There is no such axis.</exception>
    public Tensor Softmax(int axis) => SoftmaxOperation<PlainSoftmax>.Run(this, Axis(nameof(Softmax), axis));

    /// <summary>The softmax of each row of [N, C]: <c>Softmax(1)</c>.</summary>
    /// <exception cref="ArgumentException">Not [N, C].</exception>
    public Tensor Softmax()
    {
        Throw.Unless(Shape.Rank == 2 && Shape[1] > 0, $"Softmax: expected [N, C], got {Shape}.");
        return Softmax(1);
    }

    /// <summary>The logarithm of the softmax along an axis, x - ln(sum of exp(x)), without overflow. PyTorch: <c>log_softmax(dim)</c>.</summary>
    /// <inheritdoc cref="Softmax(int)"/>
    public Tensor LogSoftmax(int axis) => SoftmaxOperation<LogarithmicSoftmax>.Run(this, Axis(nameof(LogSoftmax), axis));
}
