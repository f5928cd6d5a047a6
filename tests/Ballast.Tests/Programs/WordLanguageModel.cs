namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' word_language_model with an LSTM: the state goes on from batch to batch, the output layer's weight is the
/// embedding's, gradients are clipped, and the weights are moved by hand.</summary>
static class WordLanguageModel
{
    public static IEnumerable<double> Losses()
    {
        const int Tokens = 30, Bptt = 10;
        const double LearningRate = 20;
        var data = Batchify(ProgramData.Text(1608, Tokens), 8);
        var model = new RnnModel(Tokens, 32, 32, 2, 0.2);
        var criterion = new NLLLoss();
        while (true)
        {
            var zeros = Tensor.Zeros([2, 8, 32]);
            var hidden = (H: zeros, C: zeros);
            for (int i = 0; i < data.Shape[0] - 1; i += Bptt)
            {
                var (inputs, targets) = GetBatch(data, i, Bptt);
                model.ZeroGrad();
                (var output, hidden) = model.Run(inputs, hidden);
                var loss = criterion.Forward(output, targets);
                hidden = (hidden.H.Detach(), hidden.C.Detach()); // ahead of the backward pass, which lets go of what it has walked through
                loss.Backward();
                GradientClipping.ClipNorm(model.Parameters(), 0.25);
                foreach (var p in model.Parameters())
                    p.CopyFrom(p.Detach() - LearningRate * p.Grad!);
                yield return loss.Item();
            }
        }
    }

    // A column for each of the sequences that are read side by side.
    public static Tensor Batchify(Tensor data, int batch)
    {
        int length = data.Length / batch;
        return data[..(length * batch)].Reshape(batch, length).Transpose();
    }

    public static (Tensor Inputs, Tensor Targets) GetBatch(Tensor source, int start, int bptt)
    {
        int length = Math.Min(bptt, source.Shape[0] - 1 - start);
        return (source[start..(start + length)], source[(start + 1)..(start + 1 + length)].Reshape(-1));
    }

    sealed class RnnModel : Module
    {
        readonly int tokens;
        readonly Dropout drop;
        readonly Embedding encoder;
        readonly LSTM rnn;
        readonly Linear decoder;

        public RnnModel(int tokens, int inputs, int hidden, int layers, double dropout)
        {
            this.tokens = tokens;
            drop = Register("drop", new Dropout(dropout));
            encoder = Register("encoder", new Embedding(tokens, inputs));
            rnn = Register("rnn", new LSTM(inputs, hidden, layers, dropout: dropout));
            decoder = Register("decoder", new Linear(hidden, tokens));
            decoder.Weight = encoder.Weight;
            Init.Uniform(encoder.Weight, -0.1, 0.1);
            Init.Zeros(decoder.Bias!);
            Init.Uniform(decoder.Weight, -0.1, 0.1);
        }

        public (Tensor Output, (Tensor H, Tensor C) Hidden) Run(Tensor input, (Tensor H, Tensor C) before)
        {
            var (output, hidden) = rnn.Forward(drop.Forward(encoder.Forward(input)), before);
            var decoded = decoder.Forward(drop.Forward(output)).Reshape(-1, tokens);
            return (decoded.LogSoftmax(1), hidden);
        }

        public override Tensor Forward(Tensor input)
        {
            var zeros = Tensor.Zeros([2, input.Shape[1], 32]);
            return Run(input, (zeros, zeros)).Output;
        }
    }
}
