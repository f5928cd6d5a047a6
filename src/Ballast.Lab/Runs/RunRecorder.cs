using System.Diagnostics;

namespace Ballast.Lab;

/// <summary>Listens to a <see cref="Trainer"/>, writes what it says to the run's metrics, and passes it on.</summary>
sealed class RunRecorder : IDisposable
{
    readonly RunSettings settings;
    readonly DataLoader loader;
    readonly RunFolder folder;
    readonly IRunListener listener;
    readonly Stopwatch clock = new();
    MetricsLog? log;
    double before;
    long step;

    public RunRecorder(RunSettings settings, DataLoader loader, RunFolder folder, IRunListener listener)
    {
        this.settings = settings;
        this.loader = loader;
        this.folder = folder;
        this.listener = listener;
        Options = new TrainerOptions
        {
            Epochs = settings.Epochs,
            LogEvery = settings.LogEvery,
            CheckpointEvery = settings.CheckpointEvery,
            CheckpointPath = folder.CheckpointPath,
            OnEpochStart = listener.OnEpoch,
            OnLine = line => Write(new Metric(
                MetricKind.Train, line.Step, line.Epoch, line.Batch, line.Loss, line.Accuracy, Seconds: Seconds)),
            OnEpoch = WriteEpoch,
            OnValidation = line => Write(new Metric(
                MetricKind.Validation, line.Step, line.Epoch, Loss: line.Result.Loss, Accuracy: line.Result.Accuracy,
                Count: line.Result.Count, Best: line.IsBest)),
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

    /// <summary>Writes how well the network does on the test images.</summary>
    public void Write(Evaluation test, TestTimeAugmentation augmentation) =>
        Write(new Metric(
            MetricKind.Evaluation, step, Loss: test.Loss, Accuracy: test.Accuracy, Count: test.Count,
            TestTimeAugmentation: augmentation == TestTimeAugmentation.None ? null : augmentation));

    public void Dispose() => log?.Dispose();

    // The last epoch of a recipe may be cut short.
    void WriteEpoch(int epoch)
    {
        long done = Math.Min(
            (long)epoch * loader.Count, (settings.Does.Special ?? RecipeMethods.None).Steps(settings.Epochs, loader.Count));
        Write(new Metric(
            MetricKind.Epoch, done, epoch, Seconds: Seconds, ImagesPerSecond: done * Images / loader.Count / Seconds));
    }

    void Write(Metric metric)
    {
        log!.Write(metric);
        listener.OnMetric(metric);
    }
}
