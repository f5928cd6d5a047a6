using F = Ballast.Functional;

namespace Ballast.Tests.Programs;

/// <summary>The usual UNet: cross entropy and Dice, RMSprop, clipped gradients.</summary>
static class Segmentation
{
    public static IEnumerable<double> Losses()
    {
        var smooth = F.AvgPool2d(Tensor.Rand([32, 1, 18, 18]), 5, stride: 1, padding: 2);
        var masks = (smooth > smooth.Mean()).To(ElementType.Int64).Squeeze(1);
        var images = smooth + Tensor.Rand([32, 1, 18, 18]) * 0.3;
        var model = new UNet(1, 2);
        var optimizer = new RMSprop(model.Parameters(), learningRate: 3e-5, weightDecay: 1e-8, momentum: 0.9);
        var criterion = new CrossEntropyLoss();
        foreach (var (inputs, target) in ProgramData.Forever(new DataLoader(new TensorDataset(images, masks), batchSize: 8, shuffle: true)))
        {
            var pred = model.Forward(inputs);
            var loss = criterion.Forward(pred, target)
                + DiceLoss(pred.Softmax(1), target.OneHot(2).Permute(0, 3, 1, 2).To(ElementType.Float32));
            optimizer.ZeroGrad();
            loss.Backward();
            GradientClipping.ClipNorm(model.Parameters(), 1);
            optimizer.Step();
            yield return loss.Item();
        }
    }

    static Tensor DiceLoss(Tensor probabilities, Tensor target)
    {
        const double Epsilon = 1e-6;
        var inter = 2 * (probabilities * target).Sum([2, 3]);
        var sets = probabilities.Sum([2, 3]) + target.Sum([2, 3]);
        return 1 - ((inter + Epsilon) / (sets + Epsilon)).Mean();
    }

    static Sequential DoubleConv(int inputs, int outputs) => new(
        new Conv2d(inputs, outputs, 3, padding: 1, bias: false), new BatchNorm2d(outputs), new ReLU(),
        new Conv2d(outputs, outputs, 3, padding: 1, bias: false), new BatchNorm2d(outputs), new ReLU());

    sealed class Up : Module
    {
        readonly ConvTranspose2d up;
        readonly Sequential conv;

        public Up(int inputs, int outputs)
        {
            up = Register("up", new ConvTranspose2d(inputs, inputs / 2, 2, stride: 2));
            conv = Register("conv", DoubleConv(inputs, outputs));
        }

        public override Tensor Forward(Tensor input) => up.Forward(input);

        public Tensor Run(Tensor below, Tensor beside)
        {
            var x = Forward(below);
            var (dy, dx) = (beside.Shape[2] - x.Shape[2], beside.Shape[3] - x.Shape[3]);
            x = x.Pad([dx / 2, dx - dx / 2, dy / 2, dy - dy / 2]);
            return conv.Forward(Tensor.Concat([beside, x], axis: 1));
        }
    }

    sealed class UNet : Module
    {
        readonly Sequential inc, down1, down2;
        readonly Up up1, up2;
        readonly Conv2d outc;

        public UNet(int channels, int classes)
        {
            inc = Register("inc", DoubleConv(channels, 8));
            down1 = Register("down1", new Sequential(new MaxPool2d(2), DoubleConv(8, 16)));
            down2 = Register("down2", new Sequential(new MaxPool2d(2), DoubleConv(16, 32)));
            up1 = Register("up1", new Up(32, 16));
            up2 = Register("up2", new Up(16, 8));
            outc = Register("outc", new Conv2d(8, classes, 1));
        }

        public override Tensor Forward(Tensor input)
        {
            var x1 = inc.Forward(input);
            var x2 = down1.Forward(x1);
            var x3 = down2.Forward(x2);
            return outc.Forward(up2.Run(up1.Run(x3, x2), x1));
        }
    }
}
