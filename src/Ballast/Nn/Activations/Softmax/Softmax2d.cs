namespace Ballast;

/// <summary>The softmax over the channels of each pixel of [N, C, H, W] or [C, H, W]. PyTorch: <c>nn.Softmax2d</c>.</summary>
public sealed class Softmax2d : Module
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Not images.</exception>
    public override Tensor Forward(Tensor input)
    {
        Throw.Unless(input.Shape.Rank is 3 or 4, $"Softmax2d: expected input [N, C, H, W] or [C, H, W], got {input.Shape}.");
        return input.Softmax(input.Shape.Rank - 3);
    }

    /// <inheritdoc/>
    public override string ToString() => "Softmax2d()";
}
