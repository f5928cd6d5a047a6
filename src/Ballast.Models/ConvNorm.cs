namespace Ballast;

/// <summary>Convolution, batch normalization and activation one behind the other, as most of these networks are built: torchvision's
/// <c>ops.Conv2dNormActivation</c>, with its state keys <c>0</c> and <c>1</c>.</summary>
static class ConvNorm
{
    /// <summary>Makes the three, or two without an activation; the padding keeps the size at stride 1.</summary>
    public static Sequential Make(
        int inChannels, int outChannels, int kernel, Module? activation, int stride = 1, int groups = 1, double eps = 1e-5,
        double momentum = 0.1, Generator? generator = null)
    {
        var convolution = new Conv2d(
            inChannels, outChannels, kernel, stride, padding: (kernel - 1) / 2, groups: groups, bias: false, generator: generator);
        var norm = new BatchNorm2d(outChannels, eps, momentum);
        return activation is null ? new Sequential(convolution, norm) : new Sequential(convolution, norm, activation);
    }

    /// <summary>The multiple of 8 that is nearest to a number of channels, and no less than nine tenths of it.</summary>
    public static int MultipleOfEight(double channels)
    {
        int rounded = Math.Max(8, (int)(channels + 4) / 8 * 8);
        return rounded < 0.9 * channels ? rounded + 8 : rounded;
    }
}
