using F = Ballast.Functional;

namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' gcn: two convolutions over a graph.</summary>
static class GraphConvolution
{
    public static IEnumerable<double> Losses()
    {
        var (x, adjacency, labels) = ProgramData.Communities(100, 4, 12);
        var d = adjacency.Sum([1]).Pow(-0.5);
        var normalized = d.Unsqueeze(1) * adjacency * d.Unsqueeze(0);
        var train = Tensor.RandPerm(100)[..60];
        var model = new Gcn(12, 16, 4);
        var optimizer = new Adam(model.Parameters(), learningRate: 1e-2, weightDecay: 5e-4);
        while (true)
        {
            optimizer.ZeroGrad();
            var output = model.Run(x, normalized);
            var loss = F.NllLoss(output.Index(0, train), labels.Index(0, train));
            loss.Backward();
            optimizer.Step();
            yield return loss.Item();
        }
    }

    sealed class GraphConv : Module
    {
        readonly Parameter kernel, bias;

        public GraphConv(int inputs, int outputs)
        {
            kernel = Init.XavierNormal(Register("kernel", new Parameter(Tensor.Zeros([inputs, outputs]))));
            bias = Register("bias", new Parameter(Tensor.Zeros([outputs])));
        }

        public override Tensor Forward(Tensor input) => input.MatMul(kernel);

        public Tensor Run(Tensor input, Tensor adjacency) => adjacency.MatMul(Forward(input)) + bias;
    }

    sealed class Gcn : Module
    {
        readonly GraphConv gc1, gc2;
        readonly Dropout dropout;

        public Gcn(int inputs, int hidden, int outputs)
        {
            gc1 = Register("gc1", new GraphConv(inputs, hidden));
            gc2 = Register("gc2", new GraphConv(hidden, outputs));
            dropout = Register("dropout", new Dropout(0.5));
        }

        public override Tensor Forward(Tensor input) => Run(input, Tensor.Eye(input.Shape[0]));

        public Tensor Run(Tensor input, Tensor adjacency)
        {
            var x = gc1.Run(input, adjacency).Relu();
            return gc2.Run(dropout.Forward(x), adjacency).LogSoftmax(1);
        }
    }
}
