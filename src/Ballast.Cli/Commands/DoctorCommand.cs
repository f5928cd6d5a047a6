using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast doctor</c>: what goes wrong with batch normalization in a run, a network or a state file.</summary>
static class DoctorCommand
{
    /// <summary>The exit code where something was found that is grave enough.</summary>
    public const int Found = 3;

    static readonly Dictionary<string, Severity?> Severities = new()
    {
        ["note"] = Severity.Note,
        ["warning"] = Severity.Warning,
        ["error"] = Severity.Error,
        ["never"] = null,
    };

    static readonly Argument<string?> Run = new("RUN")
    {
        Description = "The folder of a run",
        Arity = ArgumentArity.ZeroOrOne,
    };

    static readonly Option<string?> Model = new("--model")
    {
        Description = "Examine a network before it is trained: a model's name or the layers in order, and with them the options of train",
        HelpName = "NAME|LAYERS",
    };

    static readonly Option<string?> Weights = new("--weights")
    {
        Description = "Take the weights from this file: safetensors, PyTorch's .pt or NumPy's .npz; without RUN or --model, examine the file alone",
        HelpName = "FILE",
    };

    static readonly Option<string?> Data = CommonOptions.Data();

    static readonly Option<int> Batches = CommonOptions.Count(
        "--batches", "Run the network on so many batches of the training data at most; 0 only looks [default: 50 for a run, else 0]", 0, 100_000);

    static readonly Option<string> FailOn = new("--fail-on")
    {
        Description = "The exit code is 3 where a finding is as grave as this: note, warning, error, or never",
        HelpName = "SEVERITY",
        DefaultValueFactory = static _ => "warning",
        CustomParser = static result =>
        {
            string word = result.Tokens[0].Value;
            if (Severities.ContainsKey(word.ToLowerInvariant()))
                return word.ToLowerInvariant();
            result.AddError($"--fail-on: there is no severity \"{word}\". {Suggestion.Of(word, Severities.Keys)}");
            return "";
        },
    };

    static readonly Option<int> Threads = CommonOptions.Threads();
    static readonly Option<bool> Json = CommonOptions.Json("Print one JSON object");

    public static Command Make()
    {
        var command = new ExampleCommand("doctor",
            "Looks for why a network does not learn and what goes wrong with batch normalization, in a run, a "
                + "network or a state file: what, where, by which numbers, and what to do.",
            "ballast doctor runs/20260502-140300-train",
            "ballast doctor runs/20260502-140300-train --json --fail-on error",
            "ballast doctor --model \"flatten linear:64 dropout:0.5 batchnorm relu linear:10\" --batch-size 32",
            "ballast doctor --model vgg-small --optimizer sgd --learning-rate 0.1 --weight-decay 5e-4",
            "ballast doctor --weights net.safetensors")
        {
            Run, Model, Weights, Data, Batches, FailOn, Threads, Json,
        };
        TrainOptions.AddPlanTo(command);
        command.SetAction(Execute);
        return command;
    }

    static int Execute(ParseResult result)
    {
        if (result.Given(Threads) is { } threads)
            Compute.Threads = threads;
        using var interruption = new Interruption();
        using var progress = new ProgressDisplay();
        var diagnosis = Examine(result, progress, interruption.Token);
        progress.Dispose();
        string subject = result.GetValue(Run) ?? result.GetValue(Model) ?? result.GetValue(Weights)!;
        if (result.GetValue(Json))
            CliJson.Print(new DoctorResult(subject, diagnosis.Weights, diagnosis.Diagnosis));
        else
            DiagnosisDisplay.Print(subject, diagnosis);
        return Severities[result.GetValue(FailOn)!] is { } limit && diagnosis.Diagnosis.Worst >= limit ? Found : 0;
    }

    static RunDiagnosis Examine(ParseResult result, ProgressDisplay progress, CancellationToken cancellation)
    {
        string? run = result.GetValue(Run), model = result.GetValue(Model), weights = result.GetValue(Weights);
        var options = new DatasetOptions { Progress = new DownloadDisplay(progress) };
        if (run is not null)
        {
            Refuse(model is null, "Give either RUN or --model, not both.");
            TrainOptions.RefusePlan(result, "the run keeps its settings");
            var folder = RunPaths.Trained(run, "Examine");
#if PICTURES
            if (folder.Record.File is not null)
            {
                Refuse(!result.Has(Data), "--data is for pictures: a run on a table is examined on its own rows.");
                return RunDiagnosis.OfFile(folder, FileTasks.Reopen(folder), weights, result.Given(Batches) ?? 50, cancellation);
            }

#endif
            return RunDiagnosis.OfRun(
                folder, new RunData(options), weights, NamedDatasets.Resolve(result.GetValue(Data)),
                result.Given(Batches) ?? 50, cancellation);
        }

        if (model is not null)
            return OfModel(result, model, weights, options, cancellation);
        if (weights is null)
            throw new UsageException("Name what to examine: RUN, --model or --weights.");
        TrainOptions.RefusePlan(result, "a state alone has no settings. Give --model too");
        Refuse(!result.Has(Batches) && !result.Has(Data), "--data and --batches need a network to run: give RUN or --model.");
        return RunDiagnosis.OfState(weights);
    }

    static RunDiagnosis OfModel(
        ParseResult result, string model, string? weights, DatasetOptions options, CancellationToken cancellation)
    {
        string layers = NamedNetworks.IsName(model) ? NamedNetworks.Find(model).Layers : model;
        var settings = TrainOptions.ReadPlan(result, layers).WithData(result.GetValue(Data), null);
        Refused(() => SettingsCheck.Refuse(settings));
        RunData.RefuseMissing(settings);
        int batches = result.GetValue(Batches);
        // What is only looked at needs no images: their number is nice to know where they are at hand.
        bool needed = batches > 0 || NamedDatasets.Find(settings.Data ?? NamedDatasets.Cifar10.Name) is null;
        var data = needed ? new RunData(options).Train(settings, cancellation) : AtHand(settings, cancellation);
        var samples = data is not null ? RunSamples.Of(data) : NamedDatasets.Find(settings.Data ?? NamedDatasets.Cifar10.Name)!.Samples;
        try
        {
            return RunDiagnosis.OfSettings(settings, data, samples, weights, batches, cancellation);
        }
        catch (ArgumentException error) when (weights is null)
        {
            throw new UsageException(error);
        }
    }

    static void Refused(Action check)
    {
        try
        {
            check();
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error);
        }
    }

    static ByteDataset? AtHand(RunSettings settings, CancellationToken cancellation)
    {
        try
        {
            return new RunData(new DatasetOptions { Download = false }).Train(settings, cancellation);
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            return null;
        }
    }

    static void Refuse(bool condition, string message)
    {
        if (!condition)
            throw new UsageException(message);
    }
}
