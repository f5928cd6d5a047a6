namespace Ballast.StrangerTests;

/// <summary>Trainings that are no classifications, as a program outside writes them: they learn, and their lines say so.</summary>
public sealed class OwnTrainingTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public OwnTrainingTests() => Generator.Default.ManualSeed(1);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_regression()
    {
        var x = Tensor.Randn([256, 3]);
        var y = x[.., 0..1] * 2 - x[.., 1..2];
        var net = new Sequential(new Linear(3, 16), new Tanh(), new Linear(16, 1));
        List<ValidationLine> validations = [];
        var trainer = new Trainer(net, new Adam(net.Parameters(), 1e-2), new DataLoader(new TensorDataset(x, y), 16, shuffle: true), new TrainerOptions
        {
            Epochs = 15,
            Loss = new MSELoss().Forward,
            Metrics = [new MeanAbsoluteError(), new R2Score(), new Within(0.2)],
            Validation = new ValidationOptions(new TensorDataset(x, y)) { Monitor = "within", Patience = 10 },
            OnValidation = validations.Add,
        });
        trainer.Fit();
        var last = validations[^1].Result;
        Assert.True(last.Metrics["r2"] > 0.95, last.ToString());
        Assert.True(last.Metrics["within"] > validations[0].Result.Metrics["within"]);
        Assert.True(double.IsNaN(last.Accuracy));
        float[] outputs = Prediction.Outputs(net, new TensorDataset(x))[0].ToArray();
        Assert.Equal(last.Metrics["mae"], outputs.Zip(y.ToArray(), static (a, b) => Math.Abs((double)a - b)).Average(), 1e-6);
    }

    // A metric of one's own: the share of numbers that are no further away than a tolerance.
    sealed class Within(double tolerance) : TrainerMetric("within", higherIsBetter: true, sums: 2)
    {
        protected override void Take(Tensor output, Tensor target)
        {
            foreach (float error in (output - target).Abs().AsSpan())
                Sums[0] += error <= tolerance ? 1 : 0;
            Sums[1] += output.Length;
        }

        public override double Value => Sums[0] / Sums[1];
    }

    // A callback of one's own: it ends training once the loss of an epoch is low enough.
    sealed class Enough(double loss) : TrainerCallback
    {
        public int Epochs { get; private set; }

        public override void OnEpochEnd(TrainerState state, EpochLine line)
        {
            Epochs = line.Epoch;
            if (line.Loss < loss)
                state.Stop();
        }
    }

    [Fact]
    public void An_autoencoder_that_a_callback_stops()
    {
        var data = new TensorDataset(Tensor.Randn([200, 2]).MatMul(Tensor.Randn([2, 8])));
        var net = new Sequential(new Linear(8, 2), new Linear(2, 8));
        var enough = new Enough(0.05);
        List<TrainingLine> lines = [];
        var result = new Trainer(net, new Adam(net.Parameters(), 3e-2), new DataLoader(data, 10, shuffle: true), new TrainerOptions
        {
            Epochs = 100,
            LogEvery = 20,
            Objective = (batch, outputs) => new MSELoss().Forward(outputs[0], batch.Inputs),
            Callbacks = [enough],
            OnLine = lines.Add,
        }).Fit();
        Assert.True(result is { Completed: true, StoppedEarly: true }, result.ToString());
        Assert.InRange(enough.Epochs, 2, 99);
        Assert.Equal(20L * enough.Epochs, result.Step);
        Assert.Empty(lines[0].Metrics);
    }

    // Pictures of squares and what each pixel is; both are mirrored and moved together.
    sealed class Squares(int count) : SampleDataset
    {
        public override int Count => count;

        public override Sample Get(int index)
        {
            CheckIndex(index);
            var generator = new Generator(index);
            int top = (int)generator.RandomInteger(0, 7), left = (int)generator.RandomInteger(0, 7), kind = index % 2;
            float[] picture = Tensor.Randn([2, 10, 10], generator).ToArray();
            long[] mask = new long[100];
            for (int i = 0; i < 100; i++)
            {
                if (i / 10 - top is >= 0 and < 4 && i % 10 - left is >= 0 and < 4)
                {
                    mask[i] = 1 + kind;
                    picture[100 * kind + i] += 4;
                }
            }

            return new Sample(Tensor.From(picture, [2, 10, 10]), TensorList.Named(("mask", Tensor.FromInt64(mask, [10, 10]))));
        }
    }

    [Fact]
    public void A_segmentation()
    {
        var net = new Sequential(new Conv2d(2, 8, 3, padding: 1), new BatchNorm2d(8), new ReLU(), new Conv2d(8, 3, 1));
        var iou = new IntersectionOverUnion();
        var loader = new DataLoader(
            new Squares(64), 8, shuffle: true, prefetch: 2, sampleTransforms: [new ImageAndMask(new RandomHorizontalFlip(), new RandomCrop(1))]);
        List<double> losses = [];
        new Trainer(net, new Adam(net.Parameters(), 1e-2), loader, new TrainerOptions
        {
            Epochs = 8,
            Loss = PixelLoss,
            Metrics = [new Accuracy(), iou],
            OnEpochEnd = line => losses.Add(line.Loss),
        }).Fit();
        Assert.True(losses[^1] < 0.5 * losses[0], string.Join(' ', losses));
        var result = Evaluation.Run(net, new Squares(16), new EvaluationOptions { Loss = PixelLoss, Metrics = [iou, new Accuracy()] });
        Assert.True(result.Metrics["iou"] > 0.6, result.ToString());
        Assert.Equal(iou.Value, result.Metrics["iou"]);
        Assert.Equal(3, iou.Classes.Count);
        Assert.Equal(result.Metrics["accuracy"], result.Accuracy);

        // The cross entropy of each pixel.
        static Tensor PixelLoss(Tensor outputs, Tensor mask)
        {
            var pixels = outputs.Permute(0, 2, 3, 1).Reshape(-1, outputs.Shape[1]);
            return new CrossEntropyLoss().Forward(pixels, mask.Reshape(-1));
        }
    }

    // Two points, and whether they are of one sign.
    sealed class Signs(int count) : SampleDataset
    {
        public override int Count => count;

        public override Sample Get(int index)
        {
            var both = Tensor.Randn([2, 4], new Generator(index));
            bool same = both[0, 0] > 0 == both[1, 0] > 0;
            return new Sample(TensorList.Named(("left", both.Select(0, 0)), ("right", both.Select(0, 1))), Sample.Number(same ? 1 : 0));
        }
    }

    sealed class Siamese : Module, IBatchModule
    {
        readonly Sequential branch;
        readonly Sequential head;

        public Siamese()
        {
            branch = Register("branch", new Sequential(new Linear(4, 16), new Tanh(), new Linear(16, 4)));
            head = Register("head", new Sequential(new Linear(4, 8), new Tanh(), new Linear(8, 1)));
        }

        public override Tensor Forward(Tensor input) => branch.Forward(input);

        public TensorList Forward(Batch batch)
        {
            var (left, right) = (Forward(batch.AllInputs["left"]), Forward(batch.AllInputs["right"]));
            return head.Forward(left * right).Reshape([batch.Count]);
        }
    }

    [Fact]
    public void A_siamese_network_of_two_inputs()
    {
        var net = new Siamese();
        new Trainer(net, new Adam(net.Parameters(), 1e-2), new DataLoader(new Signs(400), 20, shuffle: true), new TrainerOptions
        {
            Epochs = 20,
            Loss = new BCEWithLogitsLoss().Forward,
        }).Fit();
        var result = Evaluation.Run(net, new Signs(400), new EvaluationOptions { Metrics = [new Accuracy(), new AreaUnderRoc(), new F1Score()] });
        Assert.True(result.Accuracy > 0.85 && result.Metrics["auroc"] > 0.9 && result.Metrics["f1"] > 0.8, result.ToString());
    }

    // Sequences of 2 to 9 numbers, and their sum.
    sealed class Sums(int count) : SampleDataset
    {
        public override int Count => count;

        public override Sample Get(int index)
        {
            var generator = new Generator(index);
            var values = Tensor.Randn([(int)generator.RandomInteger(2, 10), 1], generator);
            return new Sample(values, values.Sum());
        }
    }

    // Each number on its own, then their sum: what is filled up does not count.
    sealed class DeepSet : Module, IBatchModule
    {
        readonly Sequential each;

        public DeepSet() => each = Register("each", new Sequential(new Linear(1, 8), new Tanh(), new Linear(8, 1)));

        public override Tensor Forward(Tensor input) => each.Forward(input);

        public TensorList Forward(Batch batch)
        {
            var mask = batch.AllInputs["mask"].To(ElementType.Float32);
            return (Forward(batch.Inputs).Squeeze(2) * mask).Sum([1]);
        }
    }

    [Fact]
    public void Sequences_of_unequal_lengths()
    {
        var net = new DeepSet();
        List<double> errors = [];
        new Trainer(net, new Adam(net.Parameters(), 1e-2), new DataLoader(new Sums(300), 16, shuffle: true, collate: Collate.Pad()), new TrainerOptions
        {
            Epochs = 12,
            Loss = new MSELoss().Forward,
            Metrics = [new MeanSquaredError(root: true)],
            Validation = new ValidationOptions(new Sums(50)),
            OnValidation = line => errors.Add(line.Result.Metrics["rmse"]),
        }).Fit();
        Assert.True(errors[^1] < 0.5 && errors[^1] < 0.5 * errors[0], string.Join(' ', errors));
    }

    sealed class Gan : Module
    {
        public Gan()
        {
            Generates = Register("generator", new Sequential(new Linear(2, 16), new ReLU(), new Linear(16, 2)));
            Judges = Register("discriminator", new Sequential(new Linear(2, 16), new LeakyReLU(), new Linear(16, 1)));
        }

        public Sequential Generates { get; }

        public Sequential Judges { get; }

        public override Tensor Forward(Tensor input) => Generates.Forward(input);
    }

    (Gan Net, List<TrainingLine> Lines, Trainer Trainer) MakeGan(int seed, Action<TrainerState>? atStep = null)
    {
        Generator.Default.ManualSeed(seed);
        var points = Tensor.Randn([128, 2], new Generator(5)) * 0.3 + 2;
        var gan = new Gan();
        List<TrainingLine> lines = [];
        var judging = new Adam(gan.Judges.Parameters(), 2e-3, beta1: 0.5);
        var generating = new Adam(gan.Generates.Parameters(), 2e-3, beta1: 0.5);
        var loss = new BCEWithLogitsLoss();
        var trainer = new Trainer(gan, judging, new DataLoader(new TensorDataset(points), 16, shuffle: true), new TrainerOptions
        {
            Epochs = 3,
            LogEvery = 1,
            OnLine = lines.Add,
            Callbacks = atStep is null ? [] : [new AtStep(atStep)],
            CheckpointPath = Path.Combine(folder, "gan.safetensors"),
            MoreOptimizers = new Dictionary<string, Optimizer> { ["generator"] = generating },
            OwnStep = step =>
            {
                var real = step.Batch.Inputs;
                var fake = gan.Generates.Forward(Tensor.Randn([step.Batch.Count, 2]));
                var (ones, zeros) = (Tensor.Ones([step.Batch.Count, 1]), Tensor.Zeros([step.Batch.Count, 1]));

                judging.ZeroGrad();
                var judged = loss.Forward(gan.Judges.Forward(real), ones) + loss.Forward(gan.Judges.Forward(fake.Detach()), zeros);
                judged.Backward();
                judging.Step();

                generating.ZeroGrad();
                var fooled = loss.Forward(gan.Judges.Forward(fake), ones);
                fooled.Backward();
                generating.Step();
                return StepLoss.Sum(("discriminator", judged.Item()), ("generator", fooled.Item()));
            },
        });
        return (gan, lines, trainer);
    }

    sealed class AtStep(Action<TrainerState> what) : TrainerCallback
    {
        public override void OnStepEnd(TrainerState state, double loss, MetricValues parts) => what(state);
    }

    [Fact]
    public void A_GAN_of_two_optimizers_stopped_and_resumed()
    {
        var whole = MakeGan(1);
        whole.Trainer.Fit();
        Assert.Equal(["discriminator", "generator"], whole.Lines[0].Parts.Select(static part => part.Name));

        var first = MakeGan(1, static state =>
        {
            if (state.Step == 11)
                state.Stop();
        });
        Assert.True(first.Trainer.Fit().StoppedEarly);
        var second = MakeGan(2);
        second.Trainer.Resume(Checkpoint.Load(Path.Combine(folder, "gan.safetensors")));
        second.Trainer.Fit();
        Assert.Equal(Bits.Of(whole.Net.StateDict()), Bits.Of(second.Net.StateDict()));
        Assert.Equal(whole.Lines, [.. first.Lines, .. second.Lines]);
    }
}
