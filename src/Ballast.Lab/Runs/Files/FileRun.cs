namespace Ballast.Lab;

/// <summary>A network that learns a file of one's own, in a <see cref="RunFolder"/> like any other run's: metrics as it goes, checkpoints that
/// resume to the same bits, the best epoch's weights, a page. At its end <c>weights.safetensors</c> has the best epoch's weights with all that
/// is needed to predict.</summary>
public sealed class FileRun
{
    readonly RunSettings settings;
    readonly FileTask task;
    readonly Module network;
    readonly Optimizer optimizer;
    readonly DataLoader loader;

    /// <summary>Seeds <see cref="Generator.Default"/>, makes the network, and tries it on batches of zeros. Nothing is written.</summary>
    /// <param name="settings">How to train, <see cref="Complete"/>.</param>
    /// <param name="task">What is learned.</param>
    /// <exception cref="ArgumentException">A setting out of range, or two that do not go together.</exception>
    public FileRun(RunSettings settings, FileTask task)
    {
        (this.settings, this.task) = (settings, task);
        if (task.Loss is not null
            && settings.Does is not { Loss: LossKind.CrossEntropy, LabelSmoothing: 0, ClassWeights: null, Monitor: ValidationMetric.Loss })
        {
            throw new ArgumentException(
                "Losses, label smoothing, class weights and the accuracy are of classes; this target has none. Leave them out.");
        }

        Generator.Default.ManualSeed(settings.Seed);
        network = task.Build();
        optimizer = RunTraining.Optimizer(settings, network);
        loader = new DataLoader(task.Trained, settings.BatchSize, shuffle: true, dropLast: settings.DropLast, prefetch: settings.Does.Prefetch);
        Trainer.Rehearse(network, loader);
        _ = new Trainer(network, optimizer, loader, Options(new TrainerOptions { Epochs = settings.Epochs }, ""));
    }

    /// <summary>The settings with what follows from the file: the size of a mini-batch, where it is 0, and how often a line is written, likewise
    /// once an epoch. A last mini-batch of one sample, of which no batch statistics can be made, is left out.</summary>
    public static RunSettings Complete(RunSettings settings, FileTask task)
    {
        int count = task.Trained.Count, size = Math.Min(settings.BatchSize > 0 ? settings.BatchSize : task.BatchSize, count);
        bool drop = settings.DropLast || count % size == 1;
        return settings with
        {
            BatchSize = size,
            DropLast = drop,
            LogEvery = settings.LogEvery > 0 ? settings.LogEvery : Math.Max(1, drop ? count / size : (count - 1) / size + 1),
        };
    }

    /// <summary>Trains from the beginning. The folder is owned until the run's end.</summary>
    /// <param name="folder">A new folder.</param>
    /// <param name="listener">Who is told how it goes.</param>
    /// <param name="cancellation">Stops: the checkpoint is written first.</param>
    /// <exception cref="TrainingDivergedException">The loss was not finite.</exception>
    /// <exception cref="IOException">A file cannot be written or read.</exception>
    public RunOutcome Start(RunFolder folder, IRunListener listener, CancellationToken cancellation = default)
    {
        using var owned = folder.Own();
        return Report(folder, () => Run(folder, null, listener, cancellation));
    }

    /// <summary>Continues from the folder's checkpoint, or from the beginning where there is none yet. The folder is owned until the run's end.
    /// </summary>
    /// <inheritdoc cref="Start"/>
    /// <exception cref="InvalidDataException">The file has changed, or one of the folder is damaged.</exception>
    /// <exception cref="ArgumentException">The checkpoint belongs to another network, optimizer or dataset.</exception>
    public RunOutcome Resume(RunFolder folder, IRunListener listener, CancellationToken cancellation = default)
    {
        using var owned = folder.Own();
        RefuseChanged(folder, task);
        var checkpoint = File.Exists(folder.CheckpointPath) ? Checkpoint.Load(folder.CheckpointPath) : null;
        return Report(folder, () => Run(folder, checkpoint, listener, cancellation));
    }

    /// <summary>Refuses a file that is not what the run was begun with.</summary>
    /// <exception cref="InvalidDataException">It has changed.</exception>
    public static void RefuseChanged(RunFolder folder, FileTask task)
    {
        foreach (var (name, hash) in task.Files)
        {
            if (folder.Record.Provenance.Data.Any(file => file.Name == name && file.Sha256 != hash))
                throw new InvalidDataException($"{name} has changed since {folder.Path} was begun. Put the old file back, or begin a new run.");
        }
    }

    // The page of what there is, also when training was stopped or diverged.
    RunOutcome Report(RunFolder folder, Func<(RunOutcome Outcome, FileResult? Result)> run)
    {
        try
        {
            var (outcome, result) = run();
            Write(result);
            return outcome;
        }
        catch (Exception error) when (error is OperationCanceledException or TrainingDivergedException)
        {
            Write(null);
            throw;
        }

        void Write(FileResult? result) => RunPage.Write(FileReport.Read(folder, task, loader.Count, result), folder.ReportPath);
    }

    (RunOutcome Outcome, FileResult? Result) Run(
        RunFolder folder, Checkpoint? checkpoint, IRunListener listener, CancellationToken cancellation)
    {
        var recorder = new RunRecorder(settings, loader, folder, listener, new ActivationWatch(network, loader.Dataset, settings.BatchSize),
            folder.Record.TensorBoard ? new RunBoard(folder.Path, network, optimizer, loader.Dataset, null) : null, optimizer);
        var trainer = new Trainer(network, optimizer, loader, Options(recorder.Options, folder.BestPath));
        if (checkpoint is not null)
            TrainingRun.Resume(trainer, checkpoint, folder);
        using (recorder.Open(checkpoint?.Step ?? 0))
        {
            if (!recorder.Train(trainer, cancellation))
                return (new RunOutcome(false, null), null);
            trainer.ApplyAverage(cancellation);
            if (File.Exists(folder.BestPath))
                network.LoadStateDict(StateFile.Load(folder.BestPath));
            var result = task.Look(network, cancellation);
            StateFile.Save(folder.WeightsPath, network.StateDict(), new Dictionary<string, string>(result.Metadata) { ["layers"] = settings.Layers });
            recorder.Write(result.Held, TestTimeAugmentation.None);
            return (new RunOutcome(true, result.Held), result);
        }
    }

    TrainerOptions Options(TrainerOptions options, string bestPath)
    {
        options = RunTraining.Options(settings, options, network, loader, task.Held, bestPath);
        return options with
        {
            Loss = task.Loss ?? options.Loss,
            ValidationLoss = task.Loss ?? options.ValidationLoss,
            Metrics = task.MakeMetrics(),
            Validation = options.Validation! with { BestMetadata = task.Metadata },
        };
    }
}
