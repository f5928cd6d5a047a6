namespace Ballast;

/// <summary>A network that tells the class of each pixel: four steps down, each to half the size and twice the channels, then four steps up, each
/// joined with what was there before the step down. A step has two 3 x 3 convolutions, each with batch normalization and ReLU. From
/// [N, inChannels, H, W], of 16 pixels a side or more, to [N, classes, H, W]. Ronneberger et al. 2015, figure 1, with padding that keeps the
/// size and with batch normalization. PyTorch: the UNet of milesial's Pytorch-UNet, with its state keys <c>inc.double_conv.0</c>,
/// <c>down1.maxpool_conv.1.double_conv.0</c>, ..., <c>up1.up</c>, <c>up1.conv.double_conv.0</c>, ..., <c>outc.conv</c> and PyTorch's initial
/// weights.</summary>
public sealed class UNet : Module
{
    readonly DoubleConv enter;
    readonly Down[] down;
    readonly Up[] up;
    readonly Exit exit;

    /// <summary>Makes the network and draws its initial weights.</summary>
    /// <param name="inChannels">The channels of an image.</param>
    /// <param name="classes">How many classes a pixel can have.</param>
    /// <param name="bilinear">Whether steps up interpolate; a transposed convolution learns them otherwise.</param>
    /// <param name="width">The channels before the first step down.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public UNet(int inChannels = 3, int classes = 2, bool bilinear = false, int width = 64, Generator? generator = null)
    {
        int shrink = bilinear ? 2 : 1;
        enter = Register("inc", new DoubleConv(inChannels, width, width, generator));
        down = new Down[4];
        for (int i = 0; i < down.Length; i++)
            down[i] = Register($"down{i + 1}", new Down(width << i, (width << (i + 1)) / (i == 3 ? shrink : 1), generator));
        up = new Up[4];
        for (int i = 0; i < up.Length; i++)
            up[i] = Register($"up{i + 1}", new Up(width << (4 - i), (width << (3 - i)) / (i == 3 ? 1 : shrink), bilinear, generator));
        exit = Register("outc", new Exit(width, classes, generator));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        var levels = new Tensor[down.Length + 1];
        levels[0] = enter.Forward(input);
        for (int i = 0; i < down.Length; i++)
            levels[i + 1] = down[i].Forward(levels[i]);
        var current = levels[^1];
        for (int i = 0; i < up.Length; i++)
            current = up[i].Forward(current, levels[up.Length - 1 - i]);
        return exit.Forward(current);
    }

    sealed class DoubleConv : Module
    {
        readonly Sequential chain;

        public DoubleConv(int inChannels, int between, int outChannels, Generator? generator) =>
            chain = Register("double_conv", new Sequential(
                new Conv2d(inChannels, between, 3, padding: 1, bias: false, generator: generator), new BatchNorm2d(between), new ReLU(),
                new Conv2d(between, outChannels, 3, padding: 1, bias: false, generator: generator), new BatchNorm2d(outChannels), new ReLU()));

        public override Tensor Forward(Tensor input) => chain.Forward(input);
    }

    sealed class Down : Module
    {
        readonly Sequential chain;

        public Down(int inChannels, int outChannels, Generator? generator) => chain = Register(
            "maxpool_conv", new Sequential(new MaxPool2d(2), new DoubleConv(inChannels, outChannels, outChannels, generator)));

        public override Tensor Forward(Tensor input) => chain.Forward(input);
    }

    sealed class Up : Module
    {
        readonly Module up;
        readonly DoubleConv convolutions;

        public Up(int inChannels, int outChannels, bool bilinear, Generator? generator)
        {
            up = Register<Module>("up", bilinear
                ? new Upsample(scaleFactor: 2, mode: InterpolateMode.Bilinear, alignCorners: true)
                : new ConvTranspose2d(inChannels, inChannels / 2, 2, stride: 2, generator: generator));
            convolutions = Register("conv", new DoubleConv(inChannels, bilinear ? inChannels / 2 : outChannels, outChannels, generator));
        }

        /// <summary>A step up, joined with what was there before the step down, whose size may be one pixel more.</summary>
        public Tensor Forward(Tensor input, Tensor before)
        {
            var current = up.Forward(input);
            int rows = before.Shape[2] - current.Shape[2], columns = before.Shape[3] - current.Shape[3];
            if (rows != 0 || columns != 0)
                current = current.Pad([columns / 2, columns - columns / 2, rows / 2, rows - rows / 2]);
            var output = convolutions.Forward(Tensor.Concat([before, current], axis: 1));
            Show([input, before], output);
            return output;
        }

        public override Tensor Forward(Tensor input) =>
            throw new InvalidOperationException("UNet: a step up has two inputs, one from below and one from before the step down.");
    }

    sealed class Exit : Module
    {
        readonly Conv2d convolution;

        public Exit(int inChannels, int classes, Generator? generator) =>
            convolution = Register("conv", new Conv2d(inChannels, classes, 1, generator: generator));

        public override Tensor Forward(Tensor input) => convolution.Forward(input);
    }
}
