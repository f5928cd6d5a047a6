namespace Ballast.Tests.Programs;

/// <summary>pytorch-cifar's DenseNet: each layer sees what all layers before it in its block have made.</summary>
static class DenselyConnected
{
    public static IEnumerable<double> Losses() => MobileNet.Train(static () => new DenseNet([2, 2, 2], 6, 10), 0.01);

    sealed class Bottleneck : Module
    {
        readonly Sequential chain;

        public Bottleneck(int inputs, int growth) => chain = RegisterChain(
            ("bn1", new BatchNorm2d(inputs)), ("relu1", new ReLU()), ("conv1", new Conv2d(inputs, 4 * growth, 1, bias: false)),
            ("bn2", new BatchNorm2d(4 * growth)), ("relu2", new ReLU()), ("conv2", new Conv2d(4 * growth, growth, 3, padding: 1, bias: false)));

        public override Tensor Forward(Tensor input) => Tensor.Concat([chain.Forward(input), input], axis: 1);
    }

    sealed class DenseNet : Module
    {
        readonly Sequential chain;

        public DenseNet(int[] blocks, int growth, int classes)
        {
            int planes = 2 * growth;
            List<Module> stages = [];
            var conv1 = new Conv2d(3, planes, 3, padding: 1, bias: false);
            for (int i = 0; i < blocks.Length; i++)
            {
                for (int j = 0; j < blocks[i]; j++)
                {
                    stages.Add(new Bottleneck(planes, growth));
                    planes += growth;
                }

                if (i == blocks.Length - 1)
                    continue;
                stages.Add(Sequential.Named(
                    ("bn", new BatchNorm2d(planes)), ("relu", new ReLU()), ("conv", new Conv2d(planes, planes / 2, 1, bias: false)),
                    ("pool", new AvgPool2d(2))));
                planes /= 2;
            }

            chain = RegisterChain(
                ("conv1", conv1), ("stages", new Sequential(stages)), ("bn", new BatchNorm2d(planes)), ("relu", new ReLU()),
                ("pool", new AvgPool2d(2)), ("flatten", new Flatten()), ("linear", new Linear(planes, classes)));
        }

        public override Tensor Forward(Tensor input) => chain.Forward(input);
    }
}
