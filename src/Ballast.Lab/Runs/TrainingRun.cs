namespace Ballast.Lab;

/// <summary>One network trained with one set of settings, in a <see cref="RunFolder"/>: metrics as it goes, checkpoints that
/// resume to the same bits, at its end the weights and the loss on the test images.</summary>
public sealed class TrainingRun
{
    readonly RunSettings settings;
    readonly ByteDataset data;
    readonly Module network;
    readonly Optimizer optimizer;
    readonly DataLoader loader;
    readonly ByteDataset? heldBack;
    readonly FineTuning? tuned;
    bool started;

    /// <summary>Seeds <see cref="Generator.Default"/>, makes the network, and tries it on batches of zeros. Nothing is
    /// written. Start it before another run is made: they share the generator.</summary>
    /// <param name="settings">How to train.</param>
    /// <param name="data">The images to train on.</param>
    /// <param name="groups">The group of each image, where the settings hold whole groups back: <see cref="RunData.Groups"/>.</param>
    /// <exception cref="LayerTextException">A mistake in the layers.</exception>
    /// <exception cref="ArgumentException">A setting out of range, or mini-batches that the network cannot take.</exception>
    public TrainingRun(RunSettings settings, ByteDataset data, IReadOnlyList<string>? groups = null)
    {
        this.settings = settings;
        this.data = data;
        HoldOut.Refuse(settings);
        StudyData.RefuseOneClass(data, NamedDatasets.Title(settings.Data ?? NamedDatasets.Cifar10.Name));
        Generator.Default.ManualSeed(settings.Seed);
        (var trained, heldBack) = HoldOut.Split(settings, data, groups);
        network = RunNetwork.Build(settings, RunSamples.Of(data));
        settings.Does.Special?.Initialize(network, trained);
        tuned = RunTuning.Of(settings, network);
        optimizer = RunTraining.Optimizer(settings, network);
        loader = new DataLoader(
            trained, settings.BatchSize, shuffle: true, dropLast: settings.DropLast, prefetch: settings.Does.Prefetch,
            transforms: RunTraining.Transforms(settings));
        Trainer.Rehearse(network, loader);
        // What does not go together is refused before a folder is made.
        _ = new Trainer(network, optimizer, loader,
            RunTraining.Options(settings, new TrainerOptions { Epochs = settings.Epochs }, network, loader, heldBack, ""));
    }

    /// <summary>How many outputs the network has, where they are more than the data has classes; else null.</summary>
    public int? SurplusOf => network is Network { Outputs: { } outputs } && outputs > data.ClassNames.Count ? outputs : null;

    /// <summary>The classes of which no image is held back, so that nothing is known of them; none where no images are held back.</summary>
    public IReadOnlyList<string> NotHeldBack => heldBack is null ? [] : HoldOut.Lacking(heldBack);

    /// <summary>The classes of which no image is trained on.</summary>
    public IReadOnlyList<string> NotTrained => HoldOut.Lacking(loader.Dataset);

    /// <summary>How many mini-batches an epoch has.</summary>
    public int StepsPerEpoch => loader.Count;

    /// <summary>Takes over the trained network that the settings begin with, and measures its statistics where they are to adapt. <see cref="Start"/>
    /// does so first; calling this refuses what does not fit before there is a folder.</summary>
    /// <exception cref="ArgumentException">A state of another network.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <returns>The run itself.</returns>
    public TrainingRun Begin(CancellationToken cancellation = default)
    {
        if (tuned is not null && !started)
            RunTuning.Start(settings, tuned, (ByteDataset)loader.Dataset, cancellation);
        started = true;
        return this;
    }

    /// <summary>Trains from the beginning. The folder is owned until the run's end.</summary>
    /// <param name="folder">A new folder.</param>
    /// <param name="source">Where the test images come from.</param>
    /// <param name="listener">Who is told how it goes.</param>
    /// <param name="cancellation">Stops: the checkpoint is written first.</param>
    /// <exception cref="TrainingDivergedException">The loss was not finite.</exception>
    /// <exception cref="OperationCanceledException">It was stopped while it was tested; training is over and kept.
    /// </exception>
    /// <exception cref="IOException">A file cannot be written or read.</exception>
    public RunOutcome Start(RunFolder folder, RunData source, IRunListener listener, CancellationToken cancellation = default)
    {
        using var owned = folder.Own();
        return Report(folder, () => Run(folder, null, source, listener, cancellation));
    }

    /// <summary>Continues from the folder's checkpoint, or from the beginning where there is none yet. The folder is owned until
    /// the run's end.</summary>
    /// <inheritdoc cref="Start"/>
    /// <exception cref="InvalidDataException">The data has changed, or a file of the folder is damaged.</exception>
    /// <exception cref="ArgumentException">The checkpoint belongs to another network, optimizer or dataset.</exception>
    public RunOutcome Resume(RunFolder folder, RunData source, IRunListener listener, CancellationToken cancellation = default)
    {
        using var owned = folder.Own();
        RefuseChangedData(folder);
        var checkpoint = File.Exists(folder.CheckpointPath) ? Checkpoint.Load(folder.CheckpointPath) : null;
        return Report(folder, () => Run(folder, checkpoint, source, listener, cancellation));
    }

    // The page of what there is, also when training was stopped or diverged.
    RunOutcome Report(RunFolder folder, Func<(RunOutcome Outcome, RunFindings? Findings)> run)
    {
        RunOutcome outcome;
        RunFindings? findings = null;
        try
        {
            (outcome, findings) = run();
        }
        catch (Exception error) when (error is OperationCanceledException or TrainingDivergedException)
        {
            Write();
            throw;
        }

        Write();
        return outcome;

        void Write() => RunPage.Write(RunReport.Read(folder, loader.Count, loader.Dataset.Count) with { Findings = findings }, folder.ReportPath);
    }

    (RunOutcome Outcome, RunFindings? Findings) Run(
        RunFolder folder, Checkpoint? checkpoint, RunData source, IRunListener listener, CancellationToken cancellation)
    {
        var trained = (ByteDataset)loader.Dataset;
        if (checkpoint is null)
            Begin(cancellation);
        else if (tuned is not null)
            Load(checkpoint, folder);
        using var fixedBody = tuned?.Begin();
        var recorder = new RunRecorder(
            settings, loader, folder, listener, new ActivationWatch(network, trained, settings.BatchSize),
            folder.Record.TensorBoard ? new RunBoard(folder.Path, network, optimizer, trained, settings.Does.Scale) : null, optimizer);
        var validated = settings.Does.IsValidated ? heldBack ?? source.Test(settings, cancellation) : null;
        if (validated is not null && heldBack is null)
            RunSamples.Of(data).RefuseOther(validated, NamedDatasets.Title(settings.TestName));
        // What a frozen body computes is computed once.
        var learned = RunTuning.Keep(settings, tuned, loader, cancellation);
        Dataset? looked = validated is null || learned == loader ? validated
            : RunTuning.Keep(settings, tuned, validated, cancellation) ?? (Dataset)validated;
        var trainer = new Trainer(network, optimizer, learned, RunTraining.Options(
            settings, recorder.Options, network, learned, looked, folder.BestPath));
        if (checkpoint is not null)
            Resume(trainer, checkpoint, folder.CheckpointPath);
        using (recorder.Open(checkpoint?.Step ?? 0))
        {
            if (!recorder.Train(trainer, cancellation))
                return (new RunOutcome(false, null), null);
            trainer.ApplyAverage(cancellation);
            StateFile.Save(folder.WeightsPath, network.StateDict(), new Dictionary<string, string> { ["layers"] = settings.Layers });
            if (source.Test(settings, cancellation) is not { } images)
            {
                return (new RunOutcome(true, null), heldBack is null ? null
                    : PictureFindings.Of(OutputCollector.Run(network, heldBack, cancellation).Findings, heldBack));
            }

            RunSamples.Of(data).RefuseOther(images, NamedDatasets.Title(settings.TestName));
            listener.OnTest();
            var (test, classes) = OutputCollector.Run(network, images, cancellation);
            var views = settings.TestedWith == TestTimeAugmentation.None
                ? null : Evaluation.Run(network, images, settings.TestedWith, cancellation: cancellation);
            folder.Update(folder.Record with { Provenance = folder.Record.Provenance.With(RunData.Describe(images)) });
            recorder.Write(test, TestTimeAugmentation.None);
            if (views is not null)
                recorder.Write(views, settings.TestedWith);
            return (new RunOutcome(true, views ?? test), PictureFindings.Of(classes, images));
        }
    }

    internal static void Resume(Trainer trainer, Checkpoint checkpoint, string path)
    {
        try
        {
            trainer.Resume(checkpoint);
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"{path} does not belong to this run. {error.Message}", error);
        }
    }

    // What a frozen body makes of the samples is that of the weights it goes on with.
    void Load(Checkpoint checkpoint, RunFolder folder)
    {
        try
        {
            network.LoadStateDict(checkpoint.Model);
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"{folder.CheckpointPath} does not belong to this run. {error.Message}", error);
        }
    }

    void RefuseChangedData(RunFolder folder)
    {
        foreach (var (name, hash) in RunData.Describe(data))
        {
            // Training and test data may have files of one name.
            string[] recorded = [.. folder.Record.Provenance.Data.Where(file => file.Name == name).Select(static file => file.Sha256)];
            if (recorded.Length > 0 && !recorded.Contains(hash))
            {
                throw new InvalidDataException(
                    $"{name} has changed since {folder.Path} was begun. Put the old data back, or begin a new run.");
            }
        }
    }
}
