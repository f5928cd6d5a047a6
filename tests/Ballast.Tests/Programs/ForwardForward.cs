namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' mnist_forward_forward: no backward pass through the network, each layer learns by itself to tell right from
/// wrong. A loss is the sum of the layers'.</summary>
static class ForwardForward
{
    public static IEnumerable<double> Losses()
    {
        var (images, labels) = ProgramData.Pictures(64, 1, 10, 5);
        var x = images.Reshape(64, -1);
        var shift = Tensor.RandInt(1, 5, [64]);
        var right = Overlay(x, labels);
        var wrong = Overlay(x, (labels + shift).Remainder(5));
        Layer[] layers = [new(100, 48), new(48, 48)];
        while (true)
        {
            var (positive, negative) = (right, wrong);
            double total = 0;
            foreach (var layer in layers)
            {
                (positive, negative, double loss) = layer.TrainOnce(positive, negative);
                total += loss;
            }

            yield return total;
        }
    }

    // The first five values say the class.
    static Tensor Overlay(Tensor x, Tensor labels) =>
        Tensor.Concat([labels.OneHot(5).To(ElementType.Float32) * x.Max(), x[.., 5..]], axis: 1);

    sealed class Layer : Module
    {
        const double Threshold = 2;
        readonly Linear linear;
        readonly Adam optimizer;

        public Layer(int inputs, int outputs)
        {
            linear = Register("linear", new Linear(inputs, outputs));
            optimizer = new Adam(Parameters(), learningRate: 0.02);
        }

        public override Tensor Forward(Tensor input) => linear.Forward(input / (input.Norm(2, [1], keepAxes: true) + 1e-4)).Relu();

        public (Tensor Positive, Tensor Negative, double Loss) TrainOnce(Tensor positive, Tensor negative)
        {
            var right = Forward(positive).Pow(2).Mean([1]);
            var wrong = Forward(negative).Pow(2).Mean([1]);
            var loss = (1 + Tensor.Concat([-right + Threshold, wrong - Threshold]).Exp()).Log().Mean();
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
            return (Forward(positive).Detach(), Forward(negative).Detach(), loss.Item());
        }
    }
}
