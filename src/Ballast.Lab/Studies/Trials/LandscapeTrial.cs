namespace Ballast.Lab;

/// <summary>Trains, and looks along the gradient every <c>every</c> mini-batches (Santurkar et al. 2018, section 3): from the
/// weights w with the gradient g it goes to w - s g for several step sizes s, from half the learning rate to four times as much, and
/// takes the range of the losses, the largest change of the gradient |g(w - s g) - g(w)|, and the effective smoothness, the
/// largest of that change over the distance s |g|. All on the mini-batch at hand; then the weights go back.</summary>
sealed class LandscapeTrial : Trial
{
    static readonly double[] Sizes = [0.5, 1, 1.5, 2, 3, 4];

    public override string Name => "landscape";

    public override void Check(RunSettings settings)
    {
        base.Check(settings);
        RefuseSchedule(settings, "steps along the gradient are measured in one learning rate");
        RefuseClipping(settings, "steps go along the gradient as it is");
    }

    public override TrialResult Run(TrialContext context)
    {
        var network = context.Build();
        var optimizer = context.Optimizer(network);
        var loader = context.Loader();
        var lossFunction = context.Loss();
        var walk = new Walk(network, context.Settings.LearningRate, lossFunction);
        CurveBuilder range = new("range"), change = new("change"), smoothness = new("smoothness"), loss = new("loss");
        int every = Math.Max(1, (int)context.Arm.Number("every", 25)), step = 0;
        long steps = (long)context.Settings.Epochs * loader.Count;
        double sum = 0;
        for (int epoch = 0; epoch < context.Settings.Epochs; epoch++)
        {
            foreach (var (inputs, targets) in loader)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                if (step % every == 0)
                {
                    var (losses, changed, ratio) = walk.Look(inputs, targets);
                    range.Add(step, losses);
                    change.Add(step, changed);
                    smoothness.Add(step, ratio);
                }

                optimizer.ZeroGrad();
                var current = lossFunction(network.Forward(inputs), targets);
                float value = current.Item();
                if (!float.IsFinite(value))
                    return context.Result() with
                    {
                        DivergedAt = step + 1,
                        Curves = [range.Curve(), change.Curve(), smoothness.Curve(), loss.Curve()],
                    };
                current.Backward();
                optimizer.Step();
                sum += value;
                step++;
                if (step % every == 0)
                {
                    loss.Add(step, sum / every);
                    sum = 0;
                }

                context.Report((double)step / steps);
            }
        }

        var tested = context.Evaluate(network);
        var curves = (TrialCurve[])[range.Curve(), change.Curve(), smoothness.Curve(), loss.Curve()];
        return context.Result() with
        {
            Values = new Dictionary<string, double>
            {
                ["range"] = Mean(curves[0]),
                ["change"] = Mean(curves[1]),
                ["smoothness"] = Mean(curves[2]),
                ["accuracy"] = tested.Accuracy,
                ["testLoss"] = tested.Loss,
            },
            Curves = curves,
        };
    }

    static double Mean(TrialCurve curve) => curve.Y.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Steps along the gradient and back.</summary>
    sealed class Walk
    {
        readonly Module network;
        readonly double rate;
        readonly Parameter[] parameters;
        readonly Func<Tensor, Tensor, Tensor> lossFunction;
        readonly float[] start, gradient, moved, other;

        public Walk(Module network, double rate, Func<Tensor, Tensor, Tensor> lossFunction)
        {
            (this.network, this.rate, this.lossFunction) = (network, rate, lossFunction);
            parameters = [.. network.Parameters()];
            int length = ParameterVector.Length(parameters);
            (start, gradient, moved, other) = (new float[length], new float[length], new float[length], new float[length]);
        }

        public (double Range, double Change, double Smoothness) Look(Tensor inputs, Tensor targets)
        {
            // Running statistics and what dropout draws are the training's own.
            var state = network.StateDict();
            byte[] generator = Generator.Default.GetState();
            ParameterVector.CopyValues(parameters, start);
            double least, most, change = 0, smoothness = 0;
            least = most = Gradient(inputs, targets, gradient);
            double length = Math.Sqrt(Squares(gradient));
            foreach (double size in Sizes)
            {
                double s = size * rate;
                for (int i = 0; i < start.Length; i++)
                    moved[i] = (float)(start[i] - s * gradient[i]);
                ParameterVector.SetValues(parameters, moved);
                Generator.Default.SetState(generator);
                double loss = Gradient(inputs, targets, other);
                (least, most) = (Math.Min(least, loss), Math.Max(most, loss));
                for (int i = 0; i < other.Length; i++)
                    other[i] -= gradient[i];
                double difference = Math.Sqrt(Squares(other));
                change = Math.Max(change, difference);
                smoothness = Math.Max(smoothness, difference / (s * length));
            }

            network.LoadStateDict(state);
            Generator.Default.SetState(generator);
            network.ZeroGrad();
            return (most - least, change, smoothness);
        }

        double Gradient(Tensor inputs, Tensor targets, float[] destination)
        {
            network.ZeroGrad();
            var loss = lossFunction(network.Forward(inputs), targets);
            double value = loss.Item();
            loss.Backward();
            ParameterVector.CopyGradients(parameters, destination);
            return value;
        }

        static double Squares(float[] values)
        {
            double sum = 0;
            foreach (float value in values)
                sum += (double)value * value;
            return sum;
        }
    }
}
