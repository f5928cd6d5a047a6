namespace Ballast.Tests;

/// <summary>Training with targets, losses and metrics of other kinds than classes.</summary>
public sealed class TrainerTargetTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly byte[] before = Generator.Default.GetState();

    public void Dispose()
    {
        folder.Dispose();
        Generator.Default.SetState(before);
    }

    // y = x W + small noise, W of [3, 2].
    static TensorDataset Numbers(int count, int seed = 1)
    {
        var x = Draw.Data([count, 3], seed);
        var y = x.MatMul(Tensor.From([1, -2, 0.5f, 3, -1, 1], [3, 2])) + Draw.Data([count, 2], seed + 1) * 0.05f;
        return new TensorDataset(x, y);
    }

    static Sequential Net(int outputs = 2) => new(new Linear(3, 8), new Dropout(0.1), new ReLU(), new Linear(8, outputs));

    static Trainer Regression(
        int seed, List<TrainingLine> lines, TrainerOptions? options = null, TrainerCallback? callback = null, string? path = null, int epochs = 3)
    {
        Generator.Default.ManualSeed(seed);
        var net = Net();
        options ??= new TrainerOptions { Loss = new MSELoss().Forward, Metrics = [new MeanAbsoluteError(), new R2Score()] };
        return new Trainer(net, new Adam(net.Parameters(), 1e-2), new DataLoader(Numbers(43), 5, shuffle: true), options with
        {
            Epochs = epochs,
            LogEvery = 4,
            OnLine = lines.Add,
            CheckpointPath = path,
            Callbacks = callback is null ? options.Callbacks : [callback],
        });
    }

    [Fact]
    public void A_regression_shows_its_metrics_and_no_accuracy()
    {
        List<TrainingLine> lines = [];
        List<EpochLine> epochs = [];
        Regression(1, lines, new TrainerOptions
        {
            Loss = new MSELoss().Forward,
            Metrics = [new MeanAbsoluteError(), new MeanSquaredError()],
            OnEpochEnd = epochs.Add,
        }, epochs: 10).Fit();
        Assert.Equal(20, lines.Count);
        Assert.True(lines[^1].Loss < 0.2 * lines[0].Loss);
        Assert.Equal(["mae", "mse"], lines[0].Metrics.Select(static value => value.Name));
        Assert.Equal(lines[0].Loss, lines[0].Metrics["mse"], 1e-5); // four batches of five
        Assert.True(double.IsNaN(lines[0].Accuracy));
        Assert.DoesNotContain("ccuracy", lines[0].ToString(), StringComparison.Ordinal);
        Assert.Contains(", mae = ", epochs[0].ToString(), StringComparison.Ordinal);
        Assert.Equal(43, epochs[0].Count);

        // Without metrics there are none.
        lines.Clear();
        Regression(1, lines, new TrainerOptions { Loss = new MSELoss().Forward }).Fit();
        Assert.Empty(lines[0].Metrics);
        Assert.EndsWith($"Loss = {lines[0].Loss.ToString(System.Globalization.CultureInfo.InvariantCulture)} }}", lines[0].ToString(), StringComparison.Ordinal);
    }

    // Each mini-batch in turn, by hand.
    [Fact]
    public void The_metrics_of_an_epoch_are_those_of_all_its_samples()
    {
        List<(float[] Outputs, float[] Targets)> seen = [];
        EpochLine line = default;
        Regression(3, [], new TrainerOptions
        {
            Objective = (batch, outputs) =>
            {
                if (outputs[0].RequiresGrad)
                    seen.Add((outputs[0].ToArray(), batch.Targets.ToArray()));
                return new MSELoss().Forward(outputs[0], batch.Targets);
            },
            Metrics = [new R2Score(), new MeanAbsoluteError()],
            OnEpochEnd = one => line = one,
        }, epochs: 1).Fit();
        var r2 = new R2Score();
        float[] outputs = [.. seen.SelectMany(static pair => pair.Outputs)], targets = [.. seen.SelectMany(static pair => pair.Targets)];
        r2.Update(Tensor.From(outputs, [43, 2]), Tensor.From(targets, [43, 2]));
        Assert.Equal(r2.Value, line.Metrics["r2"], 1e-12);
        Assert.Equal(outputs.Zip(targets, static (x, y) => Math.Abs((double)x - y)).Average(), line.Metrics["mae"], 1e-12);
    }

    sealed class Counter : TrainerCallback
    {
        public List<string> Told { get; } = [];

        public double Steps { get; private set; }

        public Action<TrainerState>? AtStep { get; set; }

        public override void OnTrainingStart(TrainerState state) => Told.Add("start");

        public override void OnEpochStart(TrainerState state) => Told.Add($"epoch {state.Epoch}");

        public override void OnStepStart(TrainerState state, Batch batch) => Told.Add($"{state.Step} of {state.Steps}, {batch.Count}");

        public override void OnStepEnd(TrainerState state, double loss, MetricValues parts)
        {
            Steps++;
            AtStep?.Invoke(state);
        }

        public override void OnLine(TrainerState state, TrainingLine line) => Told.Add($"line {line.Batch}");

        public override void OnEpochEnd(TrainerState state, EpochLine line) => Told.Add($"epoch {state.Epoch} over");

        public override void OnEvaluation(TrainerState state, ValidationLine line) => Told.Add($"epoch {state.Epoch} validated");

        public override void OnCheckpoint(TrainerState state, string path) => Told.Add("kept");

        public override void OnTrainingEnd(TrainerState state, TrainingResult result) => Told.Add($"end {result.StoppedEarly}");

        public override IReadOnlyDictionary<string, double> SaveState() => new Dictionary<string, double> { ["steps"] = Steps };

        public override void LoadState(IReadOnlyDictionary<string, double> state) => Steps = state["steps"];
    }

    [Fact]
    public void A_callback_is_told_of_all_that_happens()
    {
        Generator.Default.ManualSeed(1);
        var net = Net();
        var counter = new Counter();
        new Trainer(net, new SGD(net.Parameters(), 0.01), new DataLoader(Numbers(7), 4), new TrainerOptions
        {
            Epochs = 1,
            LogEvery = 2,
            Loss = new MSELoss().Forward,
            Callbacks = [counter],
            CheckpointPath = folder.File("checkpoint"),
            Validation = new ValidationOptions(Numbers(5)),
        }).Fit();
        Assert.Equal(
            ["start", "epoch 1", "0 of 2, 4", "1 of 2, 3", "line 2", "epoch 1 over", "epoch 1 validated", "kept", "end False"], counter.Told);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(13)]
    public void A_training_that_a_callback_stops_goes_on_to_the_same_bits_and_lines(int stop)
    {
        string path = folder.File("checkpoint");
        List<TrainingLine> whole = [], parts = [];
        var expected = new Counter();
        Regression(1, whole, callback: expected).Fit();
        long[] end = Draw.Bits(Tensor.Rand([4]).AsSpan()).Select(static bit => (long)bit).ToArray();

        var first = new Counter { AtStep = state => { if (state.Step == stop) state.Stop(); } };
        var result = Regression(1, parts, callback: first, path: path).Fit();
        Assert.Equal((true, true, (long)stop), (result.Completed, result.StoppedEarly, result.Step));

        var second = new Counter();
        var trainer = Regression(2, parts, callback: second, path: path);
        trainer.Resume(Checkpoint.Load(path));
        Assert.Equal(27, trainer.Fit().Step);
        Assert.Equal(whole, parts);
        Assert.Equal(27, second.Steps);
        Assert.Equal(end, Draw.Bits(Tensor.Rand([4]).AsSpan()).Select(static bit => (long)bit).ToArray());
    }

    sealed class Encoder : Module, IBatchModule
    {
        readonly Linear mean, spread, back;

        public Encoder()
        {
            mean = Register("mean", new Linear(3, 2));
            spread = Register("spread", new Linear(3, 2));
            back = Register("back", new Linear(2, 3));
        }

        public override Tensor Forward(Tensor input) => back.Forward(mean.Forward(input));

        public TensorList Forward(Batch batch)
        {
            var (m, v) = (mean.Forward(batch.Inputs), spread.Forward(batch.Inputs));
            return TensorList.Named(("x", back.Forward(Training ? m + (v * 0.5f).Exp() * Tensor.Randn(m.Shape) : m)), ("mean", m), ("logVariance", v));
        }
    }

    // A variational autoencoder: no targets, three outputs, two parts.
    [Fact]
    public void Several_outputs_have_a_loss_whose_parts_are_shown()
    {
        Generator.Default.ManualSeed(1);
        var net = new Encoder();
        List<TrainingLine> lines = [];
        List<ValidationLine> validations = [];
        var data = new TensorDataset(Draw.Data([40, 3], 1));
        new Trainer(net, new Adam(net.Parameters(), 1e-2), new DataLoader(data, 8), new TrainerOptions
        {
            Epochs = 2,
            LogEvery = 5,
            OnLine = lines.Add,
            OnValidation = validations.Add,
            Objective = Loss,
            Validation = new ValidationOptions(data),
        }).Fit();
        Assert.Equal(["reconstruction", "kl"], lines[0].Parts.Select(static part => part.Name));
        Assert.Equal(lines[1].Loss, lines[1].Parts["reconstruction"] + lines[1].Parts["kl"], 1e-6);
        Assert.Empty(lines[0].Metrics);
        Assert.Contains(", reconstruction = ", lines[0].ToString(), StringComparison.Ordinal);
        var result = validations[^1].Result;
        Assert.Equal(result.Loss, result.Parts["reconstruction"] + result.Parts["kl"], 1e-6);
        Assert.Equal(result, Evaluation.Run(net, data, new EvaluationOptions { Objective = Loss }));
        Assert.Equal("[40, 3]", Prediction.Outputs(net, data, batchSize: 7)["x"].Shape.ToString());

        static LossValue Loss(Batch batch, TensorList outputs) => LossValue.Sum(
            ("reconstruction", new MSELoss().Forward(outputs["x"], batch.Inputs.Detach())),
            ("kl", (outputs["mean"] * outputs["mean"] + outputs["logVariance"].Exp() - outputs["logVariance"] - 1).Mean() * 0.5f));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Gradients_of_several_mini_batches_are_averaged(int each)
    {
        // 9 mini-batches of 5 (the last of 3) an epoch: groups at the end are smaller.
        Sequential Trained(Action<Sequential, SGD, DataLoader> train)
        {
            Generator.Default.ManualSeed(5);
            var net = new Sequential(new Linear(3, 8), new Tanh(), new Linear(8, 2));
            train(net, new SGD(net.Parameters(), 0.05, momentum: 0.9), new DataLoader(Numbers(43), 5, shuffle: true));
            return net;
        }

        var own = Trained((net, optimizer, loader) => new Trainer(
            net, optimizer, loader, new TrainerOptions { Epochs = 2, Loss = new MSELoss().Forward, AccumulateSteps = each }).Fit());
        var expected = Trained((net, optimizer, loader) =>
        {
            for (int epoch = 0; epoch < 2; epoch++)
            {
                foreach (var group in loader.ToList().Chunk(each))
                {
                    optimizer.ZeroGrad();
                    foreach (var (inputs, targets) in group)
                        (new MSELoss().Forward(net.Forward(inputs), targets) * (1.0 / group.Length)).Backward();
                    optimizer.Step();
                }
            }
        });
        Assert.Equal(Draw.Bits(expected.StateDict()), Draw.Bits(own.StateDict()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(9)]
    public void Accumulated_steps_are_stopped_between_two_of_them(int stop)
    {
        string path = folder.File("checkpoint");
        var options = new TrainerOptions { Loss = new MSELoss().Forward, AccumulateSteps = 4, CheckpointEvery = 1 };
        List<TrainingLine> whole = [], parts = [];
        Regression(1, whole, options).Fit();
        float[] end = Tensor.Rand([4]).ToArray();
        var stopper = new Counter { AtStep = state => { if (state.Step == stop) state.Stop(); } };
        Assert.Equal(stop == 9 ? 9 : 4, Regression(1, parts, options, stopper, path).Fit().Step);
        var second = Regression(2, parts, options, path: path);
        second.Resume(Checkpoint.Load(path));
        second.Fit();
        Assert.Equal(whole, parts);
        Assert.Equal(end, Tensor.Rand([4]).ToArray());
    }

    [Fact]
    public void Validation_goes_by_the_metric_that_is_named()
    {
        foreach (var (monitor, better) in ((string, Func<double, double, bool>)[])[("r2", static (x, y) => x > y), ("mae", static (x, y) => x < y)])
        {
            List<ValidationLine> lines = [];
            string best = folder.File(monitor);
            Regression(1, [], new TrainerOptions
            {
                Loss = new MSELoss().Forward,
                Metrics = [new MeanAbsoluteError(), new R2Score()],
                OnValidation = lines.Add,
                Validation = new ValidationOptions(Numbers(20, 7)) { Monitor = monitor, BestPath = best },
            }, epochs: 6).Fit();
            double record = lines[0].Result.Metrics[monitor];
            Assert.True(lines[0].IsBest);
            foreach (var line in lines.Skip(1))
            {
                double value = line.Result.Metrics[monitor];
                Assert.Equal(better(value, record), line.IsBest);
                record = line.IsBest ? value : record;
            }

            Assert.Contains(lines.Skip(1), static line => line.IsBest);
            var net = Net();
            net.LoadStateDict(StateFile.Load(best));
            var again = Evaluation.Run(net, Numbers(20, 7), new EvaluationOptions { Metrics = [new MeanAbsoluteError(), new R2Score()] });
            Assert.Equal(record, again.Metrics[monitor], 1e-12);
            Assert.True(double.IsNaN(again.Loss));
        }

        Refused("Validation: there is no metric f1 to go by; the metrics are mae, r2. Name it in TrainerOptions.Metrics.", new TrainerOptions
        {
            Loss = new MSELoss().Forward,
            Metrics = [new MeanAbsoluteError(), new R2Score()],
            Validation = new ValidationOptions(Numbers(5)) { Monitor = "f1" },
        });
    }

    static void Refused(string message, TrainerOptions options) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => Regression(1, [], options)).Message);

    [Fact]
    public void Settings_that_do_not_go_together_are_refused()
    {
        Refused("Trainer: the targets are target float32 [2], and the cross entropy takes classes, int64. Set Loss, such as new MSELoss().Forward, or "
            + "Objective.", new TrainerOptions());
        Refused("Trainer: expected one of Loss, Objective and BatchLoss, got more. Leave the others out.",
            new TrainerOptions { Loss = new MSELoss().Forward, Objective = static (_, outputs) => outputs[0] });
        Refused("Trainer: OwnStep does all of a step. Leave Loss, Objective, BatchLoss, Clipping and AccumulateSteps out, and do it there.",
            new TrainerOptions { OwnStep = static _ => new StepLoss(0), AccumulateSteps = 2 });
        Refused("Trainer: expected to average the gradients of 1 mini-batch or more, got 0.",
            new TrainerOptions { Loss = new MSELoss().Forward, AccumulateSteps = 0 });
        Refused("Trainer: expected metrics of different names, got mae, mae. Set the Name of one.",
            new TrainerOptions { Loss = new MSELoss().Forward, Metrics = [new MeanAbsoluteError(), new MeanAbsoluteError()] });
        var net = Net();
        var two = new TensorDataset([Tensor.Zeros([4, 3]), Tensor.Zeros([4, 3])], Tensor.Zeros([4, 2]));
        Assert.Equal("Sequential: the samples have 2 inputs, input [4, 3], input1 [4, 3], and this network takes one. Implement IBatchModule, whose "
            + "Forward is given the batch.", Assert.Throws<ArgumentException>(() => new Trainer(
                net, new SGD(net.Parameters(), 1), new DataLoader(two, 4), new TrainerOptions { Loss = new MSELoss().Forward }).Fit()).Message);
    }

    [Fact]
    public void Two_optimizers_are_stopped_and_resumed_to_the_same_bits()
    {
        string path = folder.File("checkpoint");
        List<TrainingLine> whole = [], parts = [];
        long[] expected = Pair(1, whole, null, null);
        Pair(1, parts, path, stop: 4);
        long[] resumed = Pair(2, parts, path, null, resume: true);
        Assert.Equal(expected, resumed);
        Assert.Equal(whole, parts);
        Assert.Equal(["first", "second"], whole[0].Parts.Select(static part => part.Name));

        Assert.StartsWith("Trainer: the further optimizers are none, the checkpoint has second. ", Assert.Throws<ArgumentException>(() =>
        {
            var net = new Sequential(Net(), Net());
            new Trainer(net, new Adam(((Sequential)net.Children.First().Module).Parameters()), new DataLoader(Numbers(20), 4),
                new TrainerOptions { OwnStep = static _ => new StepLoss(0) }).Resume(Checkpoint.Load(path));
        }).Message, StringComparison.Ordinal);

        long[] Pair(int seed, List<TrainingLine> lines, string? path, int? stop, bool resume = false)
        {
            Generator.Default.ManualSeed(seed);
            var (first, second) = (Net(), Net());
            var both = new Sequential(first, second);
            var (one, other) = (new Adam(first.Parameters(), 1e-2), new SGD(second.Parameters(), 1e-2, momentum: 0.9));
            var trainer = new Trainer(both, one, new DataLoader(Numbers(20), 4, shuffle: true), new TrainerOptions
            {
                Epochs = 2,
                LogEvery = 1,
                OnLine = lines.Add,
                CheckpointPath = path,
                MoreOptimizers = new Dictionary<string, Optimizer> { ["second"] = other },
                Schedule = new ExponentialSchedule(0.9),
                Callbacks = [new Counter { AtStep = state => { if (state.Step == stop) state.Stop(); } }],
                OwnStep = step => StepLoss.Sum(("first", Train(first, one, step.Batch)), ("second", Train(second, other, step.Batch))),
            });
            if (resume)
                trainer.Resume(Checkpoint.Load(path!));
            trainer.Fit();
            return [.. Draw.Bits(both.StateDict()), .. Draw.Bits(one.StateDict()), .. Draw.Bits(other.StateDict())];
        }

        static double Train(Module net, Optimizer optimizer, Batch batch)
        {
            optimizer.ZeroGrad();
            var loss = new MSELoss().Forward(net.Forward(batch.Inputs), batch.Targets);
            loss.Backward();
            optimizer.Step();
            return loss.Item();
        }
    }

    // Shares of classes need no loss of one's own, and the accuracy is counted by the largest.
    [Fact]
    public void Mixed_classes_are_trained_as_classes_are()
    {
        Generator.Default.ManualSeed(1);
        var net = new Sequential(new Flatten(), new Linear(12, 16), new ReLU(), new Linear(16, 3));
        var data = SmallTask.Dataset(60);
        List<EpochLine> lines = [];
        var loader = new DataLoader(data, 10, shuffle: true, batchTransforms: [new Mixup(3)]);
        new Trainer(net, new Adam(net.Parameters(), 1e-2), loader, new TrainerOptions { Epochs = 40, OnEpochEnd = lines.Add }).Fit();
        Assert.True(lines[^1].Loss < lines[0].Loss && lines[^1].Accuracy > lines[0].Accuracy, $"{lines[0]} became {lines[^1]}");
        Assert.True(Evaluation.Run(net, data).Accuracy > 0.75);
    }

    [Fact]
    public void A_line_writer_writes_what_there_is()
    {
        var text = new StringWriter();
        Regression(1, [], callback: new LineWriter(text), epochs: 1).Fit();
        string[] lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Matches(@"^epoch 1, step 4: loss \d+\.\d{4}, mae \d+\.\d{4}, r2 -?\d\.\d{4}\r?$", lines[0]);
        Assert.StartsWith("epoch 1 trained: loss ", lines[2], StringComparison.Ordinal);
    }
}
