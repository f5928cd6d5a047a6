namespace Ballast;

/// <summary>Draws the weights of a complete network once more, as torchvision does: a seed then gives the same ones.</summary>
static class InitialWeights
{
    /// <summary>Convolutions normal over their outputs or inputs with biases of 0; linear layers, where a deviation is given, normal with it
    /// and biases of 0.</summary>
    /// <param name="network">The network, all of whose layers are there.</param>
    /// <param name="mode">What the deviation of a convolution counts.</param>
    /// <param name="linear">The deviation of linear layers; null leaves them as they are.</param>
    /// <param name="generator">Where the draws come from.</param>
    public static void Draw(Module network, FanMode mode, double? linear, Generator? generator)
    {
        foreach (var (_, module) in network.NamedModules())
        {
            if (module is Conv2d convolution)
            {
                Init.KaimingNormal(convolution.Weight, mode: mode, generator: generator);
                if (convolution.Bias is not null)
                    Init.Zeros(convolution.Bias);
            }
            else if (module is Linear layer && linear is { } deviation)
            {
                Init.Normal(layer.Weight, 0, deviation, generator);
                Init.Zeros(layer.Bias!);
            }
        }
    }

    /// <summary>The weights of convolutions and linear layers normal within bounds of -2 to 2.</summary>
    /// <param name="network">The network, all of whose layers are there.</param>
    /// <param name="deviation">The standard deviation.</param>
    /// <param name="zerosBiases">Whether biases become 0; they stay as they are otherwise.</param>
    /// <param name="generator">Where the draws come from.</param>
    public static void DrawTruncated(Module network, double deviation, bool zerosBiases, Generator? generator)
    {
        foreach (var (_, module) in network.NamedModules())
        {
            var (weight, bias) = module switch
            {
                Conv2d convolution => (convolution.Weight, convolution.Bias),
                Linear linear => (linear.Weight, linear.Bias),
                _ => (null, null),
            };
            if (weight is null)
                continue;
            Init.TruncNormal(weight, std: deviation, generator: generator);
            if (zerosBiases && bias is not null)
                Init.Zeros(bias);
        }
    }
}
