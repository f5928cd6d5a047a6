namespace Ballast.Tests.Programs;

/// <summary>Recognizing speech: a convolution over time, a GRU in both directions, and CTC, which needs to know no times.</summary>
static class SpeechRecognition
{
    public static IEnumerable<double> Losses()
    {
        var sounds = Tensor.Randn([5, 8]);
        var spoken = Tensor.RandInt(1, 6, [16, 4]);
        var frames = sounds.Index(0, (spoken - 1).RepeatInterleave(4, axis: 1)) + Tensor.Randn([16, 16, 8]) * 0.3;
        frames = frames.Transpose(1, 2);
        var model = new SpeechModel(8, 24, 6);
        var optimizer = new AdamW(model.Parameters(), learningRate: 5e-3);
        var criterion = new CTCLoss(blank: 0);
        var (frameCounts, wordCounts) = (Tensor.Full([16], 16, ElementType.Int64), Tensor.Full([16], 4, ElementType.Int64));
        while (true)
        {
            optimizer.ZeroGrad();
            var loss = criterion.Forward(model.Forward(frames), spoken, frameCounts, wordCounts);
            loss.Backward();
            optimizer.Step();
            yield return loss.Item();
        }
    }

    sealed class SpeechModel : Module
    {
        readonly Conv1d conv;
        readonly LayerNorm norm;
        readonly GRU gru;
        readonly Linear fc;

        public SpeechModel(int features, int hidden, int classes)
        {
            conv = Register("conv", new Conv1d(features, hidden, 3, padding: 1));
            norm = Register("norm", new LayerNorm(hidden));
            gru = Register("gru", new GRU(hidden, hidden, bidirectional: true));
            fc = Register("fc", new Linear(2 * hidden, classes));
        }

        public override Tensor Forward(Tensor input)
        {
            var x = conv.Forward(input).Relu().Permute(2, 0, 1);
            return fc.Forward(gru.Forward(norm.Forward(x))).LogSoftmax(2);
        }
    }
}
