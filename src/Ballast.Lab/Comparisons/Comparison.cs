namespace Ballast.Lab;

/// <summary>The tutorial's question: one network trained with batch normalization and without, each as a fresh program with the
/// same seed would train it. Its folder holds a run folder for each, and the report.</summary>
public sealed class Comparison
{
    readonly RunData source;
    readonly ByteDataset data;
    TrainingRun? prepared;

    Comparison(RunFolder folder, RunData source, ByteDataset data)
    {
        Folder = folder;
        this.source = source;
        this.data = data;
    }

    /// <summary>Where everything is.</summary>
    public RunFolder Folder { get; }

    /// <summary>Opens the data, tries the first network, and makes the folder.</summary>
    /// <param name="path">A new folder.</param>
    /// <param name="settings">How to train; the network is each arm's own.</param>
    /// <param name="source">Where the data comes from.</param>
    /// <param name="commandLine">The command that makes the result again.</param>
    /// <param name="tensorBoard">Whether event files of TensorBoard are written.</param>
    /// <param name="cancellation">Ends a download.</param>
    /// <exception cref="ArgumentException">A setting or data that cannot be trained with. There is no folder then.</exception>
    /// <exception cref="IOException">The data is missing, or the folder is in use or cannot be written.</exception>
    /// <exception cref="InvalidDataException">The data is damaged.</exception>
    public static Comparison Begin(
        string path, RunSettings settings, RunData source, string? commandLine, bool tensorBoard = false,
        CancellationToken cancellation = default)
    {
        RunFolder.RefuseUsed(path);
        RunData.RefuseMissing(settings);
        var data = source.Train(settings, cancellation);
        source.RefuseOtherTest(settings, data, cancellation);
        var first = new TrainingRun(Settings(settings, ComparisonArm.With), data);
        var provenance = Machine.Describe(commandLine, RunData.Describe(data));
        var folder = RunFolder.Create(path, new RunRecord(
            RunKind.Compare, Settings(settings, ComparisonArm.With), provenance, Samples: RunSamples.Of(data))
        {
            TensorBoard = tensorBoard,
        });
        return new Comparison(folder, source, data) { prepared = first };
    }

    /// <summary>Takes up a comparison that was stopped. Its folder is owned until its run ends.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="source">Where the data comes from.</param>
    /// <param name="tensorBoard">Whether event files of TensorBoard are written from here on; they are where they were before.</param>
    /// <param name="cancellation">Ends a download.</param>
    /// <exception cref="IOException">The data is missing, or another process has the folder.</exception>
    /// <exception cref="InvalidDataException">The folder holds something else, or the data is damaged.</exception>
    public static Comparison Open(RunFolder folder, RunData source, bool tensorBoard = false, CancellationToken cancellation = default)
    {
        if (folder.Record.Kind != RunKind.Compare)
            throw new InvalidDataException($"{folder.Path} holds a single training run, not a comparison.");
        folder.Own();
        try
        {
            folder.Update(folder.Record with { TensorBoard = folder.Record.TensorBoard || tensorBoard });
            return new Comparison(folder, source, source.Train(folder.Record.Settings, cancellation));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Trains and tests what is left to do, and writes the report of what there is, also when it is stopped.</summary>
    /// <param name="listen">Who is told how an arm goes.</param>
    /// <param name="cancellation">Stops: the checkpoint is written first.</param>
    /// <returns>Whether both arms are complete; otherwise it was stopped.</returns>
    /// <exception cref="TrainingDivergedException">A loss was not finite.</exception>
    /// <exception cref="IOException">A file cannot be written or read.</exception>
    public bool Run(Func<ComparisonArm, IRunListener> listen, CancellationToken cancellation = default)
    {
        using var owned = Folder.Own();
        try
        {
            bool completed = true;
            foreach (var arm in ComparisonArm.All)
                completed = completed && Run(arm, listen, cancellation);
            WriteReport();
            return completed;
        }
        catch (Exception error) when (error is OperationCanceledException or TrainingDivergedException)
        {
            WriteReport();
            throw;
        }
    }

    /// <summary>What there is so far.</summary>
    public ComparisonReport Report() => ComparisonReports.Read(Folder, data.Count);

    bool Run(ComparisonArm arm, Func<ComparisonArm, IRunListener> listen, CancellationToken cancellation)
    {
        var part = Folder.Part(arm.Name);
        if (part is not null && RunHistory.IsFinished(part))
        {
            part.Tidy();
            return true;
        }

        cancellation.ThrowIfCancellationRequested();
        part?.Update(part.Record with { TensorBoard = Folder.Record.TensorBoard });
        var settings = Settings(Folder.Record.Settings, arm);
        var run = prepared ?? new TrainingRun(settings, data);
        prepared = null;
        var outcome = part is null
            ? run.Start(Create(arm, settings), source, listen(arm), cancellation)
            : run.Resume(part, source, listen(arm), cancellation);
        return outcome.Completed;
    }

    RunFolder Create(ComparisonArm arm, RunSettings settings) => RunFolder.Create(
        Path.Combine(Folder.Path, arm.Name), new RunRecord(
            RunKind.Train, settings, Folder.Record.Provenance, Samples: Folder.Record.Samples)
        {
            TensorBoard = Folder.Record.TensorBoard,
        });

    void WriteReport() => ComparisonPage.Write(Report(), Folder.ReportPath);

    static RunSettings Settings(RunSettings settings, ComparisonArm arm) =>
        settings with { Layers = arm.Network.Layers, Model = arm.Network.Name };
}
