using System.CommandLine;
using System.CommandLine.Parsing;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast data</c>: what is there of the datasets that have names, and how it gets there.</summary>
static class DataCommand
{
    static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object", Recursive = true };
    static readonly Option<bool> Force = new("--force") { Description = "Fetch all files again, also good ones" };

    static readonly Argument<NamedDataset> Dataset = new("DATASET")
    {
        Description = $"{string.Join(" or ", NamedDatasets.All.Select(static known => known.Name))} [default: {NamedDatasets.Cifar10.Name}]",
        DefaultValueFactory = static _ => NamedDatasets.Cifar10,
        CustomParser = Parse,
    };

    public static Command Make()
    {
        var status = new Command("status", "Says what is there and whether it can be used (what ballast data does by itself)") { Dataset };
        status.SetAction(static result => Show(result, result.GetValue(Dataset)!, mustBeGood: false));
        var verify = new Command("verify", "The same, and fails unless all files are good") { Dataset };
        verify.SetAction(static result => Show(result, result.GetValue(Dataset)!, mustBeGood: true));
        var fetch = new Command("fetch", "Brings what is missing or damaged, and checks it") { Dataset, Force };
        fetch.SetAction(Fetch);
        var command = new ExampleCommand("data",
            "Looks after CIFAR-10 and Fashion-MNIST, which are kept in the folder that BALLAST_DATA names, or else in this user's data.",
            "ballast data",
            "ballast data fetch",
            "ballast data fetch fashion-mnist",
            "ballast data verify --json")
        {
            status, fetch, verify, Json,
        };
        command.SetAction(static result => Show(result, NamedDatasets.Cifar10, mustBeGood: false));
        return command;
    }

    static NamedDataset? Parse(ArgumentResult result)
    {
        string name = result.Tokens[0].Value;
        if (NamedDatasets.Find(name) is { } found)
            return found;
        result.AddError($"There is no dataset \"{name}\". {Suggestion.Of(name, NamedDatasets.All.Select(static known => known.Name))}");
        return null;
    }

    static int Fetch(ParseResult result)
    {
        var dataset = result.GetValue(Dataset)!;
        using var interruption = new Interruption();
        using (var progress = new ProgressDisplay())
        {
            dataset.Fetch(
                new DatasetOptions { Progress = new DownloadDisplay(progress) }, result.GetValue(Force), interruption.Token);
        }

        return Show(result, dataset, mustBeGood: true);
    }

    static int Show(ParseResult result, NamedDataset dataset, bool mustBeGood)
    {
        var options = new DatasetOptions();
        var files = dataset.Inspect(options);
        bool good = files.All(static file => file.State == DataFileState.Good);
        if (result.GetValue(Json))
        {
            CliJson.Print(new DataStatus(dataset.Name, options.CacheFolder, good, files));
        }
        else
        {
            int width = files.Max(static file => Path.GetFileName(file.Path).Length) + 2;
            Output.WriteLine($"{dataset.Title} in {Path.GetDirectoryName(files[0].Path)}");
            foreach (var file in files)
                Output.WriteLine($"  {Path.GetFileName(file.Path).PadRight(width)}{Describe(file)}");
            if (!good)
                Output.WriteLine($"Run {Command(dataset)} to bring what is missing and replace what is damaged.");
        }

        return good || !mustBeGood ? 0 : 1;
    }

    static string Command(NamedDataset dataset) =>
        dataset == NamedDatasets.Cifar10 ? "ballast data fetch" : $"ballast data fetch {dataset.Name}";

    static string Describe(DataFileStatus file) => file.State switch
    {
        DataFileState.Good => "good",
        DataFileState.Missing => "missing",
        _ when file.Size != file.ExpectedSize => $"damaged: {file.Size} bytes, expected {file.ExpectedSize}",
        _ => $"damaged: its SHA-256 is {file.Sha256}, expected {file.ExpectedSha256}",
    };
}
