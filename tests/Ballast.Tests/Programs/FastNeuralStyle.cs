using F = Ballast.Functional;

namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' fast_neural_style: a network learns to paint in a style, judged by the features of another one that does not
/// learn.</summary>
static class FastNeuralStyle
{
    public static IEnumerable<double> Losses()
    {
        var (images, _) = ProgramData.Pictures(32, 3, 16, 4);
        var style = F.AvgPool2d(Tensor.Rand([1, 3, 16, 16]), 3, stride: 1, padding: 1);
        var transformer = new TransformerNet();
        var vgg = new Features();
        var optimizer = new Adam(transformer.Parameters(), learningRate: 1e-3);
        Tensor[] gramStyle = [.. vgg.Run(style.Repeat(4, 1, 1, 1)).Select(GramMatrix)];
        foreach (var (x, _) in ProgramData.Forever(new DataLoader(new TensorDataset(images), batchSize: 4)))
        {
            optimizer.ZeroGrad();
            var (featuresY, featuresX) = (vgg.Run(transformer.Forward(x)), vgg.Run(x));
            var content = 10 * F.MseLoss(featuresY[1], featuresX[1]);
            Tensor styleLoss = 0.0;
            for (int i = 0; i < 2; i++)
                styleLoss += F.MseLoss(GramMatrix(featuresY[i]), gramStyle[i]);
            var total = content + 100 * styleLoss;
            total.Backward();
            optimizer.Step();
            yield return total.Item();
        }
    }

    static Tensor GramMatrix(Tensor y)
    {
        var features = y.Flatten(2);
        return features.BatchedMatMul(features.Transpose(1, 2)) / (y.Length / y.Shape[0]);
    }

    static Sequential Layer(int inputs, int outputs, int kernel, int stride) => Sequential.Named(
        ("reflection_pad", new ReflectionPad2d(kernel / 2)), ("conv2d", new Conv2d(inputs, outputs, kernel, stride)));

    sealed class ResidualBlock : Module
    {
        readonly Sequential chain;

        public ResidualBlock(int channels) => chain = RegisterChain(
            ("conv1", Layer(channels, channels, 3, 1)), ("in1", new InstanceNorm2d(channels, affine: true)), ("relu", new ReLU()),
            ("conv2", Layer(channels, channels, 3, 1)), ("in2", new InstanceNorm2d(channels, affine: true)));

        public override Tensor Forward(Tensor input) => chain.Forward(input) + input;
    }

    sealed class TransformerNet : Module
    {
        readonly Sequential chain;

        public TransformerNet() => chain = RegisterChain(
            ("conv1", Layer(3, 8, 5, 1)), ("in1", new InstanceNorm2d(8, affine: true)), ("relu1", new ReLU()),
            ("conv2", Layer(8, 12, 3, 2)), ("in2", new InstanceNorm2d(12, affine: true)), ("relu2", new ReLU()),
            ("res1", new ResidualBlock(12)), ("upsample", new Upsample(scaleFactor: 2)),
            ("deconv1", Layer(12, 8, 3, 1)), ("in4", new InstanceNorm2d(8, affine: true)), ("relu4", new ReLU()),
            ("deconv3", Layer(8, 3, 5, 1)));

        public override Tensor Forward(Tensor input) => chain.Forward(input);
    }

    sealed class Features : Module
    {
        readonly Sequential slice1, slice2;

        public Features()
        {
            slice1 = Register("slice1", new Sequential(new Conv2d(3, 8, 3, padding: 1), new ReLU()));
            slice2 = Register("slice2", new Sequential(new MaxPool2d(2), new Conv2d(8, 16, 3, padding: 1), new ReLU()));
            foreach (var parameter in Parameters())
                parameter.Frozen = true;
        }

        public override Tensor Forward(Tensor input) => slice2.Forward(slice1.Forward(input));

        public Tensor[] Run(Tensor x)
        {
            var h1 = slice1.Forward(x);
            return [h1, slice2.Forward(h1)];
        }
    }
}
