using System.CommandLine;

namespace Ballast.Cli;

/// <summary><c>ballast data</c>: what is there of CIFAR-10, and how it gets there.</summary>
static class DataCommand
{
    static readonly Option<bool> Json = new("--json") { Description = "Print one JSON object", Recursive = true };
    static readonly Option<bool> Force = new("--force") { Description = "Fetch all files again, also good ones" };

    public static Command Make()
    {
        var status = new Command("status", "Says what is there and whether it can be used (what ballast data does by itself)");
        status.SetAction(static result => Show(result, mustBeGood: false));
        var verify = new Command("verify", "The same, and fails unless all files are good");
        verify.SetAction(static result => Show(result, mustBeGood: true));
        var fetch = new Command("fetch", "Downloads what is missing or damaged, and checks it") { Force };
        fetch.SetAction(Fetch);
        var command = new ExampleCommand("data",
            "Looks after CIFAR-10, which is kept in the folder that BALLAST_DATA names, or else in this user's data.",
            "ballast data",
            "ballast data fetch",
            "ballast data verify --json")
        {
            status, fetch, verify, Json,
        };
        command.SetAction(static result => Show(result, mustBeGood: false));
        return command;
    }

    static int Fetch(ParseResult result)
    {
        using var interruption = new Interruption();
        using (var progress = new ProgressDisplay())
        {
            Cifar10.Fetch(
                new Cifar10Options { Progress = new DownloadDisplay(progress) }, result.GetValue(Force), interruption.Token);
        }

        return Show(result, mustBeGood: true);
    }

    static int Show(ParseResult result, bool mustBeGood)
    {
        var options = new Cifar10Options();
        var files = Cifar10.Inspect(options);
        bool good = files.All(static file => file.State == DataFileState.Good);
        if (result.GetValue(Json))
        {
            CliJson.Print(new DataStatus(options.CacheFolder, good, files));
        }
        else
        {
            Console.Out.WriteLine($"CIFAR-10 in {Path.GetDirectoryName(files[0].Path)}");
            foreach (var file in files)
                Console.Out.WriteLine($"  {Path.GetFileName(file.Path),-18} {Describe(file)}");
            if (!good)
                Console.Out.WriteLine("Run ballast data fetch to bring what is missing and replace what is damaged.");
        }

        return good || !mustBeGood ? 0 : 1;
    }

    static string Describe(DataFileStatus file) => file.State switch
    {
        DataFileState.Good => "good",
        DataFileState.Missing => "missing",
        _ when file.Size != file.ExpectedSize => $"damaged: {file.Size} bytes, expected {file.ExpectedSize}",
        _ => $"damaged: its SHA-256 is {file.Sha256}, expected {file.ExpectedSha256}",
    };
}
