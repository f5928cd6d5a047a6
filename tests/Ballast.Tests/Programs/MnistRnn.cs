namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' mnist_rnn: an LSTM reads a picture line by line.</summary>
static class MnistRnn
{
    public static IEnumerable<double> Losses()
    {
        var (images, labels) = ProgramData.Pictures(160, 1, 14, 10);
        var model = new Net();
        var optimizer = new Adadelta(model.Parameters(), learningRate: 1.0);
        return Mnist.Train(model, new TensorDataset(images, labels), optimizer, new StepSchedule(8, gamma: 0.7));
    }

    sealed class Net : Module
    {
        readonly LSTM rnn;
        readonly BatchNorm1d batchnorm;
        readonly Dropout dropout1, dropout2;
        readonly Linear fc1, fc2;

        public Net()
        {
            rnn = Register("rnn", new LSTM(14, 32, batchFirst: true));
            batchnorm = Register("batchnorm", new BatchNorm1d(32));
            dropout1 = Register("dropout1", new Dropout(0.25));
            dropout2 = Register("dropout2", new Dropout(0.5));
            fc1 = Register("fc1", new Linear(32, 16));
            fc2 = Register("fc2", new Linear(16, 10));
        }

        public override Tensor Forward(Tensor input)
        {
            var output = rnn.Forward(input.Reshape(-1, 14, 14))[.., ^1, ..];
            output = dropout1.Forward(batchnorm.Forward(output));
            output = dropout2.Forward(fc1.Forward(output).Relu());
            return fc2.Forward(output).LogSoftmax(1);
        }
    }
}
