namespace Ballast.Tests.Programs;

/// <summary>pytorch-cifar's MobileNetV2: convolutions channel by channel, SGD with momentum, half a cosine.</summary>
static class MobileNet
{
    public static IEnumerable<double> Losses() => Train(static () => new MobileNetV2(10), 0.01);

    /// <summary>pytorch-cifar's main loop on drawn pictures.</summary>
    public static IEnumerable<double> Train(Func<Module> make, double learningRate)
    {
        var net = make();
        var (images, labels) = ProgramData.Pictures(64, 3, 8, 10);
        var criterion = new CrossEntropyLoss();
        var optimizer = new SGD(net.Parameters(), learningRate, momentum: 0.9, weightDecay: 5e-4);
        var scheduler = new LearningRateScheduler(optimizer, new CosineSchedule(ProgramList.Steps));
        int step = 0;
        foreach (var (inputs, targets) in ProgramData.Forever(new DataLoader(new TensorDataset(images, labels), batchSize: 8, shuffle: true)))
        {
            scheduler.Set(step++);
            optimizer.ZeroGrad();
            var loss = criterion.Forward(net.Forward(inputs), targets);
            loss.Backward();
            optimizer.Step();
            yield return loss.Item();
        }
    }

    sealed class Block : Module
    {
        readonly bool added;
        readonly Sequential chain, shortcut;

        public Block(int inputs, int outputs, int expansion, int stride)
        {
            int planes = expansion * inputs;
            added = stride == 1;
            chain = RegisterChain(
                ("conv1", new Conv2d(inputs, planes, 1, bias: false)), ("bn1", new BatchNorm2d(planes)), ("relu1", new ReLU()),
                ("conv2", new Conv2d(planes, planes, 3, stride, padding: 1, groups: planes, bias: false)),
                ("bn2", new BatchNorm2d(planes)), ("relu2", new ReLU()),
                ("conv3", new Conv2d(planes, outputs, 1, bias: false)), ("bn3", new BatchNorm2d(outputs)));
            shortcut = Register("shortcut", added && inputs != outputs
                ? new Sequential(new Conv2d(inputs, outputs, 1, bias: false), new BatchNorm2d(outputs)) : new Sequential());
        }

        public override Tensor Forward(Tensor input) =>
            added ? chain.Forward(input) + shortcut.Forward(input) : chain.Forward(input);
    }

    sealed class MobileNetV2 : Module
    {
        static readonly (int Expansion, int Outputs, int Blocks, int Stride)[] Settings = [(1, 8, 1, 1), (4, 12, 2, 2), (4, 16, 1, 2)];
        readonly Sequential chain;

        public MobileNetV2(int classes)
        {
            var conv1 = new Conv2d(3, 8, 3, padding: 1, bias: false);
            List<Module> layers = [];
            int inputs = 8;
            foreach (var (expansion, outputs, blocks, stride) in Settings)
            {
                for (int i = 0; i < blocks; i++)
                {
                    layers.Add(new Block(inputs, outputs, expansion, i == 0 ? stride : 1));
                    inputs = outputs;
                }
            }

            chain = RegisterChain(
                ("conv1", conv1), ("bn1", new BatchNorm2d(8)), ("relu1", new ReLU()), ("layers", new Sequential(layers)),
                ("conv2", new Conv2d(16, 32, 1, bias: false)), ("bn2", new BatchNorm2d(32)), ("relu2", new ReLU()),
                ("pool", new AvgPool2d(2)), ("flatten", new Flatten()), ("linear", new Linear(32, classes)));
        }

        public override Tensor Forward(Tensor input) => chain.Forward(input);
    }
}
