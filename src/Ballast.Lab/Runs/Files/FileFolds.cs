namespace Ballast.Lab;

/// <summary>The cross validation of a file: for each fold a run in a folder of its own, which trains on the other folds and is then tested on that
/// one. The folder above has each fold's test in <c>metrics.jsonl</c>, and the page. What is done is kept, so that a stopped one goes on where
/// it was.</summary>
/// <param name="folder">The folder above, with what is common to the folds.</param>
/// <param name="open">What the run of a fold learns, by its settings.</param>
public sealed class FileFolds(RunFolder folder, Func<FileSettings, RunSettings, FileTask> open)
{
    int Count => folder.Record.File!.Folds!.Value;

    /// <summary>The name of a fold's folder.</summary>
    /// <param name="fold">Which, from 1.</param>
    public static string NameOf(int fold) => $"fold-{fold}";

    /// <summary>The folder of a fold that is over, named by its place.</summary>
    /// <param name="fold">Which, from 1.</param>
    public string PathOf(int fold) => Path.Combine(folder.Path, NameOf(fold));

    /// <summary>Trains and tests what is missing, and writes the page. The folder is owned until the end.</summary>
    /// <param name="listen">Gives who is told how a fold goes.</param>
    /// <param name="tested">Is told of each fold that is over, also of those that were before.</param>
    /// <param name="cancellation">Stops: the checkpoint is written first.</param>
    /// <returns>Whether all folds are over; the others go on when this is called again.</returns>
    /// <exception cref="InvalidDataException">The file has changed, or one of a folder is damaged.</exception>
    /// <exception cref="ArgumentException">A fold that leaves too little to train on.</exception>
    /// <exception cref="TrainingDivergedException">The loss was not finite.</exception>
    /// <exception cref="IOException">A file cannot be written or read.</exception>
    public bool Run(Func<RunFolder, IRunListener> listen, Action<Metric> tested, CancellationToken cancellation = default)
    {
        using var owned = folder.Own();
        List<Metric> tests = [];
        List<RunFindings> findings = [];
        for (int fold = 1; fold <= Count; fold++)
        {
            if (cancellation.IsCancellationRequested)
                return false;
            var file = folder.Record.File! with { Fold = fold };
            var task = open(file, folder.Record.Settings);
            FileRun.RefuseChanged(folder, task);
            var part = folder.Part(NameOf(fold));
            if (part is null || !RunHistory.IsFinished(part))
            {
                if (!Train(part, file, task, listen, cancellation).Completed)
                    return false;
                part = folder.Part(NameOf(fold))!;
            }
            else
            {
                part.Tidy();
            }

            FileResult result;
            try
            {
                result = task.Test(TrainedNetwork.Load(part, task, part.WeightsPath), cancellation)!;
            }
            catch (OperationCanceledException)
            {
                return false;
            }

            tests.Add(Metric.Of(result.Held) with { Fold = fold, Seconds = RunHistory.Read(part).TrainingSeconds });
            if (result.Findings is not null)
                findings.Add(result.Findings);
            tested(tests[^1]);
        }

        AtomicFile.Write(folder.MetricsPath, stream =>
        {
            foreach (var test in tests)
                stream.Write([.. System.Text.Encoding.UTF8.GetBytes(test.ToJson()), (byte)'\n']);
        });
        FoldsPage.Write(new FoldsReport(folder.Record, tests, findings.Count == 0 ? null : RunFindings.Join(findings)), folder.ReportPath);
        return true;
    }

    RunOutcome Train(
        RunFolder? part, FileSettings file, FileTask task, Func<RunFolder, IRunListener> listen, CancellationToken cancellation)
    {
        var settings = part?.Record.Settings ?? FileRun.Complete(folder.Record.Settings, task);
        var run = new FileRun(settings, task, file.Members ?? 0);
        if (part is not null)
            return run.Resume(part, listen(part), cancellation);
        part = RunFolder.Create(PathOf(file.Fold!.Value), new RunRecord(
            RunKind.Train, settings, folder.Record.Provenance, Samples: RunSamples.Of(task.Trained))
        {
            File = file,
            TensorBoard = folder.Record.TensorBoard,
        });
        return run.Start(part, listen(part), cancellation);
    }
}
