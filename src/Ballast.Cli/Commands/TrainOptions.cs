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
            + string.Join("; ", NamedNetworks.All.Select(static known => $"{known.Name}, {known.Summary}"))
            + "; published ones: "
            + string.Join(", ", NamedNetworks.Published.Where(static known => !known.TellsPixels).Select(static known => known.Name)),
        HelpName = "NAME",
    };

    static readonly Option<int> Epochs = CommonOptions.Epochs();
    static readonly Option<int> BatchSize = CommonOptions.Count("--batch-size", "Batch size", 1, 1_000_000, 10);
    static readonly Option<bool> DropLast = new("--drop-last") { Description = "Drop the last, incomplete batch of an epoch" };

    static readonly Option<OptimizerKind> Optimizer = MakeOptimizer(" [default: adam]");

    static readonly Option<float> LearningRate = CommonOptions.Positive("--learning-rate", "Learning rate [default: 0.0001; 0.02 for muon]");
    static readonly Option<float> Momentum = CommonOptions.Positive("--momentum", "Momentum of sgd [default: 0] or muon [default: 0.95]");

    static readonly Option<float> WeightDecay = CommonOptions.Positive(
        "--weight-decay", "Weight decay [default: 0.01 for adamw, else 0]");

    static readonly Option<bool> Nesterov = new("--nesterov") { Description = "Nesterov momentum" };
    static readonly Option<long> Seed = CommonOptions.Seed();
    static readonly Option<int> LogEvery = CommonOptions.LogEvery();

    static readonly Option<int> CheckpointEvery = CommonOptions.Count(
        "--checkpoint-every", "Mini-batches between checkpoints, besides the one after each epoch; 0 for none", 0, int.MaxValue, 0);

    static readonly Option<string?> Data = CommonOptions.Data();
    static readonly Option<string?> TestData = CommonOptions.TestData(CommonOptions.OwnTest);

    static readonly Option<string?> RecipeName = new("--recipe")
    {
        Description = "Take a recipe's network and settings; options given besides replace them: "
            + string.Join("; ", Recipes.All.Select(static known => $"{known.Name}, {known.Summary}")),
        HelpName = "NAME",
    };

    static readonly Option[] Fixed =
        [RecipeName, .. TuneOptions.All, .. MethodOptions.All, .. PictureOptions.All, .. HoldOutOptions.All, Model, BatchSize, DropLast,
            Optimizer, LearningRate, Momentum, WeightDecay, Nesterov, Seed, LogEvery, Data, TestData];

    /// <summary>The optimizer's name.</summary>
    public static Option<OptimizerKind> MakeOptimizer(string otherwise) => new("--optimizer")
    {
        Description = $"adam, adamw, sgd or muon (hidden matrices by Muon, the rest by AdamW){otherwise}",
        HelpName = "NAME",
        CustomParser = static result =>
        {
            string name = result.Tokens[0].Value;
            if (Enum.TryParse(name, ignoreCase: true, out OptimizerKind kind) && char.IsLetter(name[0]))
                return kind;
            result.AddError($"--optimizer: there is no optimizer \"{name}\". {Suggestion.Of(name, ["adam", "adamw", "sgd", "muon"])}");
            return default;
        },
    };

    /// <summary>Adds them to the command.</summary>
    public static void AddTo(Command command)
    {
        command.Add(Layers);
        foreach (var option in (Option[])[
            RecipeName, Model, Epochs, BatchSize, DropLast, Optimizer, LearningRate, Momentum, WeightDecay, Nesterov, Seed, LogEvery,
            CheckpointEvery, Data, TestData, .. TuneOptions.All, .. PictureOptions.All, .. MethodOptions.All,
            .. HoldOutOptions.All,
#if PICTURES
            .. FileCommand.All,
#endif
        ])
        {
            command.Add(option);
        }
    }

    /// <summary>The settings of a new run.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="folds">Whether it is a cross validation, which holds nothing back by itself.</param>
    public static RunSettings Read(ParseResult result, bool folds = false)
    {
        var recipe = FindRecipe(result);
        var chosen = Network(result);
        bool tuned = TuneOptions.Asked(result);
        if (tuned && recipe is not null)
            throw new UsageException("A recipe trains its network from the first. Leave out --recipe, or --from.");
        var from = recipe?.Settings ?? PictureOptions.Defaults(DataOf(result), result.Has(TestData), chosen is null && !tuned, folds);
        if (tuned)
            from = TuneOptions.Begin(result, from, chosen);
        var settings = Over(result, from, tuned || chosen is null ? (from.Layers, from.Model) : chosen.Value) with
        {
            Recipe = recipe?.Name,
            Tuning = from.Tuning,
            Pictures = from.Pictures is null ? null : from.Pictures with { LogsEpochs = !result.Has(LogEvery) },
        };
        settings = PictureOptions.Read(result, settings.WithData(DataOf(result), result.GetValue(TestData)));
        return TuneOptions.End(result, HoldOutOptions.Read(result, settings, folds));
    }

    /// <summary>The settings of a new run on a file.</summary>
    public static RunSettings ReadFile(ParseResult result, string path) =>
        Over(result, RunSettings.OfFile, (RunSettings.OfFile.Layers, null)) with { Data = Path.GetFullPath(path) };

    // What is given, over what is not.
    static RunSettings Over(ParseResult result, RunSettings from, (string Layers, string? Name) network) =>
        new(network.Layers,
            network.Name,
            result.Given(Epochs) ?? from.Epochs,
            result.Given(BatchSize) ?? from.BatchSize,
            result.Given(DropLast) ?? from.DropLast,
            result.Given(Optimizer) ?? from.Optimizer,
            Rate(result, from),
            result.Given(Momentum) ?? from.Momentum,
            result.Given(WeightDecay) ?? from.WeightDecay,
            result.Given(Nesterov) ?? from.Nesterov,
            result.GetValue(Seed),
            result.Given(LogEvery) ?? from.LogEvery,
            result.GetValue(CheckpointEvery))
        {
            Methods = MethodOptions.Read(result, from.Methods),
        };

    static string? DataOf(ParseResult result)
    {
        string? table = PictureOptions.Table(result);
        return table is null || !result.Has(Data) ? table ?? result.GetValue(Data)
            : throw new UsageException($"Give either {table} or --data, not both.");
    }

    // Muon's steps are of another size than the others'.
    static float Rate(ParseResult result, RunSettings from) => result.Given(LearningRate)
        ?? (result.Given(Optimizer) == OptimizerKind.Muon ? RunSettings.MuonLearningRate : from.LearningRate);

    static Recipe? FindRecipe(ParseResult result)
    {
        try
        {
            return result.GetValue(RecipeName) is { } name ? Recipes.Find(name) : null;
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error);
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
        Rate(result, RunSettings.Tutorial), result.GetValue(Momentum), result.Given(WeightDecay), result.GetValue(Nesterov));

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
                $"{extra} cannot be changed with --resume: the run keeps its settings. Only --epochs, --checkpoint-every, "
                    + "--tensorboard and --threads can be given.");
        }
    }

    /// <summary>The settings of a run that goes on, perhaps for longer than was planned.</summary>
    public static RunSettings Extend(RunSettings settings, ParseResult result)
    {
        int epochs = result.Given(Epochs) ?? settings.Epochs;
        if (epochs < settings.Epochs)
            throw new UsageException($"--epochs: the run was begun for {settings.Epochs} epochs; with --resume there can be more, not fewer.");
        if (epochs > settings.Epochs && ScheduleText.StretchesOver(settings.Does.Schedule))
        {
            throw new UsageException(
                $"--epochs: the schedule {settings.Does.Schedule} ends with the run's {settings.Epochs} epochs, "
                    + "and a longer run is another one from its beginning. Begin a new run.");
        }

        return settings with { Epochs = epochs, CheckpointEvery = result.Given(CheckpointEvery) ?? settings.CheckpointEvery };
    }

    static (string Layers, string? Name)? Network(ParseResult result)
    {
        string? given = Network(result, Layers, Model);
        if (given is null)
            return null;
        if (!NamedNetworks.IsName(given))
            return (given, null);
        var found = NamedNetworks.Find(given);
        return (found.Layers, found.Name);
    }

    /// <summary>A network given by its layers or by its name: a layer text, or a name that is known; null where neither is
    /// given.</summary>
    public static string? Network(ParseResult result, Argument<string[]> layers, Option<string?> named)
    {
        string[] words = result.GetValue(layers) ?? [];
        if (words.Length > 0 && ImageFolder.IsTable(words[0]))
            words = words[1..];
        string? model = result.GetValue(named);
        if (words.Length > 0 && model is not null)
            throw new UsageException("Give either LAYERS or --model, not both.");
        if (words.Length == 1 && NamedNetworks.IsName(words[0]))
            throw new UsageException($"{words[0]} is not a layer but a model. Give --model {words[0]}.");
        if (words.Length > 0)
            return string.Join(' ', words);
        try
        {
            return model is null ? null : NamedNetworks.Find(model).Name;
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error);
        }
    }
}
