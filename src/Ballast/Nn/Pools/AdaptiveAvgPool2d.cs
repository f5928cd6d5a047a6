namespace Ballast;

/// <summary>The mean of each of so many windows of a channel of images that they make an output of a given size, from [N, C, H, W] to
/// [N, C, H', W']; see <see cref="AdaptivePooling"/>. PyTorch: <c>nn.AdaptiveAvgPool2d</c>.</summary>
/// <param name="outputSize">The rows and columns of the output: <c>1</c>, <c>(7, 5)</c>, or <c>(7, null)</c>, where null keeps the size of the
/// input.</param>
/// <exception cref="ArgumentException">A size below 0, or another number of sizes.</exception>
public sealed class AdaptiveAvgPool2d(AdaptiveSize outputSize) : AdaptiveAvgPoolNd(2, outputSize);
