namespace Ballast.Tests.Programs;

/// <summary>pytorch/examples' time_sequence_prediction: two LSTM cells learn sine waves by LBFGS. A loss is one evaluation of the closure.
/// </summary>
static class TimeSequence
{
    public static IEnumerable<double> Losses()
    {
        var phase = Tensor.Rand([6, 1]) * 6;
        var waves = (Tensor.Arange(0.0, 25.0) * 0.5 + phase).Sin();
        var (input, target) = (waves[.., ..^1], waves[.., 1..]);
        var seq = new Sequence();
        var criterion = new MSELoss();
        var optimizer = new LBFGS(seq.Parameters(), learningRate: 0.3);
        List<double> losses = [];
        while (losses.Count < ProgramList.Steps)
        {
            optimizer.Step(() =>
            {
                optimizer.ZeroGrad();
                var loss = criterion.Forward(seq.Forward(input), target);
                loss.Backward();
                losses.Add(loss.Item());
                return loss;
            });
        }

        return losses;
    }

    sealed class Sequence : Module
    {
        readonly LSTMCell lstm1, lstm2;
        readonly Linear linear;

        public Sequence()
        {
            lstm1 = Register("lstm1", new LSTMCell(1, 16));
            lstm2 = Register("lstm2", new LSTMCell(16, 16));
            linear = Register("linear", new Linear(16, 1));
        }

        public override Tensor Forward(Tensor input)
        {
            List<Tensor> outputs = [];
            var zeros = Tensor.Zeros([input.Shape[0], 16]);
            var (one, two) = ((H: zeros, C: zeros), (H: zeros, C: zeros));
            foreach (var step in input.Split(1, axis: 1))
            {
                one = lstm1.Forward(step, one);
                two = lstm2.Forward(one.H, two);
                outputs.Add(linear.Forward(two.H));
            }

            return Tensor.Concat([.. outputs], axis: 1);
        }
    }
}
