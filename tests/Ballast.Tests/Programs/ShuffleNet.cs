namespace Ballast.Tests.Programs;

/// <summary>pytorch-cifar's ShuffleNetV2: half of the channels pass, and all are shuffled.</summary>
static class ShuffleNet
{
    public static IEnumerable<double> Losses() => MobileNet.Train(static () => new ShuffleNetV2(10), 0.01);

    sealed class Basic : Module
    {
        readonly Sequential chain;
        readonly ChannelShuffle shuffle;

        public Basic(int channels)
        {
            int half = channels / 2;
            chain = RegisterChain(
                ("conv1", new Conv2d(half, half, 1, bias: false)), ("bn1", new BatchNorm2d(half)), ("relu1", new ReLU()),
                ("conv2", new Conv2d(half, half, 3, padding: 1, groups: half, bias: false)), ("bn2", new BatchNorm2d(half)),
                ("conv3", new Conv2d(half, half, 1, bias: false)), ("bn3", new BatchNorm2d(half)), ("relu3", new ReLU()));
            shuffle = Register("shuffle", new ChannelShuffle(2));
        }

        public override Tensor Forward(Tensor input)
        {
            var halves = input.Chunk(2, axis: 1);
            return shuffle.Forward(Tensor.Concat([halves[0], chain.Forward(halves[1])], axis: 1));
        }
    }

    sealed class Down : Module
    {
        readonly Sequential left, right;
        readonly ChannelShuffle shuffle;

        public Down(int inputs, int outputs)
        {
            int half = outputs / 2;
            left = RegisterChain(
                ("conv1", new Conv2d(inputs, inputs, 3, stride: 2, padding: 1, groups: inputs, bias: false)), ("bn1", new BatchNorm2d(inputs)),
                ("conv2", new Conv2d(inputs, half, 1, bias: false)), ("bn2", new BatchNorm2d(half)), ("relu2", new ReLU()));
            right = RegisterChain(
                ("conv3", new Conv2d(inputs, half, 1, bias: false)), ("bn3", new BatchNorm2d(half)), ("relu3", new ReLU()),
                ("conv4", new Conv2d(half, half, 3, stride: 2, padding: 1, groups: half, bias: false)), ("bn4", new BatchNorm2d(half)),
                ("conv5", new Conv2d(half, half, 1, bias: false)), ("bn5", new BatchNorm2d(half)), ("relu5", new ReLU()));
            shuffle = Register("shuffle", new ChannelShuffle(2));
        }

        public override Tensor Forward(Tensor input) =>
            shuffle.Forward(Tensor.Concat([left.Forward(input), right.Forward(input)], axis: 1));
    }

    sealed class ShuffleNetV2 : Module
    {
        readonly Sequential chain;

        public ShuffleNetV2(int classes) => chain = RegisterChain(
            ("conv1", new Conv2d(3, 8, 3, padding: 1, bias: false)), ("bn1", new BatchNorm2d(8)), ("relu1", new ReLU()),
            ("layer1", new Sequential(new Down(8, 16), new Basic(16))), ("layer2", new Sequential(new Down(16, 32), new Basic(32))),
            ("conv2", new Conv2d(32, 48, 1, bias: false)), ("bn2", new BatchNorm2d(48)), ("relu2", new ReLU()),
            ("pool", new AvgPool2d(2)), ("flatten", new Flatten()), ("linear", new Linear(48, classes)));

        public override Tensor Forward(Tensor input) => chain.Forward(input);
    }
}
