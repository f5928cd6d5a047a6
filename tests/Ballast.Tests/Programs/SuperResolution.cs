using F = Ballast.Functional;

namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' super_resolution: convolutions at the small size, whose channels become pixels.</summary>
static class SuperResolution
{
    public static IEnumerable<double> Losses()
    {
        var target = F.AvgPool2d(Tensor.Rand([32, 1, 24, 24]), 5, stride: 1, padding: 2);
        var input = F.AvgPool2d(target, 2);
        var model = new Net(upscaleFactor: 2);
        var criterion = new MSELoss();
        var optimizer = new Adam(model.Parameters(), learningRate: 1e-3);
        foreach (var (low, high) in ProgramData.Forever(new DataLoader(new TensorDataset(input, target), batchSize: 8, shuffle: true)))
        {
            optimizer.ZeroGrad();
            var loss = criterion.Forward(model.Forward(low), high);
            loss.Backward();
            optimizer.Step();
            yield return loss.Item();
        }
    }

    sealed class Net : Module
    {
        readonly Conv2d conv1, conv2, conv3, conv4;
        readonly PixelShuffle pixelShuffle;

        public Net(int upscaleFactor)
        {
            conv1 = Register("conv1", new Conv2d(1, 16, 5, stride: 1, padding: 2));
            conv2 = Register("conv2", new Conv2d(16, 16, 3, stride: 1, padding: 1));
            conv3 = Register("conv3", new Conv2d(16, 8, 3, stride: 1, padding: 1));
            conv4 = Register("conv4", new Conv2d(8, upscaleFactor * upscaleFactor, 3, stride: 1, padding: 1));
            pixelShuffle = Register("pixel_shuffle", new PixelShuffle(upscaleFactor));
            double gain = Init.CalculateGain(Nonlinearity.ReLU);
            Init.Orthogonal(conv1.Weight, gain);
            Init.Orthogonal(conv2.Weight, gain);
            Init.Orthogonal(conv3.Weight, gain);
            Init.Orthogonal(conv4.Weight);
        }

        public override Tensor Forward(Tensor input)
        {
            var x = conv1.Forward(input).Relu();
            x = conv2.Forward(x).Relu();
            x = conv3.Forward(x).Relu();
            return pixelShuffle.Forward(conv4.Forward(x));
        }
    }
}
