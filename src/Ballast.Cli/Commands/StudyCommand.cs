using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast study</c>: questions about normalization, each over several seeds, with a report.</summary>
static class StudyCommand
{
    static readonly Option<int> Jobs = CommonOptions.Count(
        "--jobs", "Trainings side by side [default: one for each processor]; the results do not depend on it", 1, 256);
    static readonly Option<string?> Out = new("--out")
    {
        Description = "The study's folder, which must be new or empty [default: a new one in runs/]",
        HelpName = "DIR",
    };
    static readonly Option<string?> Resume = new("--resume")
    {
        Description = "Go on with this study where it was stopped; without a name, the newest one in runs/",
        HelpName = "FOLDER",
        Arity = ArgumentArity.ZeroOrOne,
    };
    static readonly Option<string?> Save = new("--save")
    {
        Description = "Only write the definition to this file, for ballast study run",
        HelpName = "FILE",
    };
    static readonly Option<bool> Json = CommonOptions.Json("Print the numbers as one JSON object");
    static readonly Option<bool> OpenReport = new("--open") { Description = "Show the report in the browser at the end" };
    static readonly Option<bool> TensorBoard = CommonOptions.TensorBoard(
        "of each training, when it is done, into tensorboard/ARM/SEED of the study's folder");
    static readonly Argument<string> Definition = new("FILE") { Description = "A definition: written by --save, or a study.json" };

    public static Command Make()
    {
        var command = new ExampleCommand("study",
            "Studies what normalization does for a network: several trainings side by side, the statistics, and a report.",
            "ballast study list",
            "ballast study placement",
            "ballast study placement \"flatten linear:128 relu linear:10\" --data fashion-mnist --seeds 10",
            "ballast study --resume runs/20260502-140300-study-placement")
        {
            Resume, Jobs, Json, OpenReport,
        };
        command.SetAction(result => result.Has(Resume)
            ? Execute(result, (source, cancellation) => StudyRunner.Open(result.GetValue(Resume) ?? RunPaths.NewestStudy(), source, cancellation))
            : throw new UsageException(
                $"Which study? There are {string.Join(", ", Study.All.Select(static study => study.Name))}, and list, run and --resume."));

        var list = new ExampleCommand("list", "Lists the studies.", "ballast study list");
        list.SetAction(static _ => List());
        command.Add(list);

        var run = new ExampleCommand("run", "Runs a definition that was saved.",
            "ballast study run definition.json", "ballast study run runs/20260502-140300-study-placement/study.json")
        {
            Definition, Out, Jobs, TensorBoard, Json, OpenReport,
        };
        run.SetAction(RunDefinition);
        command.Add(run);
        foreach (var study in Study.All)
            command.Add(Make(study));
        return command;
    }

    static ExampleCommand Make(Study study)
    {
        var command = new ExampleCommand(study.Name, $"Studies {study.Summary}.",
            $"ballast study {study.Name}",
            $"ballast study {study.Name} --data fashion-mnist --seeds 42,7,0",
            $"ballast study {study.Name} --save definition.json")
        {
            NotTaken = static word => MethodOptions.NotStudied(word) is { } reason
                ? $"{word} is an option of ballast train and not of a study: {reason}. Leave it out."
                : null,
        };
        var options = new StudyOptionSet(study);
        options.AddTo(command);
        foreach (var option in (Option[])[Out, Jobs, Save, TensorBoard, Json, OpenReport])
            command.Add(option);
        command.SetAction(result =>
        {
            var asked = options.Read(result);
            RunPaths.Refuse(result.GetValue(Out), StudyFolder.RefuseUsed);
            if (result.GetValue(Save) is { } file)
            {
                using var interruption = new Interruption();
                using var progress = new ProgressDisplay();
                Define(study, asked, Source(progress), interruption.Token).Definition.Save(file);
                progress.Dispose();
                Output.WriteLine($"Definition: {file}. Run it with: {CommandText.Of("ballast", "study", "run", file)}");
                return 0;
            }

            return Execute(result, (source, cancellation) =>
            {
                var (definition, data) = Define(study, asked, source, cancellation);
                using var place = RunPaths.NewStudy(study.Name, result.GetValue(Out));
                return Refused(() => StudyRunner.Begin(place.Path, definition, data, CommandText.Again(), result.GetValue(TensorBoard)));
            });
        });
        return command;
    }

    static int RunDefinition(ParseResult result)
    {
        var definition = StudyDefinition.Load(result.GetValue(Definition)!);
        RunPaths.Refuse(result.GetValue(Out), StudyFolder.RefuseUsed);
        RunData.RefuseMissing(definition.Arms[0].Settings);
        return Execute(result, (source, cancellation) =>
        {
            var data = StudyData.Open(source, definition.Arms[0].Settings, definition.Folds > 0, definition.Group, cancellation);
            using var place = RunPaths.NewStudy(definition.Study, result.GetValue(Out));
            return StudyRunner.Begin(place.Path, definition, data, CommandText.Again(), result.GetValue(TensorBoard));
        });
    }

    static (StudyDefinition Definition, StudyData Data) Define(
        Study study, StudyOptions asked, RunData source, CancellationToken cancellation)
    {
        if (asked.Layers is { } layers)
            NamedNetworks.Check(NamedNetworks.IsName(layers) ? NamedNetworks.Find(layers).Layers : layers);
        return Refused(() =>
        {
            var settings = asked.Apply(study.Settings);
            SettingsCheck.Refuse(settings);
            if (asked.Layers is { } network)
                NormalizationSites.Of(network);
            RunData.RefuseMissing(settings);
            asked = asked with { Methods = source.Complete(asked.Apply(study.Settings), cancellation).Methods };
            var data = StudyData.Open(source, asked.Apply(study.Settings), study.IsCrossValidation, cancellation: cancellation);
            return (study.Define(asked, data), data);
        });
    }

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

    /// <summary>Runs a study and prints what it found.</summary>
    public static int Execute(ParseResult result, Func<RunData, CancellationToken, StudyRunner> begin)
    {
        using var interruption = new Interruption();
        using var progress = new ProgressDisplay();
        using var runner = begin(Source(progress), interruption.Token);
        bool json = result.GetValue<bool>(Json.Name);
        var display = new StudyDisplay(progress, runner.Folder.Record.Definition, quiet: json);
        string goOn = $"Go on with: {CommandText.Of("ballast", "study", "--resume", runner.Folder.Path)}";
        StudyResult found;
        try
        {
            int? jobs = result.CommandResult.Command.Options.Contains(Jobs) ? result.Given(Jobs) : null;
            found = runner.Run(jobs, state => interruption.Guard(() => display.Show(state)), interruption.Token);
        }
        catch (OperationCanceledException)
        {
            progress.Dispose();
            throw interruption.Reason("Stopped; the trainings that were done are kept.", goOn);
        }
        catch (IOException error)
        {
            error.Data[Failure.Remedy] = goOn;
            throw;
        }

        progress.Dispose();
        if (json)
            Output.WriteData(StudySummary.Of(found).ToJson().TrimEnd('\n'));
        else
            StudyTable.Print(found, runner.Folder);
        if (result.CommandResult.Command.Options.Contains(OpenReport) && result.GetValue(OpenReport))
            Browser.Open(runner.Folder.ReportPath);
        return 0;
    }

    static RunData Source(ProgressDisplay progress) => new(new DatasetOptions { Progress = new DownloadDisplay(progress) });

    static int List()
    {
        // In a pipe each study has one line.
        foreach (string line in Listed(Output.Width))
            Output.WriteLine(line);
        return 0;
    }

    /// <summary>A line for each study, or as many as it takes in a terminal of some width.</summary>
    internal static IEnumerable<string> Listed(int width)
    {
        int names = Study.All.Max(static study => study.Name.Length) + 2;
        // Where half of the width is taken by names, each stands above what is said of it.
        bool isNarrow = width < 2 * names;
        foreach (var study in Study.All)
        {
            if (isNarrow)
                yield return study.Name;
            int left = isNarrow ? 2 : names, row = 0;
            foreach (string line in Paragraph.Lines(study.Summary, width - left))
                yield return (isNarrow || row++ > 0 ? new string(' ', left) : study.Name.PadRight(left)) + line;
        }
    }
}
