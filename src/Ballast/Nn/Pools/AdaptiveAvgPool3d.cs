namespace Ballast;

/// <summary>The mean of each of so many windows of a channel of volumes that they make an output of a given size, from [N, C, D, H, W] to
/// [N, C, D', H', W']; see <see cref="AdaptivePooling"/>. PyTorch: <c>nn.AdaptiveAvgPool3d</c>.</summary>
/// <param name="outputSize">The planes, rows and columns of the output: <c>1</c>, <c>(2, 7, 5)</c>, or <c>(null, 7, 5)</c>, where null keeps the
/// size of the input.</param>
/// <exception cref="ArgumentException">A size below 0, or another number of sizes.</exception>
public sealed class AdaptiveAvgPool3d(AdaptiveSize outputSize) : AdaptiveAvgPoolNd(3, outputSize);
