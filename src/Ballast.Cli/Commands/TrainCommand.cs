using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast train</c>: any chain of layers.</summary>
static class TrainCommand
{
    static readonly Option<int> Threads = CommonOptions.Threads();
    static readonly Option<string?> Out = CommonOptions.Out();
    static readonly Option<string?> Resume = CommonOptions.Resume();
    static readonly Option<bool> Json = CommonOptions.Json("Print the metrics as JSON, an object a line");

    static readonly Option<bool> TensorBoard = CommonOptions.TensorBoard("into the run's folder");

    static readonly Option<int> Folds = CommonOptions.Count(
        "--folds",
        "Cross validation: divide the images, or the rows of a table, into so many parts, train a network without each and test it on that", 2, 1000);

    public static Command Make()
    {
        var command = new ExampleCommand("train",
            "Trains a network, given as a chain of layers or by a name, and leaves a run folder.",
            "ballast train",
            "ballast train \"flatten linear:128 batchnorm:momentum=0.2 relu linear:10\" --epochs 10",
            "ballast train \"conv:32,3,padding=1 batchnorm relu maxpool:2 globalavgpool flatten linear:10\"",
            "ballast train --model vgg-small --batch-size 128 --optimizer sgd --learning-rate 0.05 --momentum 0.9",
            "ballast train --recipe resnet20",
            "ballast train --model vgg-small --optimizer sgd --learning-rate 0.1 --momentum 0.9 --schedule cosine --warm-up 500",
            "ballast train --data fashion-mnist",
            "ballast train --data photos",
            "ballast train houses.csv --target price",
            "ballast train --from resnet18-imagenet --data photos",
            "ballast train --from runs/20260502-140300-train --data photos --body trained",
            "ballast train --data pictures/train --test-data pictures/test --size 96",
            "ballast train --data pictures --folds 5 --stratified",
            "ballast train --resume runs/20260502-140300-train --epochs 20")
        {
            Groups = TrainHelp.Groups,
        };
        TrainOptions.AddTo(command);
        command.Add(Threads);
        command.Add(Out);
        command.Add(TensorBoard);
        command.Add(Folds);
        command.Add(Resume);
        command.Add(Json);
        command.SetAction(Run);
        return command;
    }

    static int Run(ParseResult result)
    {
        if (result.Given(Threads) is { } threads)
            Compute.Threads = threads;
        string? file = null;
#if PICTURES
        file = FileCommand.Find(result);
#endif
        if (result.Given(Folds) is not null && result.Has(Resume))
        {
            throw new UsageException(
                "A cross validation keeps its folds: of a table it goes on without --folds, of images by ballast study --resume FOLDER.");
        }

        if (file is null && result.Given(Folds) is { } folds)
            return ImageFolds.Run(result, folds, result.GetValue(Out), result.GetValue(TensorBoard));
        using var interruption = new Interruption();
        using var progress = new ProgressDisplay();
        var source = new RunData(new DatasetOptions { Progress = new DownloadDisplay(progress), PicturesProgress = new PicturesDisplay(progress) });
        bool json = result.GetValue(Json);
        var (folder, work) = result.Has(Resume)
            ? Reopen(result, source, json, progress, interruption)
#if PICTURES
            : file is not null ? BeginFile(result, file, json, progress, interruption)
#endif
            : Begin(result, source, json, progress, interruption);
        string goOn = $"Continue with: {CommandText.Of("ballast", "train", "--resume", folder.Path)}";
        RunOutcome outcome;
        try
        {
            outcome = work();
        }
        catch (OperationCanceledException)
        {
            outcome = new RunOutcome(false, null);
        }
        catch (IOException error)
        {
            error.Data[Failure.Remedy] = goOn;
            throw;
        }

        progress.Dispose();
        if (!outcome.Completed)
            throw interruption.Reason("Stopped.", goOn);

        if (json)
        {
            CliJson.Print(new RunEnd(
                folder.Path, folder.Record.Kind == RunKind.Folds ? null : folder.WeightsPath, FirstStep.After?.TotalSeconds));
        }
        else
        {
            RunSummary.Print(folder);
        }

        BrokenNetwork.Refuse(outcome.Test, folder.Path);
        // A run that was finished before is shown, not tested again.
        if (outcome.Test is null)
            BrokenNetwork.Refuse(RunHistory.Read(folder), "", folder.Path);
        return 0;
    }

    static (RunFolder Folder, Func<RunOutcome> Work) Begin(
        ParseResult result, RunData source, bool json, ProgressDisplay progress, Interruption interruption)
    {
        var cancellation = interruption.Token;
        var settings = TrainOptions.Read(result);
        // Before the data is fetched and the network tried: both may take their time.
        RunPaths.Refuse(result.GetValue(Out), RunFolder.RefuseUsed);
        ImageFolds.Refuse(settings);
        (settings, var data) = Open(settings, source, cancellation);
        var run = Prepare(settings, data, source.Groups(settings, cancellation));
        source.RefuseOtherTest(settings, data, cancellation);
        TuneOptions.Say(settings);
        // A network that does not fit is refused before there is a folder.
        Refused(() => run.Begin(cancellation));
        PictureOptions.List(source.Skipped);
        if (run.SurplusOf is { } outputs)
            Output.Say($"note: the network has {outputs} outputs, the data {data.ClassNames.Count} classes; the "
                + $"others mean nothing. End with linear:{data.ClassNames.Count}.");
        PictureOptions.Say(run);
        var provenance = Machine.Describe(CommandText.Again(), RunData.Describe(data));
        using var place = RunPaths.New(RunKind.Train, result.GetValue(Out));
        var folder = RunFolder.Create(place.Path, new RunRecord(RunKind.Train, settings, provenance, Samples: RunSamples.Of(data))
        {
            TensorBoard = result.GetValue(TensorBoard),
        });
        return (folder, () => run.Start(folder, source, Listen(folder, json, progress, interruption), cancellation));
    }

#if PICTURES
    static (RunFolder Folder, Func<RunOutcome> Work) BeginFile(
        ParseResult result, string file, bool json, ProgressDisplay progress, Interruption interruption)
    {
        var (folder, run) = FileCommand.Begin(result, file, result.Given(Folds));
        return run is null ? (folder, ValidateFile(folder, json, progress, interruption))
            : (folder, () => run.Start(folder, Listen(folder, json, progress, interruption), interruption.Token));
    }

    static Func<RunOutcome> ValidateFile(RunFolder folder, bool json, ProgressDisplay progress, Interruption interruption) =>
        () => FoldsCommand.Run(folder, fold => Listen(fold, json, progress, interruption), json, progress, interruption.Token);
#endif

    static (RunFolder Folder, Func<RunOutcome> Work) Reopen(
        ParseResult result, RunData source, bool json, ProgressDisplay progress, Interruption interruption)
    {
        var cancellation = interruption.Token;
        TrainOptions.RefuseWithResume(result);
        if (result.Has(Out))
            throw new UsageException("--out cannot be changed with --resume: the run stays in its folder.");
        var folder = RunPaths.Find(result.GetValue(Resume), RunKind.Train);
        // A finished run is shown without its folder being written to, but for what a killed process has left there.
        var settings = TrainOptions.Extend(folder.Record.Settings, result);
        if (settings == folder.Record.Settings && RunHistory.IsFinished(folder))
            return (folder.Tidy(), static () => new RunOutcome(true, null));
#if PICTURES
        if (folder.Record.Kind == RunKind.Folds)
        {
            if (settings != folder.Record.Settings)
            {
                throw new UsageException(
                    "A cross validation that is resumed keeps its settings, so that all folds are trained alike. Begin a new one.");
            }

            return (folder, FoldsCommand.IsFinished(folder.Tidy()) ? static () => new RunOutcome(true, null)
                : ValidateFile(folder, json, progress, interruption));
        }
#endif
        folder.Own();
        folder.Update(folder.Record with
        {
            Settings = settings,
            Provenance = CommandText.Longer(folder.Record, settings.Epochs),
            TensorBoard = folder.Record.TensorBoard || result.GetValue(TensorBoard),
        });
#if PICTURES
        if (folder.Record.File is not null)
        {
            var learned = FileCommand.Reopen(folder);
            return (folder, () => learned.Resume(folder, Listen(folder, json, progress, interruption), cancellation));
        }

#endif
        var run = Prepare(
            folder.Record.Settings, source.Train(folder.Record.Settings, cancellation), source.Groups(folder.Record.Settings, cancellation));
        return (folder, () => run.Resume(folder, source, Listen(folder, json, progress, interruption), cancellation));
    }

    static (RunSettings Settings, ByteDataset Data) Open(RunSettings settings, RunData source, CancellationToken cancellation) => Refused(() =>
        {
            settings = source.Complete(settings, cancellation);
            return (settings, source.Train(settings, cancellation));
        });

    static TrainingRun Prepare(RunSettings settings, ByteDataset data, IReadOnlyList<string>? groups) =>
        Refused(() => new TrainingRun(settings, data, groups));

    // What the library refuses here, it refuses of the options.
    static T Refused<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error);
        }
    }

    static GuardedListener Listen(RunFolder folder, bool json, ProgressDisplay progress, Interruption interruption)
    {
        if (!json)
            return new GuardedListener(Display(folder, progress), interruption);
        interruption.Guard(() => CliJson.Print(new RunStart(folder.Path, folder.Record.Settings.Layers)));
        return new GuardedListener(new JsonLines(), interruption);
    }

    static IRunListener Display(RunFolder folder, ProgressDisplay progress) =>
#if PICTURES
        folder.Record.File is not null ? new FileDisplay(progress, folder.Record) :
#endif
        new RunDisplay(progress, folder.Record.Settings);
}
