namespace Ballast;

/// <summary>The layers and losses without parameters of their own as functions of tensors, under PyTorch's names with each word capitalized,
/// arguments in its order. <c>using F = Ballast.Functional;</c> makes <c>F.relu(x)</c> an <c>F.Relu(x)</c>. PyTorch:
/// <c>torch.nn.functional</c>.</summary>
/// <remarks>What is a method of <see cref="Tensor"/> too is the same function. Layers of the same name call these.</remarks>
public static partial class Functional;
