namespace Ballast;

/// <summary>Layers of which each sees the block's input and the outputs of all layers before it, joined along the channels. From [N, C, H, W]
/// to [N, C + layers growth, H, W]. Huang et al. 2017, figure 1. PyTorch: torchvision's <c>_DenseBlock</c>, with its state keys
/// <c>denselayer1</c>, ...</summary>
public sealed class DenseBlock : Module
{
    readonly DenseLayer[] layers;

    /// <summary>Makes the block and draws its initial weights.</summary>
    /// <param name="count">How many layers.</param>
    /// <param name="inChannels">C, the channels of the input.</param>
    /// <param name="growth">The channels that a layer adds.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public DenseBlock(int count, int inChannels, int growth = 32, Generator? generator = null)
    {
        layers = new DenseLayer[count];
        for (int i = 0; i < count; i++)
            layers[i] = Register($"denselayer{i + 1}", new DenseLayer(inChannels + i * growth, growth, generator: generator));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        foreach (var layer in layers)
            input = Tensor.Concat([input, layer.Forward(input)], axis: 1);
        return input;
    }
}
