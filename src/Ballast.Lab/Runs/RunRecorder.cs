using System.Diagnostics;

namespace Ballast.Lab;

/// <summary>Listens to a <see cref="Trainer"/>, writes what it says to the run's metrics, and passes it on.</summary>
sealed class RunRecorder : IDisposable
{
    readonly RunSettings settings;
    readonly DataLoader loader;
    readonly RunFolder folder;
    readonly IRunListener listener;
    readonly ActivationWatch watch;
    readonly RunBoard? board;
    readonly Optimizer optimizer;
    readonly Stopwatch clock = new();
    MetricsLog? log;
    ActivationLog? activations;
    double before;
    long step;

    /// <summary>Makes a recorder.</summary>
    /// <param name="settings">How the run is trained.</param>
    /// <param name="loader">The images that it is trained on.</param>
    /// <param name="folder">Where everything is written.</param>
    /// <param name="listener">Who is told.</param>
    /// <param name="watch">Measures activations.</param>
    /// <param name="board">Writes event files; null for none.</param>
    /// <param name="optimizer">What trains, for its learning rate and its gradients.</param>
    public RunRecorder(
        RunSettings settings, DataLoader loader, RunFolder folder, IRunListener listener, ActivationWatch watch, RunBoard? board,
        Optimizer optimizer)
    {
        this.settings = settings;
        this.loader = loader;
        this.folder = folder;
        this.listener = listener;
        this.watch = watch;
        this.board = board;
        this.optimizer = optimizer;
        Options = new TrainerOptions
        {
            Epochs = settings.Epochs,
            LogEvery = settings.LogEvery,
            CheckpointEvery = settings.CheckpointEvery,
            CheckpointPath = folder.CheckpointPath,
            OnEpochStart = listener.OnEpoch,
            OnLine = line => Write(new Metric(
                MetricKind.Train, line.Step, line.Epoch, line.Batch, line.Loss,
                Metric.AccuracyOf(line.Metrics, line.Accuracy), Seconds: Seconds)
            {
                LearningRate = (float)(optimizer.Groups[0].LearningRate ?? optimizer.LearningRate),
                GradientNorm = GradientNorm(),
                Measures = Metric.MeasuresOf(line.Metrics),
            }),
            OnEpochEnd = WriteEpoch,
            OnValidation = line => Write(new Metric(
                MetricKind.Validation, line.Step, line.Epoch, Loss: line.Result.Loss,
                Accuracy: Metric.AccuracyOf(line.Result.Metrics, line.Result.Accuracy), Count: line.Result.Count, Best: line.IsBest)
            {
                Measures = Metric.MeasuresOf(line.Result.Metrics),
            }),
            OnProgress = listener.OnProgress,
        };
    }

    /// <summary>What the trainer is made with.</summary>
    public TrainerOptions Options { get; }

    double Seconds => before + clock.Elapsed.TotalSeconds;

    double Images => settings.DropLast ? (double)loader.Count * loader.BatchSize : loader.Dataset.Count;

    /// <summary>Opens the metrics, dropping what was measured after <paramref name="from"/>.</summary>
    public RunRecorder Open(long from)
    {
        step = from;
        log = File.Exists(folder.MetricsPath)
            ? MetricsLog.Resume(folder.MetricsPath, from)
            : MetricsLog.Create(folder.MetricsPath);
        before = MetricsLog.Read(folder.MetricsPath).Max(static metric => metric.Seconds) ?? 0;
        activations = ActivationLog.Open(folder.ActivationsPath, from);
        board?.Open(from);
        if (from == 0)
            Watch(0, 0);
        return this;
    }

    /// <summary>Trains; false if it was stopped.</summary>
    public bool Train(Trainer trainer, CancellationToken cancellation)
    {
        clock.Start();
        try
        {
            var result = trainer.Fit(cancellation);
            clock.Stop();
            step = result.Step;
            if (!result.Completed)
                Write(new Metric(MetricKind.Stopped, step, Seconds: Seconds));
            else if (result.StoppedEarly)
                Write(new Metric(MetricKind.StoppedEarly, step, Seconds: Seconds));
            return result.Completed;
        }
        catch (TrainingDivergedException error)
        {
            Write(new Metric(MetricKind.Diverged, error.Step, (int)((error.Step - 1) / loader.Count) + 1, Loss: double.NaN,
                Seconds: Seconds));
            throw;
        }
    }

    /// <summary>Trains one of the networks that are averaged; false if it was stopped.</summary>
    /// <param name="trainer">Trains it.</param>
    /// <param name="loss">The mean loss of its last epoch, once it was trained.</param>
    /// <param name="member">Which one, from 1.</param>
    /// <param name="epochs">For how many epochs.</param>
    /// <param name="cancellation">Stops between two mini-batches.</param>
    public bool TrainMember(Trainer trainer, Func<double?> loss, int member, int epochs, CancellationToken cancellation)
    {
        listener.OnMember(member, epochs);
        clock.Start();
        bool completed = trainer.Fit(cancellation).Completed;
        clock.Stop();
        if (!completed)
            Write(new Metric(MetricKind.Stopped, step, Seconds: Seconds));
        else if (loss() is { } last)        // not where it was trained in an earlier sitting
            Write(new Metric(MetricKind.Member, step, epochs, Loss: last, Seconds: Seconds) { Member = member });
        return completed;
    }

    /// <summary>Writes how well the network does on the test images.</summary>
    public void Write(Evaluation test, TestTimeAugmentation augmentation) =>
        Write(Metric.Of(test, step) with
        {
            TestTimeAugmentation = augmentation == TestTimeAugmentation.None ? null : augmentation,
        });

    public void Dispose()
    {
        log?.Dispose();
        activations?.Dispose();
        board?.Dispose();
    }

    void WriteEpoch(EpochLine line)
    {
        Write(new Metric(
            MetricKind.Epoch, line.Step, line.Epoch, Loss: Known(line.Loss), Accuracy: Known(line.Accuracy), Count: (int)line.Count,
            Seconds: Seconds, ImagesPerSecond: line.Step * Images / loader.Count / Seconds)
        {
            Measures = Metric.MeasuresOf(line.Metrics),
        });
        // Looking is not training.
        clock.Stop();
        Watch(line.Step, line.Epoch);
        clock.Start();
    }

    double? GradientNorm()
    {
        double squares = 0;
        bool any = false;
        foreach (var gradient in optimizer.Groups.SelectMany(static group => group.Parameters).Select(static parameter => parameter.Grad))
        {
            if (gradient is null)
                continue;
            any = true;
            foreach (float value in gradient.AsSpan())
                squares += (double)value * value;
        }

        return any && double.IsFinite(squares) ? Math.Sqrt(squares) : null;
    }

    static double? Known(double value) => double.IsNaN(value) ? null : value;

    void Watch(long at, int epoch)
    {
        activations!.Write(watch.Measure(
            at, epoch, board is null ? null : (place, values) => board.WriteActivations(place, values, at)));
        board?.WriteWeights(at);
    }

    void Write(Metric metric)
    {
        log!.Write(metric);
        board?.Write(metric);
        listener.OnMetric(metric);
    }
}
