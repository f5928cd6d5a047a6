namespace Ballast;

/// <summary>Images [N, C, H, W] of another size, of the value nearest to each place. PyTorch: <c>nn.UpsamplingNearest2d</c>.
/// </summary>
/// <param name="size">The rows and columns of the output; null where the factor is given.</param>
/// <param name="scaleFactor">How many times as large the output is, rounded down; null where the size is given.</param>
public sealed class UpsamplingNearest2d(PerAxis? size = null, ScaleFactors? scaleFactor = null)
    : Upsample(size, scaleFactor, InterpolateMode.Nearest, null);
