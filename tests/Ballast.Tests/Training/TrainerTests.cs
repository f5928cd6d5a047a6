namespace Ballast.Tests;

public sealed class TrainerTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly byte[] before = Generator.Default.GetState();

    public void Dispose()
    {
        folder.Dispose();
        Generator.Default.SetState(before);
    }

    string Path => folder.File("checkpoint");

    static Sequential Net(bool bn = true, int inputs = 12, int outputs = 3) => bn
        ? new(new Flatten(), new Linear(inputs, 8), new BatchNorm1d(8), new ReLU(), new Linear(8, outputs))
        : new(new Flatten(), new Linear(inputs, 8), new ReLU(), new Linear(8, outputs));

    static Trainer Trainer(Module net, DataLoader loader, TrainerOptions options) =>
        new(net, new Adam(net.Parameters(), 1e-2f), loader, options);

    [Fact]
    public void It_trains_as_the_tutorials_loop_does()
    {
        var task = new SmallTask(42, ownGenerator: false);
        var result = task.Trainer.Fit();
        long[] trained = task.Everything;
        Assert.Equal((true, 27L), (result.Completed, result.Step));
        Assert.True(result.SamplesPerSecond > 0);

        var loop = new SmallTask(42, ownGenerator: false);
        var lossFunction = new CrossEntropyLoss();
        List<TrainingLine> lines = [];
        for (int epoch = 0; epoch < 3; epoch++)
        {
            double currentLoss = 0;
            int correct = 0, samples = 0;
            foreach (var (i, (inputs, targets)) in loop.Loader.Index())
            {
                loop.Optimizer.ZeroGrad();
                var outputs = loop.Model.Forward(inputs);
                var loss = lossFunction.Forward(outputs, targets);
                loss.Backward();
                loop.Optimizer.Step();
                currentLoss += loss.Item();
                correct += (int)outputs.ArgMax(1).EqualTo(targets).CountNonzero().Item<long>();
                samples += targets.Length;
                if (i % 2 != 1)
                    continue;
                lines.Add(new TrainingLine(epoch + 1, i + 1, epoch * 9 + i + 1, currentLoss / 2, (double)correct / samples));
                (currentLoss, correct, samples) = (0, 0, 0);
            }
        }

        Assert.Equal(loop.Everything, trained);
        Assert.Equal(lines, task.Lines);
    }

    [Fact]
    public void It_learns()
    {
        var task = new SmallTask(42, ownGenerator: false);
        var before = Evaluation.Run(task.Model, task.Loader.Dataset);
        new Trainer(task.Model, task.Optimizer, task.Loader, new TrainerOptions { Epochs = 40 }).Fit();
        var after = Evaluation.Run(task.Model, task.Loader.Dataset);
        Assert.True(after.Loss < before.Loss / 2 && after.Accuracy > 0.75, $"{before} became {after}");
    }

    [Fact]
    public void A_loss_that_is_not_a_number_stops_training_and_leaves_the_checkpoint()
    {
        float[] values = Draw.Floats(20 * 12, 1);
        values[13 * 12 + 5] = float.NaN; // sample 13: the third batch of five
        var dataset = new ArrayDataset(values, new int[20], [3, 2, 2]);
        var net = Net();
        var loader = new DataLoader(dataset, 5, generator: new Generator(1));
        var error = Assert.Throws<TrainingDivergedException>(() => Trainer(net, loader,
            new TrainerOptions { CheckpointPath = Path, CheckpointEvery = 1 }).Fit());
        Assert.Equal(3, error.Step);
        Assert.Equal("The loss became NaN at step 3 (epoch 1). Lower the learning rate, or look for values that are not finite in the data. "
            + $"The last good checkpoint is {Path}.", error.Message);
        var kept = Checkpoint.Load(Path);
        Assert.Equal((0, 2, 2L), (kept.Epoch, kept.Batch, kept.Step));
        Assert.All(kept.Model, static entry =>
            Assert.True(entry.Value.Number is not null || entry.Value.Tensor.ToArray().All(float.IsFinite), entry.Key));

        var bare = Assert.Throws<TrainingDivergedException>(() => Trainer(Net(), loader, new TrainerOptions()).Fit());
        Assert.EndsWith("There is no checkpoint.", bare.Message, StringComparison.Ordinal);
    }

    // The step that makes the weights infinite has a finite loss itself; the next one shows it.
    [Fact]
    public void A_checkpoint_is_not_written_over_by_weights_that_are_not_numbers()
    {
        var net = Net(bn: false);
        var loader = new DataLoader(SmallTask.Dataset(20), 5, generator: new Generator(1));
        var optimizer = new SGD(net.Parameters(), 1e-3f);
        var options = new TrainerOptions
        {
            CheckpointPath = Path,
            CheckpointEvery = 1,
            LogEvery = 1,
            OnLine = line => (optimizer.LearningRate, optimizer.WeightDecay) = line.Step == 5 ? (3e38, 3e38) : (1e-3, 0),
        };
        var error = Assert.Throws<TrainingDivergedException>(() => new Trainer(net, optimizer, loader, options).Fit());
        Assert.Equal(7, error.Step);
        var kept = Checkpoint.Load(Path);
        Assert.Equal(5, kept.Step);
        Assert.All(kept.Model, static entry => Assert.True(entry.Value.Tensor.ToArray().All(float.IsFinite), entry.Key));
    }

    [Fact]
    public void A_last_batch_of_one_with_a_normalization_is_said_before_training_starts()
    {
        var net = Net();
        var loader = new DataLoader(SmallTask.Dataset(41), 10, shuffle: true, generator: new Generator(1));
        long[] state = Draw.Bits(net.StateDict());
        byte[] random = Generator.Default.GetState(), own = loader.Generator!.GetState();
        var error = Assert.Throws<ArgumentException>(
            () => Trainer(net, loader, new TrainerOptions { CheckpointPath = Path }).Fit());
        Assert.Equal("41 samples in batches of 10 leave a last batch of 1. BatchNorm1d(8): expected more than 1 value per channel "
            + "when training, got input [1, 8]. One value has no variance. Use a larger batch, drop the last incomplete one "
            + "(DataLoader with dropLast: true), or call Eval() first.", error.Message);
        Assert.Equal(state, Draw.Bits(net.StateDict()));
        Assert.Equal(random, Generator.Default.GetState());
        Assert.Equal(own, loader.Generator.GetState());
        Assert.Empty(folder.Names());

        var remedy = new DataLoader(SmallTask.Dataset(41), 10, dropLast: true, generator: new Generator(1));
        Assert.True(Trainer(net, remedy, new TrainerOptions { Epochs = 1 }).Fit().Completed);
        Assert.True(Trainer(Net(bn: false), loader, new TrainerOptions { Epochs = 1 }).Fit().Completed);
    }

    [Fact]
    public void A_rehearsal_that_succeeds_leaves_no_trace_either()
    {
        var task = new SmallTask(42, ownGenerator: true);
        task.Model.Eval();
        long[] everything = task.Everything;
        Rehearsal.Run(task.Model, task.Loader);
        Assert.Equal(everything, task.Everything);
        Assert.False(task.Model.Training);
        Assert.All(task.Model.Parameters(), static parameter => Assert.Null(parameter.Grad));
    }

    [Fact]
    public void A_network_that_does_not_fit_the_data_is_said_before_training_starts()
    {
        var loader = new DataLoader(SmallTask.Dataset(20), 5, generator: new Generator(1));
        Refused("Linear(10, 8): expected input [..., 10], got [5, 12]. The layer before it must produce 10 features.",
            Net(inputs: 10));
        Refused("The network turns [5, 3, 2, 2] into [5, 2]. Expected one logit for each class: [5, 3].", Net(outputs: 2));
        Refused("The network turns [5, 3, 2, 2] into [5, 3, 2, 2]. Expected one logit for each class: [5, 3].", new ReLU());

        void Refused(string message, Module net)
        {
            var optimizer = new SGD([Draw.Weights([1], 1)], 1);
            Assert.Equal(message, Assert.Throws<ArgumentException>(
                () => new Trainer(net, optimizer, loader, new TrainerOptions()).Fit()).Message);
        }
    }

    [Fact]
    public void Settings_that_cannot_be_are_refused()
    {
        var loader = new DataLoader(SmallTask.Dataset(20), 5);
        foreach (var options in new[]
        {
            new TrainerOptions { Epochs = 0 }, new TrainerOptions { LogEvery = 0 }, new TrainerOptions { CheckpointEvery = -1 },
        })
        {
            Assert.StartsWith("Trainer: expected at least 1 epoch, ",
                Assert.Throws<ArgumentException>(() => Trainer(Net(), loader, options).Fit()).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_checkpoint_of_another_network_optimizer_or_dataset_is_refused_and_changes_nothing()
    {
        var task = new SmallTask(42, ownGenerator: false, path: Path);
        task.Trainer.Fit();
        var checkpoint = Checkpoint.Load(Path);

        Refused("The state does not fit Sequential. Nothing was changed.\n  missing:\n    3.weight\n    3.bias\n  unexpected:",
            Net(bn: false), 43);
        Refused("Trainer: the checkpoint's position (epoch 3, batch 0, step 27) does not fit epochs of 4 batches.",
            new SmallTask(1, ownGenerator: false).Model, 20);
        var model = new SmallTask(1, ownGenerator: false).Model;
        Refused("SGD: expected a state with step and momentum_buffer for each parameter, got one with step and exp_avg and exp_avg_sq.", model, 43,
            new SGD(model.Parameters(), 0.1f, momentum: 0.9f));

        void Refused(string message, Module net, int samples, Optimizer? optimizer = null)
        {
            optimizer ??= new Adam(net.Parameters());
            var loader = new DataLoader(SmallTask.Dataset(samples), 5);
            var trainer = new Trainer(net, optimizer, loader, new TrainerOptions());
            long[] state = [.. Draw.Bits(net.StateDict()), .. Draw.Bits(optimizer.StateDict())];
            byte[] random = Generator.Default.GetState();
            Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => trainer.Resume(checkpoint)).Message,
                StringComparison.Ordinal);
            long[] after = [.. Draw.Bits(net.StateDict()), .. Draw.Bits(optimizer.StateDict())];
            Assert.Equal(state, after);
            Assert.Equal(random, Generator.Default.GetState());
        }
    }

    [Fact]
    public void Progress_counts_up_to_the_end()
    {
        var task = new SmallTask(42, ownGenerator: false);
        List<TrainingProgress> seen = [];
        List<int> epochs = [];
        task.DuringStep = static () => Thread.Sleep(15);
        new Trainer(task.Model, task.Optimizer, task.Loader,
            new TrainerOptions { Epochs = 3, OnProgress = seen.Add, OnEpoch = epochs.Add }).Fit();
        Assert.Equal([1, 2, 3], epochs);
        Assert.NotEmpty(seen);
        Assert.All(seen, static progress => Assert.True(
            progress is { Step: > 0 and <= 27, Steps: 27, SamplesPerSecond: > 0 } && progress.Remaining >= TimeSpan.Zero));
    }
}
