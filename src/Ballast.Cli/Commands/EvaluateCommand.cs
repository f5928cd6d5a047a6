using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast evaluate</c>: a run's network on the test images.</summary>
static class EvaluateCommand
{
    static readonly Argument<string> Run = new("RUN") { Description = "The folder of a run" };
    static readonly Option<int> Threads = CommonOptions.Threads();
    static readonly Option<bool> Json = CommonOptions.Json("Print one JSON object");
    static readonly Option<string?> Weights = CommonOptions.Weights();
    static readonly Option<string?> TestData = CommonOptions.TestData("what the run was tested on");

    static readonly Option<bool> Fold = new("--fold")
    {
        Description = "Fold batch normalizations into the layers before them first, and say which",
    };

    static readonly Option<TestTimeAugmentation> Tta = new("--tta")
    {
        Description = "Average what the network says of several views of each image: none, flip (mirrored) or flip-translate (also moved "
            + "by a pixel) [default: what the run's recipe says, else none]",
        HelpName = "VIEWS",
        CustomParser = static result =>
        {
            string name = result.Tokens[0].Value;
            switch (name)
            {
                case "none": return TestTimeAugmentation.None;
                case "flip": return TestTimeAugmentation.Flip;
                case "flip-translate": return TestTimeAugmentation.FlipTranslate;
                default:
                    result.AddError($"--tta: there are no views \"{name}\". {Suggestion.Of(name, ["none", "flip", "flip-translate"])}");
                    return default;
            }
        },
    };

    public static Command Make()
    {
        var command = new ExampleCommand("evaluate",
            "Tells the loss and the accuracy of a run's network on the test images.",
            "ballast evaluate runs/20260502-140300-train",
            "ballast evaluate runs/20260502-140300-compare/with --json")
        {
            Run, Weights, TestData, Fold, Tta, Threads, Json,
        };
        command.SetAction(Execute);
        return command;
    }

    static int Execute(ParseResult result)
    {
        if (result.Given(Threads) is { } threads)
            Compute.Threads = threads;
        using var interruption = new Interruption();
        using var progress = new ProgressDisplay();
        var source = new RunData(new DatasetOptions { Progress = new DownloadDisplay(progress) });
        string path = result.GetValue(Run)!;
        var folder = RunPaths.Trained(path, "Evaluate");
        var (test, weights, folding, augmentation) = RunEvaluation.Run(
            folder, source, result.GetValue(Weights), NamedDatasets.Resolve(result.GetValue(TestData)), result.GetValue(Fold),
            result.Given(Tta), interruption.Token);
        progress.Dispose();
        if (result.GetValue(Json))
        {
            CliJson.Print(new EvaluationResult(path, weights, test.Loss, test.Accuracy, test.Count, folding, augmentation));
            return 0;
        }

        if (folding is not null)
            Console.Out.WriteLine(folding);
        Console.Out.WriteLine($"Weights:  {weights}");
        Console.Out.WriteLine($"Images:   {Format.Count(test.Count)}");
        Console.Out.WriteLine($"Loss:     {Format.Loss(test.Loss)}");
        Console.Out.WriteLine($"Accuracy: {Format.Percent(test.Accuracy)}{Format.Views(augmentation)}");
        return 0;
    }
}
