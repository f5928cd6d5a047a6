namespace Ballast.Tests;

/// <summary>What a trainer does besides going through the data.</summary>
public sealed class TrainerMethodTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly byte[] before = Generator.Default.GetState();

    public void Dispose()
    {
        folder.Dispose();
        Generator.Default.SetState(before);
    }

    sealed class Network
    {
        public Sequential Model { get; } = new(new Flatten(), new Linear(12, 3, generator: new Generator(1)));

        public DataLoader Loader { get; } = new(SmallTask.Dataset(20), 5, generator: new Generator(1));

        public Trainer Train(float learningRate, TrainerOptions options) =>
            new(Model, new SGD(Model.Parameters(), learningRate), Loader, options);
    }

    static string Message(Action action) => Assert.Throws<ArgumentException>(action).Message;

    [Fact]
    public void A_schedule_longer_than_the_run_is_refused_before_it_starts()
    {
        Assert.Equal("Trainer: the schedule takes 21 steps, and the run has 20 (5 epochs of 4). Train for longer, or shorten the schedule and its warm-up.",
            Message(() => new Network().Train(0.1f, new TrainerOptions { Schedule = new CosineSchedule(21) })));
        Assert.Equal("Trainer: the schedule takes 24 steps, and the run has 20 (5 epochs of 4). Train for longer, or shorten the schedule and its warm-up.",
            Message(() => new Network().Train(0.1f, new TrainerOptions { Schedule = new WarmUpSchedule(4, new CosineSchedule(20)) })));
        var network = new Network();
        Assert.Equal("Trainer: the weights are to be averaged from epoch 6 on, and the run has 5. Begin earlier, or train for longer.",
            Message(() => network.Train(0.1f, new TrainerOptions { Average = new StochasticWeightAveraging(network.Model, 6) })));
        Assert.Equal("Validation: expected a patience of at least 1 epoch, got 0.",
            Message(() => network.Train(0.1f, new TrainerOptions { Validation = new ValidationOptions(SmallTask.Dataset(5)) { Patience = 0 } })));
    }

    [Fact]
    public void The_schedule_sets_each_steps_rate()
    {
        // Steps of 0, then all of it: with the rate 0 of its first epoch the weights stay.
        var network = new Network();
        long[] weights = Draw.Bits(network.Model.StateDict());
        network.Train(0.1f, new TrainerOptions { Epochs = 1, Schedule = new ConstantSchedule(0, 4) }).Fit();
        Assert.Equal(weights, Draw.Bits(network.Model.StateDict()));
        network.Train(0.1f, new TrainerOptions { Epochs = 1, Schedule = new ConstantSchedule(0, 3) }).Fit();
        Assert.NotEqual(weights, Draw.Bits(network.Model.StateDict()));
    }

    [Fact]
    public void Training_stops_when_validation_no_longer_gets_better_and_keeps_the_best()
    {
        var network = new Network();
        List<ValidationLine> lines = [];
        var options = new TrainerOptions
        {
            Epochs = 9,
            CheckpointPath = folder.File("c"),
            // After the first epoch nothing changes any more.
            Schedule = new ConstantSchedule(),
            Validation = new ValidationOptions(SmallTask.Dataset(11)) { Patience = 2, BestPath = folder.File("best") },
            OnValidation = lines.Add,
        };
        var result = network.Train(0, options).Fit();
        Assert.Equal((true, true, 12L), (result.Completed, result.StoppedEarly, result.Step));
        Assert.Equal([true, false, false], lines.Select(static line => line.IsBest));
        Assert.Equal(Evaluation.Run(network.Model, SmallTask.Dataset(11)), lines[0].Result);
        var best = new Network();
        best.Model.LoadStateDict(StateFile.Load(folder.File("best")));
        Assert.Equal(Draw.Bits(network.Model.StateDict()), Draw.Bits(best.Model.StateDict()));

        var again = new Network().Train(0, options);
        again.Resume(Checkpoint.Load(folder.File("c")));
        Assert.Equal((true, 12L), (again.Fit().StoppedEarly, result.Step));
        Assert.Equal(3, lines.Count);
    }

    [Fact]
    public void A_gradient_that_is_not_finite_is_an_error_or_is_skipped()
    {
        var network = new Network();
        long[] weights = Draw.Bits(network.Model.StateDict());
        var options = new TrainerOptions { Epochs = 1, Loss = Overflow, Clipping = new GradientClipping(1) };
        var error = Assert.Throws<TrainingDivergedException>(() => network.Train(0.1f, options).Fit());
        Assert.StartsWith("The norm of the gradient became ", error.Message, StringComparison.Ordinal);
        Assert.True(network.Train(0.1f, options with { Clipping = new GradientClipping(1, NonFinite: NonFiniteGradient.Skip) }).Fit().Completed);
        Assert.Equal(weights, Draw.Bits(network.Model.StateDict()));

        // A finite loss, whose derivative at 0 is not: the root of 0.
        static Tensor Overflow(Tensor outputs, Tensor targets) => (outputs * 0f).Sum().Sqrt();
    }

    [Fact]
    public void A_checkpoint_without_an_average_cannot_go_on_with_one()
    {
        new Network().Train(0.1f, new TrainerOptions { Epochs = 1, CheckpointPath = folder.File("c") }).Fit();
        var network = new Network();
        var trainer = network.Train(0.1f, new TrainerOptions { Epochs = 2, Average = new ExponentialMovingAverage(network.Model) });
        Assert.Equal("Trainer: the checkpoint holds no average of the weights. It was trained without one: resume without it.",
            Message(() => trainer.Resume(Checkpoint.Load(folder.File("c")))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Another_loss_is_what_is_reported(bool mse)
    {
        var network = new Network();
        List<TrainingLine> lines = [];
        Func<Tensor, Tensor, Tensor> loss = mse
            ? (x, t) => new MSELoss().Forward(x, t.OneHot(3).To(ElementType.Float32))
            : (x, t) => new BCEWithLogitsLoss().Forward(x, t.OneHot(3).To(ElementType.Float32));
        network.Train(0, new TrainerOptions { Epochs = 1, LogEvery = 4, Loss = loss, OnLine = lines.Add }).Fit();
        Assert.Equal(Evaluation.Run(network.Model, SmallTask.Dataset(20), loss).Loss, lines[0].Loss, 1e-6);
    }
}
