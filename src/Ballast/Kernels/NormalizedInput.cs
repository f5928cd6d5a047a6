namespace Ballast.Kernels;

/// <summary>A normalization whose result a convolution read: as the convolution writes that result's gradient, it sums up what
/// the normalization's own gradient needs.</summary>
readonly unsafe struct NormalizedInput(ImageSource source, ChannelSums sums)
{
    /// <summary>The values that were normalized, and the channels' constants.</summary>
    public ImageSource Source => source;

    /// <summary>Takes the sums of the gradient and of the gradient times x - center.</summary>
    public ChannelSums Sums => sums;
}
