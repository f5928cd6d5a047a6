namespace Ballast;

/// <summary>The largest value of each of so many windows of a channel of sequences that they make an output of a given size, from [N, C, L] to
/// [N, C, L']; see <see cref="AdaptivePooling"/>. PyTorch: <c>nn.AdaptiveMaxPool1d</c>.</summary>
/// <param name="outputSize">The positions of the output: <c>1</c>.</param>
/// <exception cref="ArgumentException">A size below 0, or another number of sizes.</exception>
public sealed class AdaptiveMaxPool1d(AdaptiveSize outputSize) : AdaptiveMaxPoolNd(1, outputSize);
