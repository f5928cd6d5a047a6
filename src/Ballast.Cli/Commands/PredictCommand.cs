using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast predict</c>: what a run's network sees in pictures.</summary>
static class PredictCommand
{
    static readonly Argument<string> Run = new("RUN") { Description = "The folder of a run" };
    static readonly Option<int> Top = CommonOptions.Count("--top", "Classes to print for each picture", 1, 1_000_000, 1);
    static readonly Option<string?> Weights = CommonOptions.Weights();
    static readonly Option<int> Threads = CommonOptions.Threads();
    static readonly Option<bool> Json = CommonOptions.Json("Print one JSON object a picture, each on a line");

    static readonly Argument<string[]> Images = new("IMAGES")
    {
        Description = "Picture files, or folders of them; a table (CSV) where the run learned one",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Command Make()
    {
        var command = new ExampleCommand("predict",
            "Prints the class of each picture by a run's network, and its probability; of a table, the predictions as CSV.",
            "ballast predict runs/20260502-140300-train shirt.jpg",
            "ballast predict runs/20260502-140300-train photos/new --top 3",
            "ballast predict runs/20260502-140300-train new.csv > predictions.csv",
            "ballast predict runs/20260502-140300-compare/with photos/*.png --top 3 --json")
        {
            Run, Images, Top, Weights, PictureOptions.SkipBroken, Threads, Json,
        };
        command.SetAction(Execute);
        return command;
    }

    static int Execute(ParseResult result)
    {
        if (result.Given(Threads) is { } threads)
            Compute.Threads = threads;
        using var interruption = new Interruption();
#if PICTURES
        if (FilePrediction.IsRun(result.GetValue(Run)!))
            return FilePrediction.Run(result.GetValue(Run)!, result.GetValue(Images)!, result.GetValue(Weights), interruption.Token);
#endif
        var folder = RunPaths.Trained(result.GetValue(Run)!, "Predict with");
        var predictions = RunPrediction.Run(
            folder, PicturePaths.Of(result.GetValue(Images)!), result.GetValue(Top), result.GetValue(Weights),
            result.GetValue(PictureOptions.SkipBroken) ? PictureOptions.List : null, interruption.Token);
        if (result.GetValue(Json))
        {
            foreach (var prediction in predictions)
                CliJson.Print(prediction);
            return 0;
        }

        int width = predictions.Max(static prediction => Printable.Name(prediction.Image).Length);
        foreach (var (image, classes) in predictions)
        {
            string said = string.Join(", ", classes.Select(static found => $"{Printable.Name(found.Name)} {Format.Percent(found.Probability)}"));
            // Where the longest name leaves no room beside it, each stands above what it shows.
            Output.WriteLine(width < Output.Width / 2 || Output.Width == int.MaxValue
                ? $"{Printable.Name(image).PadRight(width)}  {said}" : $"{Printable.Name(image)}\n  {said}");
        }

        return 0;
    }
}
