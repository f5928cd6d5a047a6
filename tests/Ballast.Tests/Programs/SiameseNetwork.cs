namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' siamese_network: do two pictures show the same?</summary>
static class SiameseNetwork
{
    public static IEnumerable<double> Losses()
    {
        var (images, labels) = ProgramData.Pictures(128, 1, 14, 3);
        var other = Tensor.RandPerm(128);
        var same = labels.EqualTo(labels.Index(0, other)).To(ElementType.Float32);
        var dataset = new TensorDataset([images, images.Index(0, other)], same);
        var model = new Siamese();
        var optimizer = new Adadelta(model.Parameters(), learningRate: 0.5);
        var criterion = new BCELoss();
        foreach (var batch in ProgramData.Forever(new DataLoader(dataset, batchSize: 16, shuffle: true)))
        {
            optimizer.ZeroGrad();
            var loss = criterion.Forward(model.Run(batch.AllInputs[0], batch.AllInputs[1]), batch.Targets);
            loss.Backward();
            optimizer.Step();
            yield return loss.Item();
        }
    }

    sealed class Siamese : Module
    {
        readonly Sequential resnet, fc;

        public Siamese()
        {
            resnet = Register("resnet", new Sequential(
                new Conv2d(1, 8, 3, stride: 2, padding: 1, bias: false), new BatchNorm2d(8), new ReLU(),
                new Conv2d(8, 16, 3, stride: 2, padding: 1, bias: false), new BatchNorm2d(16), new ReLU(), new AdaptiveAvgPool2d(2)));
            fc = Register("fc", new Sequential(new Linear(64 * 2, 32), new ReLU(), new Linear(32, 1)));
            foreach (var (_, module) in NamedModules())
            {
                if (module is Linear linear)
                {
                    Init.XavierUniform(linear.Weight);
                    Init.Constant(linear.Bias!, 0.01);
                }
            }
        }

        public override Tensor Forward(Tensor input) => resnet.Forward(input).Flatten(1);

        public Tensor Run(Tensor input1, Tensor input2) =>
            fc.Forward(Tensor.Concat([Forward(input1), Forward(input2)], axis: 1)).Sigmoid().Squeeze();
    }
}
