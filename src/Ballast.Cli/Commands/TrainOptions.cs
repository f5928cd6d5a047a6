using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>The options of <c>ballast train</c> that become a run's settings.</summary>
static class TrainOptions
{
    static readonly Argument<string[]> Layers = new("LAYERS")
    {
        Description = $"The layers in order [default: {NamedNetworks.Tutorial.Layers}]:\n"
            + string.Join('\n', LayerKinds.All.Select(static kind => $"{kind.Usage}: {kind.Summary}")),
        Arity = ArgumentArity.ZeroOrMore,
    };

    static readonly Option<string?> Model = new("--model")
    {
        Description = "A network by its name instead of its layers: "
            + string.Join("; ", NamedNetworks.All.Select(static known => $"{known.Name}, {known.Summary}")),
        HelpName = "NAME",
    };

    static readonly Option<string?> RecipeName = new("--recipe")
    {
        Description = "Train as a recipe says, which settles everything but --epochs, --seed and --log-every: "
            + string.Join("; ", Recipes.All.Select(static known => $"{known.Name}, {known.Summary}")),
        HelpName = "NAME",
    };

    static readonly Option<int> Epochs = CommonOptions.Epochs();
    static readonly Option<int> BatchSize = CommonOptions.Count("--batch-size", "Images in a mini-batch", 1, 1_000_000, 10);
    static readonly Option<bool> DropLast = new("--drop-last") { Description = "Leave out a last, smaller mini-batch" };

    static readonly Option<OptimizerKind> Optimizer = new("--optimizer")
    {
        Description = "adam, adamw or sgd [default: adam]",
        HelpName = "NAME",
        CustomParser = static result =>
        {
            string name = result.Tokens[0].Value;
            if (Enum.TryParse(name, ignoreCase: true, out OptimizerKind kind) && char.IsLetter(name[0]))
                return kind;
            result.AddError($"--optimizer: there is no optimizer \"{name}\". {Suggestion.Of(name, ["adam", "adamw", "sgd"])}");
            return default;
        },
    };

    static readonly Option<float> LearningRate = CommonOptions.Positive("--learning-rate", "The optimizer's step size", 1e-4f);
    static readonly Option<float> Momentum = CommonOptions.Positive("--momentum", "How much of the last direction sgd keeps", 0f);

    static readonly Option<float> WeightDecay = CommonOptions.Positive(
        "--weight-decay", "How strongly weights are pulled to 0 [default: 0.01 for adamw, else 0]");

    static readonly Option<bool> Nesterov = new("--nesterov") { Description = "Let sgd with momentum look ahead" };
    static readonly Option<long> Seed = CommonOptions.Seed();
    static readonly Option<int> LogEvery = CommonOptions.LogEvery();

    static readonly Option<int> CheckpointEvery = CommonOptions.Count(
        "--checkpoint-every", "Mini-batches between checkpoints, besides the one after each epoch; 0 for none", 0, int.MaxValue, 0);

    static readonly Option<string?> Data = CommonOptions.Data();
    static readonly Option<string?> TestData = CommonOptions.TestData(CommonOptions.OwnTest);

    static readonly Option[] Fixed =
        [Model, RecipeName, BatchSize, DropLast, Optimizer, LearningRate, Momentum, WeightDecay, Nesterov, Seed, LogEvery, Data, TestData];

    static readonly Option[] SettledByRecipe =
        [Model, BatchSize, DropLast, Optimizer, LearningRate, Momentum, WeightDecay, Nesterov];

    /// <summary>Adds them to the command.</summary>
    public static void AddTo(Command command)
    {
        command.Add(Layers);
        foreach (var option in (Option[])[
            Model, RecipeName, Epochs, BatchSize, DropLast, Optimizer, LearningRate, Momentum, WeightDecay, Nesterov, Seed, LogEvery,
            CheckpointEvery, Data, TestData])
        {
            command.Add(option);
        }
    }

    /// <summary>The settings of a new run.</summary>
    public static RunSettings Read(ParseResult result)
    {
        if (result.GetValue(RecipeName) is { } recipe)
            return Read(result, recipe);
        var network = Network(result);
        return new RunSettings(
            network.Layers,
            network.Name.Length == 0 ? null : network.Name,
            result.GetValue(Epochs),
            result.GetValue(BatchSize),
            result.GetValue(DropLast),
            result.GetValue(Optimizer),
            result.GetValue(LearningRate),
            result.GetValue(Momentum),
            result.Given(WeightDecay),
            result.GetValue(Nesterov),
            result.GetValue(Seed),
            result.GetValue(LogEvery),
            result.GetValue(CheckpointEvery))
            .WithData(result.GetValue(Data), result.GetValue(TestData));
    }

    static RunSettings Read(ParseResult result, string name)
    {
        string? extra = result.GetValue(Layers) is { Length: > 0 } ? "LAYERS" : SettledByRecipe.FirstOrDefault(result.Has)?.Name;
        if (extra is not null)
            throw new UsageException($"{extra} cannot be given with --recipe: the recipe settles it. Leave one of them out.");
        try
        {
            var settings = Recipes.Find(name).Settings;
            return (settings with
            {
                Epochs = result.Given(Epochs) ?? settings.Epochs,
                Seed = result.GetValue(Seed),
                LogEvery = result.Given(LogEvery) ?? settings.LogEvery,
                CheckpointEvery = result.GetValue(CheckpointEvery),
            }).WithData(result.GetValue(Data), result.GetValue(TestData));
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message);
        }
    }

    // Those that say how a network is trained, and not how training is reported.
    static readonly Option[] Plan = [Epochs, BatchSize, DropLast, Optimizer, LearningRate, Momentum, WeightDecay, Nesterov];

    /// <summary>Adds those that say how a network is trained.</summary>
    public static void AddPlanTo(Command command)
    {
        foreach (var option in Plan)
            command.Add(option);
    }

    /// <summary>The settings of a training that is planned.</summary>
    public static RunSettings ReadPlan(ParseResult result, string layers) => new(
        layers, null, result.GetValue(Epochs), result.GetValue(BatchSize), result.GetValue(DropLast), result.GetValue(Optimizer),
        result.GetValue(LearningRate), result.GetValue(Momentum), result.Given(WeightDecay), result.GetValue(Nesterov));

    /// <summary>Refuses them where they mean nothing.</summary>
    public static void RefusePlan(ParseResult result, string reason)
    {
        if (Plan.FirstOrDefault(result.Has) is { } extra)
            throw new UsageException($"{extra.Name} means nothing here: {reason}.");
    }

    /// <summary>Refuses what a run that is resumed cannot change.</summary>
    public static void RefuseWithResume(ParseResult result)
    {
        string? extra = result.GetValue(Layers) is { Length: > 0 } ? "LAYERS" : Fixed.FirstOrDefault(result.Has)?.Name;
        if (extra is not null)
        {
            throw new UsageException(
                $"{extra} cannot be changed with --resume: the run keeps its settings. Only --epochs, --checkpoint-every and --threads can be given.");
        }
    }

    /// <summary>The settings of a run that goes on, perhaps for longer than was planned.</summary>
    public static RunSettings Extend(RunSettings settings, ParseResult result)
    {
        int epochs = result.Given(Epochs) ?? settings.Epochs;
        if (settings.Recipe is not null && epochs != settings.Epochs)
            throw new UsageException($"--epochs: the recipe {settings.Recipe} plans its course for {settings.Epochs} epochs from the start; begin a new run for another number.");
        if (epochs < settings.Epochs)
            throw new UsageException($"--epochs: the run was begun for {settings.Epochs} epochs; with --resume there can be more, not fewer.");
        return settings with { Epochs = epochs, CheckpointEvery = result.Given(CheckpointEvery) ?? settings.CheckpointEvery };
    }

    static NamedNetwork Network(ParseResult result)
    {
        string[] words = result.GetValue(Layers) ?? [];
        string? model = result.GetValue(Model);
        // An option that does not exist looks like a layer to the parser.
        if (words.FirstOrDefault(static word => word.StartsWith('-')) is { } option)
        {
            throw new UsageException($"There is no option {option}. "
                + Suggestion.Of(option, result.CommandResult.Command.Options.Select(static known => known.Name)));
        }

        if (words.Length > 0 && model is not null)
            throw new UsageException("Give either LAYERS or --model, not both.");
        if (words.Length == 1 && NamedNetworks.IsName(words[0]))
            throw new UsageException($"{words[0]} is not a layer but a model. Give --model {words[0]}.");
        if (words.Length > 0)
            return new NamedNetwork("", "", string.Join(' ', words));
        try
        {
            return model is null ? NamedNetworks.Tutorial : NamedNetworks.Find(model);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message);
        }
    }
}
