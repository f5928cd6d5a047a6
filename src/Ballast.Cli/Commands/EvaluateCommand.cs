using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
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
        Description = "Fold each batch normalization into the preceding layer first, and report which",
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

    static readonly Option<StatisticsSource> Statistics = new("--statistics")
    {
        Description = "What batch normalizations use: the running statistics, those measured again over the training images "
            + "(precise: the mean of the batches; population: of all images as one), or those of the test images (AdaBN)",
        HelpName = "running|precise|population|test",
        CustomParser = ReadSource,
    };

    static readonly Option<bool> Tent = new("--tent")
    {
        Description = "Adapt gamma and beta of the batch normalizations while testing, so that predictions get surer",
    };

    static readonly Option<float> LearningRate = CommonOptions.Positive(
        "--learning-rate", $"The step size of --tent [default: {Ballast.Tent.DefaultLearningRate}]");

    static readonly Option<int> BatchSize = CommonOptions.Count(
        "--batch-size", "Images in a batch of --statistics or --tent [default: the run's for training images, 200 for test images]",
        2, 1_000_000);

    public static Command Make()
    {
        var command = new ExampleCommand("evaluate",
            "Prints the loss and accuracy of a run's network on the test images.",
            "ballast evaluate runs/20260502-140300-train",
            "ballast evaluate runs/20260502-140300-compare/with --json",
            "ballast evaluate runs/20260502-140300-train --statistics population",
            "ballast evaluate runs/20260502-140300-train --test-data foggy/ --tent")
        {
            Run, Weights, TestData, Fold, Tta, Statistics, Tent, LearningRate, BatchSize, Threads, Json,
        };
        command.SetAction(Execute);
        return command;
    }

    static int Execute(ParseResult result)
    {
        if (result.Given(Threads) is { } threads)
            Compute.Threads = threads;
        var statistics = ReadStatistics(result);
        using var interruption = new Interruption();
        using var progress = new ProgressDisplay();
        var source = new RunData(new DatasetOptions { Progress = new DownloadDisplay(progress) });
        string path = result.GetValue(Run)!;
        var folder = RunPaths.Trained(path, "Evaluate");
#if PICTURES
        if (folder.Record.File is not null)
            return FileEvaluation.Run(result, folder, result.GetValue(Weights), interruption.Token);
#endif
        var tested = RunEvaluation.Run(
            folder, source, result.GetValue(Weights), NamedDatasets.Resolve(result.GetValue(TestData)), result.GetValue(Fold),
            statistics with { OnProgress = (what, share) => progress.Report(what, share, "") }, result.Given(Tta),
            interruption.Token);
        var (test, weights, folding) = tested;
        progress.Dispose();
        BrokenNetwork.Refuse(test, path);
        if (result.GetValue(Json))
        {
            string? used = result.Has(Statistics) ? NameOf(statistics.Source) : null;
            CliJson.Print(new EvaluationResult(
                path, weights, test.Loss, test.Accuracy, test.Count, folding, used, statistics.TentLearningRate, tested.Augmentation));
            return 0;
        }

        if (folding is not null)
            Output.WriteLine(folding.ToString());
        Output.WriteLine($"Weights:  {weights}");
        if (result.Has(Statistics))
            Output.WriteLine($"Using:    {NameOf(statistics.Source)} statistics");
        if (statistics.TentLearningRate is { } learningRate)
            Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Using:    tent, learning rate {learningRate}"));
        Output.WriteLine($"Images:   {Format.Count(test.Count)}");
        Output.WriteLine($"Loss:     {Format.Loss(test.Loss)}");
        Output.WriteLine($"Accuracy: {Format.Percent(test.Accuracy)}{Format.Views(tested.Augmentation)}");
        return 0;
    }

    static TestStatistics ReadStatistics(ParseResult result)
    {
        bool tent = result.GetValue(Tent);
        var source = result.GetValue(Statistics);
        if (tent && result.Has(Statistics))
            throw new UsageException("--tent normalizes with the statistics of each batch of test images. Leave out --statistics.");
        if (tent && result.Given(Tta) is not null and not TestTimeAugmentation.None)
            throw new UsageException("--tent adapts to each batch as it comes. Leave out --tta.");
        if (tent && result.GetValue(Fold))
            throw new UsageException("--tent adapts the batch normalizations, which --fold takes away. Leave out one of them.");
        if (!tent && result.Has(LearningRate))
            throw new UsageException("--learning-rate is a setting of --tent.");
        if (!tent && source == StatisticsSource.Running && result.Has(BatchSize))
            throw new UsageException("--batch-size is a setting of --tent and of --statistics precise, population and test.");
        float? learningRate = tent ? result.Given(LearningRate) ?? (float)Ballast.Tent.DefaultLearningRate : null;
        return new TestStatistics(source, learningRate, result.Given(BatchSize));
    }

    static StatisticsSource ReadSource(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        var sources = Enum.GetValues<StatisticsSource>();
        int i = Array.FindIndex(sources, source => NameOf(source).Equals(text, StringComparison.OrdinalIgnoreCase));
        if (i >= 0)
            return sources[i];
        argument.AddError($"--statistics: expected one of {string.Join(", ", sources.Select(NameOf))}, got \"{text}\".");
        return default;
    }

    static string NameOf(StatisticsSource source) => source switch
    {
        StatisticsSource.Running => "running",
        StatisticsSource.Precise => "precise",
        StatisticsSource.Population => "population",
        _ => "test",
    };
}
