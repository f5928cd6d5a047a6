using F = Ballast.Functional;

namespace Ballast.Tests.Programs;

/// <summary>The usual ViT: patches are tokens, and one token more is classified.</summary>
static class VisionTransformer
{
    public static IEnumerable<double> Losses()
    {
        var net = new Vit(imageSize: 16, patch: 4, classes: 10, dim: 32, depth: 2, heads: 2, mlpDim: 64, channels: 3, dimHead: 16, p: 0.1);
        var (images, labels) = ProgramData.Pictures(64, 3, 16, 10);
        var optimizer = new Adam(net.Parameters(), learningRate: 1e-3);
        foreach (var (inputs, targets) in ProgramData.Forever(new DataLoader(new TensorDataset(images, labels), batchSize: 8, shuffle: true)))
        {
            optimizer.ZeroGrad();
            var loss = F.CrossEntropy(net.Forward(inputs), targets);
            loss.Backward();
            optimizer.Step();
            yield return loss.Item();
        }
    }

    sealed class Attention : Module
    {
        readonly int heads, dimHead;
        readonly LayerNorm norm;
        readonly Linear toQkv;
        readonly Dropout dropout;
        readonly Sequential toOut;

        public Attention(int dim, int heads, int dimHead, double p)
        {
            (this.heads, this.dimHead) = (heads, dimHead);
            norm = Register("norm", new LayerNorm(dim));
            toQkv = Register("to_qkv", new Linear(dim, heads * dimHead * 3, bias: false));
            dropout = Register("dropout", new Dropout(p));
            toOut = Register("to_out", new Sequential(new Linear(heads * dimHead, dim), new Dropout(p)));
        }

        public override Tensor Forward(Tensor input)
        {
            var (b, n) = (input.Shape[0], input.Shape[1]);
            var qkv = toQkv.Forward(norm.Forward(input)).Chunk(3, axis: -1);
            Tensor Heads(Tensor x) => x.Reshape(b, n, heads, -1).Transpose(1, 2);
            var (q, k, v) = (Heads(qkv[0]), Heads(qkv[1]), Heads(qkv[2]));
            var attn = dropout.Forward((q.MatMul(k.Transpose(-1, -2)) * Math.Pow(dimHead, -0.5)).Softmax(-1));
            return toOut.Forward(attn.MatMul(v).Transpose(1, 2).Reshape(b, n, -1));
        }
    }

    sealed class Vit : Module
    {
        readonly int patch;
        readonly Sequential toPatchEmbedding;
        readonly Parameter positions, token;
        readonly Dropout dropout;
        readonly ModuleList layers;
        readonly LayerNorm norm;
        readonly Linear head;

        public Vit(int imageSize, int patch, int classes, int dim, int depth, int heads, int mlpDim, int channels, int dimHead, double p)
        {
            this.patch = patch;
            int patchDim = channels * patch * patch, patches = imageSize / patch * (imageSize / patch);
            toPatchEmbedding = Register("to_patch_embedding",
                new Sequential(new LayerNorm(patchDim), new Linear(patchDim, dim), new LayerNorm(dim)));
            positions = Register("pos_embedding", new Parameter(Tensor.Randn([1, patches + 1, dim])));
            token = Register("cls_token", new Parameter(Tensor.Randn([1, 1, dim])));
            dropout = Register("dropout", new Dropout(p));
            layers = Register("layers", new ModuleList(Enumerable.Range(0, depth).Select(_ => new ModuleList(
                new Attention(dim, heads, dimHead, p),
                new Sequential(
                    new LayerNorm(dim), new Linear(dim, mlpDim), new GELU(), new Dropout(p), new Linear(mlpDim, dim), new Dropout(p))))));
            norm = Register("norm", new LayerNorm(dim));
            head = Register("mlp_head", new Linear(dim, classes));
        }

        public override Tensor Forward(Tensor input)
        {
            var (b, c, h, w) = (input.Shape[0], input.Shape[1], input.Shape[2], input.Shape[3]);
            var x = input.Reshape(b, c, h / patch, patch, w / patch, patch).Permute(0, 2, 4, 3, 5, 1)
                .Reshape(b, h / patch * (w / patch), patch * patch * c);
            x = toPatchEmbedding.Forward(x);
            x = Tensor.Concat([token.Expand(b, -1, -1), x], axis: 1);
            x = dropout.Forward(x + positions);
            foreach (var layer in layers)
            {
                var (attention, feedForward) = (((ModuleList)layer)[0], ((ModuleList)layer)[1]);
                x = attention.Forward(x) + x;
                x = feedForward.Forward(x) + x;
            }

            return head.Forward(norm.Forward(x)[.., 0]);
        }
    }
}
