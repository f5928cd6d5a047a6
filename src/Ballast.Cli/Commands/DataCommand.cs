using System.CommandLine;
using System.CommandLine.Parsing;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast data</c>: what is there of the datasets that have names, and how it gets there.</summary>
static class DataCommand
{
    static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object", Recursive = true };
    static readonly Option<bool> Force = new("--force") { Description = "Fetch all files again, also good ones" };

    static readonly Kept[] All =
    [
        .. NamedDatasets.All.Select(static known => new Kept(known.Name, known.Title, known.Fetch, known.Inspect)),
#if PICTURES
        new(PretrainedResNet18.Name, "ResNet-18, trained on ImageNet", PretrainedResNet18.Fetch, PretrainedResNet18.Inspect)
        {
            License = static options => $"Licence: {PretrainedResNet18.License}\n\n{PretrainedResNet18.ReadLicense(options).TrimEnd()}",
        },
#endif
    ];

    static readonly Argument<Kept> Dataset = new("DATASET")
    {
        Description = $"{string.Join(" or ", All.Select(static known => known.Name))}",
        DefaultValueFactory = static _ => All[0],
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
            "Looks after CIFAR-10, Fashion-MNIST and a pretrained network, which are kept in the folder that BALLAST_DATA names, or else in this "
                + "user's data.",
            "ballast data",
            "ballast data fetch",
            "ballast data fetch fashion-mnist",
            "ballast data fetch resnet18-imagenet",
            "ballast data verify --json")
        {
            status, fetch, verify, Json,
        };
        command.SetAction(static result => Show(result, All[0], mustBeGood: false));
        return command;
    }

    static Kept? Parse(ArgumentResult result)
    {
        string name = result.Tokens[0].Value;
        if (Array.Find(All, known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found)
            return found;
        result.AddError($"There is no dataset \"{name}\". {Suggestion.Of(name, All.Select(static known => known.Name))}");
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

        int code = Show(result, dataset, mustBeGood: true);
        if (dataset.License is { } license && code == 0 && !result.GetValue(Json))
            Output.WriteLine($"\n{license(new DatasetOptions())}");
        return code;
    }

    static int Show(ParseResult result, Kept dataset, bool mustBeGood)
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

    static string Command(Kept dataset) =>
        dataset == All[0] ? "ballast data fetch" : $"ballast data fetch {dataset.Name}";

    static string Describe(DataFileStatus file) => file.State switch
    {
        DataFileState.Good => "good",
        DataFileState.Missing => "missing",
        _ when file.Size != file.ExpectedSize => $"damaged: {file.Size} bytes, expected {file.ExpectedSize}",
        _ => $"damaged: its SHA-256 is {file.Sha256}, expected {file.ExpectedSha256}",
    };

    /// <summary>What is kept under a name.</summary>
    sealed record Kept(
        string Name, string Title, Action<DatasetOptions, bool, CancellationToken> Fetch, Func<DatasetOptions, IReadOnlyList<DataFileStatus>> Inspect)
    {
        /// <summary>What may be done with it, where somebody has to be told; null for nothing.</summary>
        public Func<DatasetOptions, string>? License { get; init; }

        // As the help says which is taken by default.
        public override string ToString() => Name;
    }
}
