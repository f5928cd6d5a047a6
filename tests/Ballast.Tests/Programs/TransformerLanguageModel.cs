using F = Ballast.Functional;

namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' word_language_model with a Transformer: each token sees those before it.</summary>
static class TransformerLanguageModel
{
    public static IEnumerable<double> Losses()
    {
        const int Tokens = 30, Bptt = 10;
        var data = WordLanguageModel.Batchify(ProgramData.Text(1608, Tokens), 8);
        var model = new TransformerModel(Tokens, 32, 2, 64, 2, 0.2);
        var optimizer = new SGD(model.Parameters(), learningRate: 1);
        while (true)
        {
            for (int i = 0; i < data.Shape[0] - 1; i += Bptt)
            {
                var (inputs, targets) = WordLanguageModel.GetBatch(data, i, Bptt);
                optimizer.ZeroGrad();
                var loss = F.NllLoss(model.Forward(inputs).Reshape(-1, Tokens), targets);
                loss.Backward();
                GradientClipping.ClipNorm(model.Parameters(), 0.25);
                optimizer.Step();
                yield return loss.Item();
            }
        }
    }

    /// <summary>Adds sines and cosines of the position to [T, N, D].</summary>
    public sealed class PositionalEncoding : Module
    {
        readonly Dropout dropout;
        readonly Tensor pe;

        public PositionalEncoding(int model, double p, int longest)
        {
            dropout = Register("dropout", new Dropout(p));
            var position = Tensor.Arange(0.0, longest).Unsqueeze(1);
            var divisors = (Tensor.Arange(0.0, model, 2) * (-Math.Log(10000.0) / model)).Exp();
            var angles = position * divisors;
            pe = RegisterBuffer("pe", Tensor.Stack([angles.Sin(), angles.Cos()], axis: 2).Reshape(longest, 1, model));
        }

        public override Tensor Forward(Tensor input) => dropout.Forward(input + pe[..input.Shape[0]]);
    }

    sealed class TransformerModel : Module
    {
        readonly int inputs;
        readonly PositionalEncoding positions;
        readonly TransformerEncoder transformer;
        readonly Embedding encoder;
        readonly Linear decoder;

        public TransformerModel(int tokens, int inputs, int heads, int hidden, int layers, double dropout)
        {
            this.inputs = inputs;
            positions = Register("pos_encoder", new PositionalEncoding(inputs, dropout, 64));
            transformer = Register("transformer_encoder",
                new TransformerEncoder(new TransformerEncoderLayer(inputs, heads, hidden, dropout), layers));
            encoder = Register("encoder", new Embedding(tokens, inputs));
            decoder = Register("decoder", new Linear(inputs, tokens));
            Init.Uniform(encoder.Weight, -0.1, 0.1);
            Init.Zeros(decoder.Bias!);
            Init.Uniform(decoder.Weight, -0.1, 0.1);
        }

        public override Tensor Forward(Tensor input)
        {
            var mask = Transformer.GenerateSquareSubsequentMask(input.Shape[0]);
            var src = positions.Forward(encoder.Forward(input) * Math.Sqrt(inputs));
            return decoder.Forward(transformer.Forward(src, mask)).LogSoftmax(-1);
        }
    }
}
