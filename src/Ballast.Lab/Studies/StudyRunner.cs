using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Ballast.Lab;

/// <summary>Runs the trials of a study side by side, each on a thread of its own with a generator of its own, so that each gives
/// the bits that it gives alone. What is done is kept in the study's folder; what is missing is done when it runs again.
/// </summary>
public sealed class StudyRunner : IDisposable
{
    readonly StudyData data;

    StudyRunner(StudyFolder folder, StudyData data) => (Folder, this.data) = (folder, data);

    /// <summary>Where everything is.</summary>
    public StudyFolder Folder { get; }

    /// <summary>Tries the network of each arm on batches of zeros, and makes the folder.</summary>
    /// <param name="path">A new folder.</param>
    /// <param name="definition">What is studied.</param>
    /// <param name="data">The images.</param>
    /// <param name="commandLine">The command that makes the result again.</param>
    /// <param name="tensorBoard">Whether event files of TensorBoard are written for each trial.</param>
    /// <exception cref="LayerTextException">Layers that do not fit each other or the images.</exception>
    /// <exception cref="ArgumentException">A setting or data that cannot be studied with. There is no folder then.</exception>
    /// <exception cref="IOException">The folder is in use or cannot be written.</exception>
    public static StudyRunner Begin(
        string path, StudyDefinition definition, StudyData data, string? commandLine = null, bool tensorBoard = false)
    {
        definition.Check();
        StudyFolder.RefuseUsed(path);
        Rehearse(definition, data);
        var record = new StudyRecord(
            definition, Machine.Describe(commandLine, data.Files), data.Train.Count, data.Test.Count, data.IsHeldOut,
            RunSamples.Of(data.Train), ArmCondition.Chance(definition.Folds > 0 ? data.Train : data.Test))
        {
            TensorBoard = tensorBoard,
        };
        return new StudyRunner(StudyFolder.Create(path, record), data);
    }

    /// <summary>Takes up a study that was stopped.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="source">Where the images come from.</param>
    /// <param name="cancellation">Ends a download.</param>
    /// <exception cref="IOException">There is no study, it is open elsewhere, or its data is missing.</exception>
    /// <exception cref="InvalidDataException">A damaged file, or data that has changed.</exception>
    public static StudyRunner Open(string path, RunData source, CancellationToken cancellation = default)
    {
        var folder = StudyFolder.Open(path);
        try
        {
            var record = folder.Record;
            var data = StudyData.Open(source, record.Definition.Arms[0].Settings, record.Definition.Folds > 0,
                record.Definition.Group, cancellation);
            foreach (var (name, hash) in data.Files)
            {
                string[] recorded = [.. record.Provenance.Data.Where(file => file.Name == name).Select(static file => file.Sha256)];
                if (!recorded.Contains(hash))
                {
                    throw new InvalidDataException(
                        $"{name} has changed since {path} was begun. Put the old data back, or begin a new study.");
                }
            }

            if ((data.Train.Count, data.Test.Count) != (record.TrainImages, record.TestImages))
            {
                throw new InvalidDataException(
                    $"The data has {data.Train.Count} images to train on and {data.Test.Count} to test on; {path} "
                        + $"was begun with {record.TrainImages} and {record.TestImages}.");
            }

            return new StudyRunner(folder, data);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Runs the trials that are missing, and writes the numbers and the report of what there is, also when it is stopped.
    /// </summary>
    /// <param name="jobs">How many trials run side by side; null for one on each processor.</param>
    /// <param name="progress">Is told how far the study is, by the trials' threads.</param>
    /// <param name="cancellation">Stops: trials in progress are dropped, and run again when the study is resumed.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="ArgumentException">More jobs than 256 or fewer than 1, or a network that cannot be trained.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="InvalidDataException">A file of the folder is damaged.</exception>
    public StudyResult Run(int? jobs = null, Action<StudyProgress>? progress = null, CancellationToken cancellation = default)
    {
        int side = jobs ?? Environment.ProcessorCount;
        if (side is < 1 or > 256)
            throw new ArgumentException($"StudyRunner.Run: expected 1 to 256 trials side by side, got {side}.");
        var definition = Folder.Record.Definition;
        var all = (from repeat in definition.Repeats from arm in definition.Arms select (Arm: arm, Repeat: repeat)).ToList();
        var missing = new Queue<(StudyArm Arm, StudyRepeat Repeat)>(all.Where(trial => Folder.Find(trial.Arm, trial.Repeat) is null));
        var tracker = new StudyTracker(all.Count, all.Count - missing.Count, progress);
        Exception? error = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var threads = Enumerable.Range(0, Math.Min(side, missing.Count))
            .Select(_ => new Thread(Work) { IsBackground = true, Name = "Ballast trial" }).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        var result = Write();
        if (error is not null)
            ExceptionDispatchInfo.Throw(error);
        cancellation.ThrowIfCancellationRequested();
        return result;

        void Work()
        {
            while (!stop.IsCancellationRequested)
            {
                (StudyArm Arm, StudyRepeat Repeat) trial;
                lock (missing)
                {
                    if (!missing.TryDequeue(out trial))
                        return;
                }

                try
                {
                    RunTrial(trial.Arm, trial.Repeat, side > 1, tracker, stop.Token);
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    return;
                }
#pragma warning disable CA1031 // Whatever a trial throws is thrown again on the calling thread.
                catch (Exception failure)
#pragma warning restore CA1031
                {
                    Interlocked.CompareExchange(ref error, failure, null);
                    stop.Cancel();
                    return;
                }
            }
        }
    }

    /// <summary>What there is so far.</summary>
    /// <exception cref="InvalidDataException">A file of the folder is damaged.</exception>
    public StudyResult Result() => new(Folder.Record, Folder.Read());

    /// <summary>Lets others open the folder.</summary>
    public void Dispose() => Folder.Dispose();

    /// <summary>Runs one trial on the calling thread, as if it were alone in the process.</summary>
    internal static TrialResult RunTrial(
        StudyDefinition definition, StudyArm arm, StudyRepeat repeat, StudyData data, Action<double> report,
        string? weightsPath = null, CancellationToken cancellation = default)
    {
        using var generator = Generator.UseDefault(new Generator(repeat.Seed));
        var clock = Stopwatch.StartNew();
        var context = new TrialContext(definition, arm, repeat, data, report, cancellation, weightsPath);
        return Trials.Find(arm.Trial).Run(context) with { Seconds = Math.Round(clock.Elapsed.TotalSeconds, 3) };
    }

    void RunTrial(StudyArm arm, StudyRepeat repeat, bool sideBySide, StudyTracker tracker, CancellationToken cancellation)
    {
        var key = tracker.Begin();
        var definition = Folder.Record.Definition;
        // A network for each fold is what a cross validation leaves.
        string? weights = definition.Folds > 0 ? Folder.WeightsPath(arm, repeat) : null;
        TrialResult result;
        if (sideBySide)
        {
            using var alone = Compute.Alone();
            result = RunTrial(definition, arm, repeat, data, share => tracker.Report(key, share), weights, cancellation);
        }
        else
        {
            result = RunTrial(definition, arm, repeat, data, share => tracker.Report(key, share), weights, cancellation);
        }

        if (Folder.Record.TensorBoard)
            StudyBoard.Write(Folder.Path, arm, repeat, result);
        Folder.Write(arm, repeat, result);
        tracker.End(key, result);
    }

    StudyResult Write()
    {
        var result = Result();
        StudySummary.Of(result).Save(Folder.ResultsPath);
        StudyPage.Write(result, Folder.ReportPath);
        return result;
    }

    // What cannot work is said before a trial is begun, naming the arm.
    static void Rehearse(StudyDefinition definition, StudyData data)
    {
        using var generator = Generator.UseDefault(new Generator(0));
        foreach (var arm in definition.Arms)
        {
            try
            {
                var network = RunNetwork.Build(arm.Settings, RunSamples.Of(data.Train));
                RunTraining.Optimizer(arm.Settings, network);
                var loader = new DataLoader(
                    data.Train, arm.Settings.BatchSize, shuffle: true, dropLast: arm.Settings.DropLast,
                    transforms: RunTraining.Transforms(arm.Settings));
                RunTraining.Options(arm.Settings, new TrainerOptions { Epochs = arm.Settings.Epochs }, network, loader, null, "");
                Trainer.Rehearse(network, loader);
            }
            catch (ArgumentException error)
            {
                throw new ArgumentException($"The arm {arm.Name} ({arm.Title}) cannot be trained. {error.Message}", error);
            }
        }
    }
}
