namespace Ballast;

/// <summary>Channels as pixels: [..., C r r, H, W] becomes [..., C, H r, W r]. Shi et al. 2016. PyTorch: <c>nn.PixelShuffle</c>.</summary>
/// <param name="upscaleFactor">r: how many times as large the images become.</param>
public sealed class PixelShuffle(int upscaleFactor) : Module
{
    /// <summary>r: how many times as large the images become.</summary>
    public int UpscaleFactor => upscaleFactor;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">What <see cref="Functional.PixelShuffle"/> refuses.</exception>
    public override Tensor Forward(Tensor input) => Functional.PixelShuffle(input, upscaleFactor);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"upscale_factor={upscaleFactor}";

    /// <inheritdoc/>
    public override string ToString() => $"PixelShuffle({upscaleFactor})";
}
