namespace Ballast.Lab;

/// <summary>A network that learns a file of one's own, in a <see cref="RunFolder"/> like any other run's: metrics as it goes, checkpoints that
/// resume to the same bits, the best epoch's weights, a page. At its end <c>weights.safetensors</c> has the best epoch's weights with all that
/// is needed to predict; or, with members, those of a network that averages as many, each trained on all samples for as many epochs as were best.
/// What is measured is then still the best epoch's network, which has not seen the samples held out.</summary>
public sealed class FileRun
{
    readonly RunSettings settings;
    readonly FileTask task;
    readonly int members;
    readonly Module network;
    readonly Optimizer optimizer;
    readonly DataLoader loader;

    /// <summary>Seeds <see cref="Generator.Default"/>, makes the network, and tries it on batches of zeros. Nothing is written.</summary>
    /// <param name="settings">How to train, <see cref="Complete"/>.</param>
    /// <param name="task">What is learned.</param>
    /// <param name="members">How many networks of all samples are averaged; 0 for none.</param>
    /// <exception cref="ArgumentException">A setting out of range, or two that do not go together.</exception>
    public FileRun(RunSettings settings, FileTask task, int members = 0)
    {
        (this.settings, this.task, this.members) = (settings, task, members);
        if (members > 0 && !settings.Does.KeepBest)
        {
            throw new ArgumentException(
                "Networks that are averaged are trained for as many epochs as were best, and the best epoch's network is what is measured: keep it.");
        }

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

    /// <summary>The weights that a run with members was measured with: those of the best epoch; null for a run without, whose weights are these, or
    /// where there are none yet.</summary>
    public static string? MeasuredPath(RunFolder folder) =>
        folder.Record.File is { Members: > 0 } && File.Exists(folder.BestPath) ? folder.BestPath : null;

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
            TrainingRun.Resume(trainer, checkpoint, folder.CheckpointPath);
        using (recorder.Open(checkpoint?.Step ?? 0))
        {
            if (!recorder.Train(trainer, cancellation))
                return (new RunOutcome(false, null), null);
            trainer.ApplyAverage(cancellation);
            if (File.Exists(folder.BestPath))
                network.LoadStateDict(StateFile.Load(folder.BestPath));
            var result = task.Look(network, cancellation);
            if (Average(folder, recorder, listener, cancellation) is not { } last)
                return (new RunOutcome(false, null), null);
            StateFile.Save(folder.WeightsPath, last.StateDict(), new Dictionary<string, string>(result.Metadata) { ["layers"] = settings.Layers });
            recorder.Write(result.Held, TestTimeAugmentation.None);
            for (int member = 1; member <= members; member++)
                File.Delete(folder.MemberPath(member));
            return (new RunOutcome(true, result.Held), result);
        }
    }

    // The networks of all samples, each with a seed of its own, as one; the best epoch's where there are none. Null if it was stopped.
    Module? Average(RunFolder folder, RunRecorder recorder, IRunListener listener, CancellationToken cancellation)
    {
        if (members == 0)
            return network;
        var averaged = task.Averaged!;
        var all = averaged.Samples();
        var lines = MetricsLog.Read(folder.MetricsPath);
        int best = lines.LastOrDefault(static metric => metric is { Type: MetricKind.Validation, Best: true })?.Epoch ?? 0;
        int least = Math.Max(averaged.LeastEpochs, settings.Does.SwaFrom ?? 0);
        int epochs = Math.Min(settings.Epochs, Math.Max(best, least));
        var trained = new Module[members];
        for (int i = 0; i < members; i++)
        {
            Generator.Default.ManualSeed(settings.Seed + i + 1);
            string path = folder.MemberPath(i + 1);
            double? loss = null;
            var member = trained[i] = task.Build();
            var batches = new DataLoader(all, settings.BatchSize, shuffle: true, prefetch: settings.Does.Prefetch,
                dropLast: settings.DropLast || all.Count % settings.BatchSize == 1);
            var options = RunTraining.Options(settings with { Epochs = epochs }, new TrainerOptions
            {
                Epochs = epochs,
                LogEvery = batches.Count,
                CheckpointPath = path,
                CheckpointEvery = settings.CheckpointEvery,
                OnEpochEnd = line => loss = line.Loss,
                OnProgress = listener.OnProgress,
            }, member, batches, null, "");
            options = options with { Loss = task.Loss ?? options.Loss, Metrics = [] };
            var trainer = new Trainer(member, RunTraining.Optimizer(settings, member), batches, options);
            if (File.Exists(path))
                TrainingRun.Resume(trainer, Checkpoint.Load(path), path);
            if (!recorder.TrainMember(trainer, () => loss, i + 1, epochs, cancellation))
                return null;
            trainer.ApplyAverage(cancellation);
        }

        return averaged.Average(trained);
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
