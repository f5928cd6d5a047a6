namespace Ballast;

/// <summary>Pixels as channels: [..., C, H r, W r] becomes [..., C r r, H, W]. PyTorch: <c>nn.PixelUnshuffle</c>.</summary>
/// <param name="downscaleFactor">r: how many times as small the images become.</param>
public sealed class PixelUnshuffle(int downscaleFactor) : Module
{
    /// <summary>r: how many times as small the images become.</summary>
    public int DownscaleFactor => downscaleFactor;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">What <see cref="Functional.PixelUnshuffle"/> refuses.</exception>
    public override Tensor Forward(Tensor input) => Functional.PixelUnshuffle(input, downscaleFactor);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"downscale_factor={downscaleFactor}";

    /// <inheritdoc/>
    public override string ToString() => $"PixelUnshuffle({downscaleFactor})";
}
