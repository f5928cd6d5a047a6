namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' language_translation: a Transformer of encoder and decoder. The target is the source backwards; 0 is padding,
/// 1 begins a sentence and 2 ends it.</summary>
static class LanguageTranslation
{
    public static IEnumerable<double> Losses()
    {
        const int Vocabulary = 12, Longest = 6;
        long[] words = Tensor.RandInt(3, Vocabulary, [64, Longest]).ToArray<long>();
        long[] lengths = Tensor.RandInt(3, Longest + 1, [64]).ToArray<long>();
        var (sources, targets) = Sentences(words, lengths, Longest);
        var transformer = new Seq2SeqTransformer(Vocabulary, 32);
        foreach (var p in transformer.Parameters())
        {
            if (p.Shape.Rank > 1)
                Init.XavierUniform(p);
        }

        var criterion = new CrossEntropyLoss(ignoreIndex: 0);
        var optimizer = new Adam(transformer.Parameters(), learningRate: 1e-3, beta1: 0.9, beta2: 0.98, eps: 1e-9);
        for (int step = 0; ; step++)
        {
            var source = sources.Narrow(1, 16 * (step % 4), 16);
            var target = targets.Narrow(1, 16 * (step % 4), 16);
            var targetInput = target[..^1];
            var logits = transformer.Run(source, targetInput);
            optimizer.ZeroGrad();
            var loss = criterion.Forward(logits.Reshape(-1, Vocabulary), target[1..].Reshape(-1));
            loss.Backward();
            optimizer.Step();
            yield return loss.Item();
        }
    }

    static (Tensor Sources, Tensor Targets) Sentences(long[] words, long[] lengths, int longest)
    {
        int count = lengths.Length;
        long[] sources = new long[longest * count], targets = new long[(longest + 2) * count];
        for (int n = 0; n < count; n++)
        {
            int length = (int)lengths[n];
            targets[n] = 1;
            for (int t = 0; t < length; t++)
            {
                sources[t * count + n] = words[n * longest + t];
                targets[(length - t) * count + n] = words[n * longest + t];
            }

            targets[(length + 1) * count + n] = 2;
        }

        return (Tensor.FromInt64(sources, [longest, count]), Tensor.FromInt64(targets, [longest + 2, count]));
    }

    sealed class Seq2SeqTransformer : Module
    {
        readonly int size;
        readonly Transformer transformer;
        readonly Linear generator;
        readonly Embedding source, target;
        readonly TransformerLanguageModel.PositionalEncoding positions;

        public Seq2SeqTransformer(int vocabulary, int size)
        {
            this.size = size;
            transformer = Register("transformer",
                new Transformer(size, 2, numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 64, dropout: 0.1));
            generator = Register("generator", new Linear(size, vocabulary));
            source = Register("src_tok_emb", new Embedding(vocabulary, size));
            target = Register("tgt_tok_emb", new Embedding(vocabulary, size));
            positions = Register("positional_encoding", new TransformerLanguageModel.PositionalEncoding(size, 0.1, 64));
        }

        public override Tensor Forward(Tensor input) => Run(input, input);

        public Tensor Run(Tensor src, Tensor tgt)
        {
            int length = tgt.Shape[0];
            var future = Tensor.Ones([length, length]).Triu(1) > 0;
            var (sourcePadding, targetPadding) = (src.EqualTo(0).Transpose(), tgt.EqualTo(0).Transpose());
            var srcEmb = positions.Forward(source.Forward(src) * Math.Sqrt(size));
            var tgtEmb = positions.Forward(target.Forward(tgt) * Math.Sqrt(size));
            return generator.Forward(transformer.Forward(
                srcEmb, tgtEmb, tgtMask: future, srcKeyPaddingMask: sourcePadding, tgtKeyPaddingMask: targetPadding,
                memoryKeyPaddingMask: sourcePadding));
        }
    }
}
