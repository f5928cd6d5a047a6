using F = Ballast.Functional;

namespace Ballast.Tests.Programs;

/// <summary>nanoGPT: causal attention written out, tied weights, decay of matrices alone, clipping, warm-up and cosine.</summary>
static class NanoGpt
{
    public static IEnumerable<double> Losses()
    {
        const int Vocabulary = 30, Block = 16;
        var data = ProgramData.Text(1000, Vocabulary);
        var model = new Gpt(Vocabulary, Block, 2, 2, 32, 0.1);
        var optimizer = new AdamW(
        [
            new ParameterGroup(model.Parameters().Where(static p => p.Shape.Rank >= 2)) { WeightDecay = 0.1f },
            new ParameterGroup(model.Parameters().Where(static p => p.Shape.Rank < 2)) { WeightDecay = 0 },
        ], learningRate: 1e-3, beta1: 0.9, beta2: 0.95);
        for (int it = 0; it < ProgramList.Steps; it++)
        {
            optimizer.LearningRate = (float)LearningRate(it);
            long[] ix = Tensor.RandInt(data.Length - Block, [8]).ToArray<long>();
            var x = Tensor.Stack([.. ix.Select(i => data[(int)i..((int)i + Block)])]);
            var y = Tensor.Stack([.. ix.Select(i => data[((int)i + 1)..((int)i + 1 + Block)])]);
            var loss = model.Loss(x, y);
            loss.Backward();
            GradientClipping.ClipNorm(model.Parameters(), 1);
            optimizer.Step();
            optimizer.ZeroGrad();
            yield return loss.Item();
        }
    }

    static double LearningRate(int it)
    {
        const int WarmUp = 20;
        const double Highest = 3e-3, Lowest = 3e-4;
        if (it < WarmUp)
            return Highest * (it + 1) / (WarmUp + 1);
        double ratio = (double)(it - WarmUp) / (ProgramList.Steps - WarmUp);
        return Lowest + 0.5 * (1 + Math.Cos(Math.PI * ratio)) * (Highest - Lowest);
    }

    sealed class CausalSelfAttention : Module
    {
        readonly int heads;
        readonly Linear attention, projection;
        readonly Dropout attentionDropout, residualDropout;
        readonly Tensor future;

        public CausalSelfAttention(int width, int heads, int block, double dropout)
        {
            this.heads = heads;
            attention = Register("c_attn", new Linear(width, 3 * width, bias: false));
            projection = Register("c_proj", new Linear(width, width, bias: false));
            attentionDropout = Register("attn_dropout", new Dropout(dropout));
            residualDropout = Register("resid_dropout", new Dropout(dropout));
            future = Tensor.Ones([block, block]).Triu(1) > 0;
        }

        public override Tensor Forward(Tensor input)
        {
            var (b, t, c) = (input.Shape[0], input.Shape[1], input.Shape[2]);
            var parts = attention.Forward(input).Split(c, axis: 2);
            Tensor Heads(Tensor x) => x.Reshape(b, t, heads, c / heads).Transpose(1, 2);
            var (q, k, v) = (Heads(parts[0]), Heads(parts[1]), Heads(parts[2]));
            var att = q.MatMul(k.Transpose(-2, -1)) * (1 / Math.Sqrt(c / heads));
            att = att.MaskedFill(future[..t, ..t], double.NegativeInfinity);
            att = attentionDropout.Forward(att.Softmax(-1));
            var y = att.MatMul(v).Transpose(1, 2).Reshape(b, t, c);
            return residualDropout.Forward(projection.Forward(y));
        }
    }

    sealed class Block : Module
    {
        readonly LayerNorm norm1, norm2;
        readonly CausalSelfAttention attention;
        readonly Sequential mlp;

        public Block(int width, int heads, int block, double dropout)
        {
            norm1 = Register("ln_1", new LayerNorm(width));
            attention = Register("attn", new CausalSelfAttention(width, heads, block, dropout));
            norm2 = Register("ln_2", new LayerNorm(width));
            mlp = Register("mlp", Sequential.Named(
                ("c_fc", new Linear(width, 4 * width, bias: false)),
                ("gelu", new GELU()),
                ("c_proj", new Linear(4 * width, width, bias: false)),
                ("dropout", new Dropout(dropout))));
        }

        public override Tensor Forward(Tensor input)
        {
            var x = input + attention.Forward(norm1.Forward(input));
            return x + mlp.Forward(norm2.Forward(x));
        }
    }

    sealed class Gpt : Module
    {
        readonly Embedding tokens, positions;
        readonly Dropout drop;
        readonly ModuleList blocks;
        readonly LayerNorm norm;
        readonly Linear head;

        public Gpt(int vocabulary, int block, int layers, int heads, int width, double dropout)
        {
            tokens = new Embedding(vocabulary, width);
            positions = new Embedding(block, width);
            drop = new Dropout(dropout);
            blocks = new ModuleList(Enumerable.Range(0, layers).Select(_ => new Block(width, heads, block, dropout)));
            norm = new LayerNorm(width);
            Register("transformer", new ModuleDict(("wte", tokens), ("wpe", positions), ("drop", drop), ("h", blocks), ("ln_f", norm)));
            head = Register("lm_head", new Linear(width, vocabulary, bias: false));
            tokens.Weight = head.Weight;
            foreach (var (_, module) in NamedModules())
            {
                if (module is Linear linear)
                    Init.Normal(linear.Weight, 0, 0.02);
                else if (module is Embedding embedding)
                    Init.Normal(embedding.Weight, 0, 0.02);
            }

            foreach (var (name, parameter) in NamedParameters())
            {
                if (name.EndsWith("c_proj.weight", StringComparison.Ordinal))
                    Init.Normal(parameter, 0, 0.02 / Math.Sqrt(2 * layers));
            }
        }

        public override Tensor Forward(Tensor input)
        {
            var x = drop.Forward(tokens.Forward(input) + positions.Forward(Tensor.Arange(input.Shape[1])));
            foreach (var block in blocks)
                x = block.Forward(x);
            return head.Forward(norm.Forward(x));
        }

        public Tensor Loss(Tensor input, Tensor targets)
        {
            var logits = Forward(input);
            return F.CrossEntropy(logits.Reshape(-1, logits.Shape[^1]), targets.Reshape(-1), ignoreIndex: -1);
        }
    }
}
