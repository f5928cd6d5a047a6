using F = Ballast.Functional;

namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' mnist: two convolutions, dropout, Adadelta, a smaller rate every few epochs.</summary>
static class Mnist
{
    public static IEnumerable<double> Losses()
    {
        var (images, labels) = ProgramData.Pictures(160, 1, 14, 10);
        var model = new Net();
        var optimizer = new Adadelta(model.Parameters(), learningRate: 0.7);
        return Train(model, new TensorDataset(images, labels), optimizer, new StepSchedule(5, gamma: 0.7));
    }

    public static IEnumerable<double> Train(Module model, Dataset dataset, Optimizer optimizer, LearningRateSchedule schedule)
    {
        var loader = new DataLoader(dataset, batchSize: 16, shuffle: true);
        var scheduler = new LearningRateScheduler(optimizer, schedule);
        for (int epoch = 0; ; epoch++)
        {
            scheduler.Set(epoch);
            foreach (var (data, target) in loader)
            {
                optimizer.ZeroGrad();
                var loss = F.NllLoss(model.Forward(data), target);
                loss.Backward();
                optimizer.Step();
                yield return loss.Item();
            }
        }
    }

    sealed class Net : Module
    {
        readonly Conv2d conv1, conv2;
        readonly Dropout dropout1, dropout2;
        readonly Linear fc1, fc2;

        public Net()
        {
            conv1 = Register("conv1", new Conv2d(1, 8, 3));
            conv2 = Register("conv2", new Conv2d(8, 16, 3));
            dropout1 = Register("dropout1", new Dropout(0.25));
            dropout2 = Register("dropout2", new Dropout(0.5));
            fc1 = Register("fc1", new Linear(400, 32));
            fc2 = Register("fc2", new Linear(32, 10));
        }

        public override Tensor Forward(Tensor input)
        {
            var x = conv1.Forward(input).Relu();
            x = conv2.Forward(x).Relu();
            x = dropout1.Forward(F.MaxPool2d(x, 2)).Flatten(1);
            x = dropout2.Forward(fc1.Forward(x).Relu());
            return fc2.Forward(x).LogSoftmax(1);
        }
    }
}
