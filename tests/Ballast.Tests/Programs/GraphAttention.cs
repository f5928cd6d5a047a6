using F = Ballast.Functional;

namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' gat: nodes attend to their neighbours.</summary>
static class GraphAttention
{
    public static IEnumerable<double> Losses()
    {
        var (x, adjacency, labels) = ProgramData.Communities(80, 4, 12);
        var train = Tensor.RandPerm(80)[..50];
        var model = new Gat(12, 16, 4, 4);
        var optimizer = new Adam(model.Parameters(), learningRate: 5e-3, weightDecay: 5e-4);
        while (true)
        {
            optimizer.ZeroGrad();
            var loss = F.NllLoss(model.Run(x, adjacency).Index(0, train), labels.Index(0, train));
            loss.Backward();
            optimizer.Step();
            yield return loss.Item();
        }
    }

    sealed class GraphAttentionLayer : Module
    {
        readonly int heads, hidden;
        readonly bool concat;
        readonly double dropout;
        readonly Parameter w, a;

        public GraphAttentionLayer(int inputs, int outputs, int heads, bool concat, double dropout)
        {
            (this.heads, this.concat, this.dropout) = (heads, concat, dropout);
            hidden = concat ? outputs / heads : outputs;
            w = Register("W", new Parameter(Tensor.Zeros([inputs, hidden * heads])));
            a = Register("a", new Parameter(Tensor.Zeros([heads, 2 * hidden, 1])));
            Init.XavierNormal(w);
            Init.XavierNormal(a);
        }

        public override Tensor Forward(Tensor input) => input.MatMul(w);

        public Tensor Run(Tensor nodes, Tensor adjacency)
        {
            int count = nodes.Shape[0];
            var h = F.Dropout(Forward(nodes), dropout, Training).Reshape(count, heads, hidden).Permute(1, 0, 2);
            var source = h.MatMul(a[.., ..hidden, ..]);
            var target = h.MatMul(a[.., hidden.., ..]);
            var e = (source + target.Transpose(-2, -1)).LeakyRelu(0.2);
            var attention = Tensor.Where(adjacency > 0, e, Tensor.FullLike(e, -9e16));
            attention = F.Dropout(attention.Softmax(-1), dropout, Training);
            var result = attention.MatMul(h);
            return concat ? result.Permute(1, 0, 2).Reshape(count, -1) : result.Mean([0]);
        }
    }

    sealed class Gat : Module
    {
        readonly GraphAttentionLayer gat1, gat2;

        public Gat(int inputs, int hidden, int heads, int classes)
        {
            gat1 = Register("gat1", new GraphAttentionLayer(inputs, hidden, heads, concat: true, 0.4));
            gat2 = Register("gat2", new GraphAttentionLayer(hidden, classes, 1, concat: false, 0.4));
        }

        public override Tensor Forward(Tensor input) => Run(input, Tensor.Eye(input.Shape[0]));

        public Tensor Run(Tensor x, Tensor adjacency) => gat2.Run(gat1.Run(x, adjacency).Elu(), adjacency).LogSoftmax(1);
    }
}
