namespace Ballast.Tests.Programs;

/// <summary>word2vec: skip-grams, each beside five words that do not stand there, drawn by their frequency.</summary>
static class Word2Vec
{
    public static IEnumerable<double> Losses()
    {
        var words = ProgramData.Text(800, 40);
        var frequency = Tensor.Zeros([40]).IndexAdd(0, words, Tensor.Ones([800])).Pow(0.75);
        var model = new SkipGram(40, 24);
        var optimizer = new Adam(model.Parameters(), learningRate: 1e-2);
        while (true)
        {
            var place = Tensor.RandInt(799, [64]);
            var negatives = frequency.Multinomial(64 * 5, replacement: true).Reshape(64, 5);
            optimizer.ZeroGrad();
            var loss = model.Loss(words.Index(0, place), words.Index(0, place + 1), negatives);
            loss.Backward();
            optimizer.Step();
            yield return loss.Item();
        }
    }

    sealed class SkipGram : Module
    {
        readonly Embedding u, v;

        public SkipGram(int words, int size)
        {
            u = Register("u", new Embedding(words, size));
            v = Register("v", new Embedding(words, size));
            Init.Uniform(u.Weight, -0.5 / size, 0.5 / size);
            Init.Zeros(v.Weight);
        }

        public override Tensor Forward(Tensor input) => u.Forward(input);

        public Tensor Loss(Tensor center, Tensor context, Tensor negatives)
        {
            var word = u.Forward(center);
            var positive = (word * v.Forward(context)).Sum([1]).LogSigmoid();
            var negative = (-v.Forward(negatives).BatchedMatMul(word.Unsqueeze(2)).Squeeze(2)).LogSigmoid().Sum([1]);
            return -(positive + negative).Mean();
        }
    }
}
