using System.CommandLine;
using System.CommandLine.Parsing;
using System.Numerics;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>The options of one study that become its <see cref="StudyOptions"/>.</summary>
sealed class StudyOptionSet
{
    readonly Argument<string[]> layers;
    readonly Option<string?> model = new("--model")
    {
        Description = $"A network by its name instead of its layers: {string.Join(", ", NamedNetworks.All.Select(static known => known.Name))}",
        HelpName = "NAME",
    };
    readonly Option<long[]> seeds = new("--seeds")
    {
        Description = "How many seeds, or which ones: 10, or 42,7,0; a single one with a comma behind it: 42,",
        HelpName = "N",
        CustomParser = ParseSeeds,
    };
    readonly Option<int> epochs = CommonOptions.Count("--epochs", "Epochs to train", 1, 100_000);
    readonly Option<int> batchSize = CommonOptions.Count("--batch-size", "Batch size", 1, 1_000_000);
    readonly Option<OptimizerKind> optimizer = TrainOptions.MakeOptimizer("");
    readonly Option<float> learningRate = CommonOptions.Positive("--learning-rate", "Learning rate");
    readonly Option<float> momentum = CommonOptions.Positive("--momentum", "Momentum of sgd");
    readonly Option<float> weightDecay = CommonOptions.Positive("--weight-decay", "Weight decay");
    readonly Option<bool> nesterov = new("--nesterov") { Description = "Nesterov momentum" };
    readonly Option<string?> data = CommonOptions.Data();
    readonly Option<string?> testData = CommonOptions.TestData("the test images of a named dataset; with data of your own, a fifth of it");
    readonly Option<bool> perLayer = new("--per-layer") { Description = "Also each layer by itself" };
    readonly Option<int[]> sizes = new("--sizes")
    {
        Description = "The batch sizes, with commas",
        HelpName = "N,N",
        CustomParser = static result => ParseList<int>(result, 1),
    };
    readonly Option<double[]> factors = new("--factors")
    {
        Description = "How many times the usual learning rate, with commas",
        HelpName = "N,N",
        CustomParser = static result => ParseList(result, double.Epsilon),
    };
    readonly Option<int> folds = CommonOptions.Count("--folds", "How many parts the images are divided into", 2, 1000);
    readonly Option<bool> stratified = new("--stratified") { Description = "Give each fold the classes in the proportion of the whole" };
    readonly Option<int> virtualBatch = CommonOptions.Count("--virtual-batch",
        "Images in a virtual batch of ghost batch normalization", 2, 1_000_000);
    readonly Option<double[]> tune = new("--tune")
    {
        Description = "Choose each training's learning rate, by images that are held back from it, among so many "
            + "times the usual one, with commas: 0.3,1,3",
        HelpName = "N,N",
        CustomParser = static result => ParseList(result, double.Epsilon),
    };
    readonly Option<int[]> counts = new("--sizes")
    {
        Description = "The numbers of training images, with commas",
        HelpName = "N,N",
        CustomParser = static result => ParseList<int>(result, 1),
    };
    readonly Option<float> dropout = CommonOptions.Positive("--dropout", "The share of values that are dropped");
    readonly Option[] own;

    public StudyOptionSet(Study study)
    {
        layers = new Argument<string[]>("LAYERS")
        {
            Description = $"The network's layers in order, as ballast train takes them [default: {study.Settings.Layers}]",
            Arity = ArgumentArity.ZeroOrMore,
        };
        own = study.Name switch
        {
            "placement" => [perLayer],
            "batch-size" => [sizes],
            "learning-rate" => [factors],
            "kfold" => [folds, stratified],
            "normalizers" => [virtualBatch, tune],
            "optimizer" => [tune],
            "dropout" => [dropout, tune],
            "without-normalization" => [counts, tune],
            "finetune" => TuneOptions.Studied,
            _ => [],
        };
    }

    /// <summary>Adds them to the command.</summary>
    public void AddTo(Command command)
    {
        command.Add(layers);
        foreach (var option in (Option[])[
            .. own, model, seeds, epochs, batchSize, optimizer, learningRate,
            momentum, weightDecay, nesterov, data, testData, .. MethodOptions.Studied])
        {
            command.Add(option);
        }
    }

    /// <summary>What is asked.</summary>
    public StudyOptions Read(ParseResult result) => Read(result, TrainOptions.Network(result, layers, model));

    StudyOptions Read(ParseResult result, string? network) => new()
    {
        Begun = own == TuneOptions.Studied && TuneOptions.Asked(result)
            ? TuneOptions.ForStudy(result, result.GetValue(data), result.Given(learningRate), network) : null,
        Layers = own == TuneOptions.Studied && TuneOptions.Asked(result) ? null : network,
        Seeds = result.Has(seeds) ? result.GetValue(seeds) : null,
        Epochs = result.Given(epochs),
        BatchSize = result.Given(batchSize),
        Optimizer = result.Given(optimizer),
        LearningRate = result.Given(learningRate),
        Momentum = result.Given(momentum),
        WeightDecay = result.Given(weightDecay),
        Nesterov = result.Given(nesterov),
        Methods = MethodOptions.Read(result, null),
        Data = NamedDatasets.Resolve(result.GetValue(data)),
        TestData = NamedDatasets.Resolve(result.GetValue(testData)),
        PerLayer = own.Contains(perLayer) && result.GetValue(perLayer),
        Sizes = own.Contains(sizes) && result.Has(sizes) ? result.GetValue(sizes)
            : own.Contains(counts) && result.Has(counts) ? result.GetValue(counts) : null,
        Tune = own.Contains(tune) && result.Has(tune) ? result.GetValue(tune) : null,
        Dropout = own.Contains(dropout) ? result.Given(dropout) : null,
        Factors = own.Contains(factors) && result.Has(factors) ? result.GetValue(factors) : null,
        Folds = own.Contains(folds) ? result.Given(folds) : null,
        Stratified = own.Contains(stratified) && result.GetValue(stratified),
        VirtualBatch = own.Contains(virtualBatch) ? result.Given(virtualBatch) : null,
    };

    static long[] ParseSeeds(ArgumentResult result)
    {
        const int Most = 1000;
        string text = result.Tokens[0].Value;
        if (!text.Contains(',', StringComparison.Ordinal))
        {
            if (NumberText.TryRead(text, out int count) && count is >= 1 and <= Most)
                return [.. StudyOptions.FirstSeeds(count)];
            result.AddError($"--seeds: expected how many seeds, 1 to {Most}, or a list such as 42,7,0, got \"{text}\".");
            return [];
        }

        string[] words = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        long[] seeds = [.. words.Select(word => NumberText.TryRead(word, out long seed) ? seed : (long?)null).OfType<long>()];
        if (seeds.Length < words.Length || seeds.Length == 0)
            result.AddError($"--seeds: expected whole numbers with commas between them, got \"{text}\".");
        else if (seeds.Distinct().Count() < seeds.Length)
            result.AddError($"--seeds: a seed is given twice in \"{text}\". Each counts as one measurement: give different ones.");
        return seeds;
    }

    static T[] ParseList<T>(ArgumentResult result, T least)
        where T : struct, INumber<T>
    {
        string text = result.Tokens[0].Value;
        string[] words = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        T[] values = [.. words.Select(word => NumberText.TryRead(word, out T value) && value.CompareTo(least) >= 0 ? value : (T?)null).OfType<T>()];
        if (values.Length < words.Length || values.Length == 0)
            result.AddError($"{((OptionResult)result.Parent!).Option.Name}: expected numbers above 0 with commas between them, got \"{text}\".");
        else if (values.Distinct().Count() < values.Length)
            result.AddError($"{((OptionResult)result.Parent!).Option.Name}: a number is given twice in \"{text}\".");
        return values;
    }
}
