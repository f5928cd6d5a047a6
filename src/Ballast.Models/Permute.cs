namespace Ballast;

/// <summary>The axes of a tensor in another order: a view. PyTorch: <c>torchvision.ops.Permute</c>.</summary>
sealed class Permute(params int[] axes) : Module
{
    public override Tensor Forward(Tensor input) => input.Permute(axes);
}
