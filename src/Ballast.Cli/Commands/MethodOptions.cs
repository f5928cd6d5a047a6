using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>The options of <c>ballast train</c>, and some of <c>ballast study</c>, that become a training's <see cref="RunMethods"/>.</summary>
static class MethodOptions
{
    static readonly Option<LossKind> Loss = Choice("--loss", "cross-entropy, mse or bce, the latter two against a one at the class",
        ("cross-entropy", LossKind.CrossEntropy), ("mse", LossKind.Mse), ("bce", LossKind.Bce));

    static readonly Option<float> LabelSmoothing = CommonOptions.Positive("--label-smoothing", "Label smoothing, 0 to 1");
    static readonly Option<float[]> ClassWeights = List("--class-weights", "Weight of each class in the loss: 1,2,0.5,...");

    static readonly Option<string?> Schedule = new("--schedule")
    {
        Description = "Learning-rate schedule: " + string.Join("; ", ScheduleText.Usage),
        HelpName = "SCHEDULE",
    };

    static readonly Option<int> WarmUp = CommonOptions.Count("--warm-up", "Mini-batches of linear warm-up of the learning rate", 0, int.MaxValue);
    static readonly Option<float> ClipNorm = CommonOptions.Positive("--clip-norm", "The largest norm of all gradients together");
    static readonly Option<float> ClipValue = CommonOptions.Positive("--clip-value", "The largest value of a gradient");
    static readonly Option<bool> SkipNonFinite = new("--skip-non-finite") { Description = "Leave out a step whose gradient is not finite" };
    static readonly Option<double> Ema = CommonOptions.PositiveDouble("--ema", "Keep an exponential moving average of the weights with this decay");
    static readonly Option<int> EmaEvery = CommonOptions.Count("--ema-every", "Mini-batches between two updates of the average", 1, int.MaxValue);
    static readonly Option<bool> EmaWarmUp = new("--ema-warm-up") { Description = "Let the first averages keep less" };
    static readonly Option<int> Swa = CommonOptions.Count("--swa", "Average the weights at the ends of the epochs from this one on", 1, 100_000);

    static readonly Option<bool> NoDecayNorms = new("--no-decay-norms")
    {
        Description = "Keep normalizations' scales and shifts and biases from weight decay",
    };

    static readonly Option<float> BiasFactor = CommonOptions.Positive(
        "--bias-learning-rate-factor", "Learning-rate factor of biases and of normalizations' shifts");

    static readonly Option<int> Crop = CommonOptions.Count("--crop",
        "Pad images by this many pixels and crop them to their size at a random place", 0, 1000);
    static readonly Option<PaddingMode> CropPadding = Choice("--crop-padding", "Padding mode of --crop: zeros or reflect",
        ("zeros", PaddingMode.Zeros), ("reflect", PaddingMode.Reflect));

    static readonly Option<FlipKind> Flip = Choice("--flip", "Mirror images: none, random or alternating (every second epoch)",
        ("none", FlipKind.None), ("random", FlipKind.Random), ("alternating", FlipKind.Alternating));

    static readonly Option<int> Cutout = CommonOptions.Count("--cutout",
        "Side of a square that is masked at a random place of each image, in pixels", 0, 1000);
    static readonly Option<bool> Standardize = new("--standardize")
    {
        Description = "Bring each channel to mean 0 and deviation 1 of the training data",
    };
    static readonly Option<float[]> Mean = List("--mean", "Standardize with these means instead: 0.49,0.48,0.45");
    static readonly Option<float[]> Std = List("--std", "and these deviations");
    static readonly Option<int> Prefetch = CommonOptions.Count("--prefetch", "Batches that a thread prepares ahead", 0, 1000);
    static readonly Option<double> Validation = CommonOptions.PositiveDouble("--validation",
        "Share of the training images for a validation split, which is tested after each epoch");
    static readonly Option<ValidationMetric> Monitor = Choice("--monitor", "Validation metric: loss or accuracy",
        ("loss", ValidationMetric.Loss), ("accuracy", ValidationMetric.Accuracy));

    static readonly Option<int> EarlyStopping = CommonOptions.Count("--early-stopping",
        "Stop after this many epochs without improvement", 1, 100_000);
    static readonly Option<double> MinDelta = CommonOptions.PositiveDouble("--min-delta", "Smallest improvement that counts as better");

    static readonly Option<bool> KeepBest = new("--keep-best")
    {
        Description = "Keep the best epoch's weights in best.safetensors; without --validation, by the test images",
    };

    /// <summary>All of them.</summary>
    public static Option[] All { get; } =
    [
        Loss, LabelSmoothing, ClassWeights, Schedule, WarmUp, ClipNorm, ClipValue, SkipNonFinite, Ema, EmaEvery, EmaWarmUp, Swa,
        NoDecayNorms, BiasFactor, Crop, CropPadding, Flip, Cutout, Standardize, Mean, Std, Prefetch, Validation, Monitor,
        EarlyStopping, MinDelta, KeepBest,
    ];

    /// <summary>Those that a study takes too.</summary>
    public static Option[] Studied { get; } =
    [
        LabelSmoothing, ClassWeights, Schedule, WarmUp, ClipNorm, ClipValue, SkipNonFinite, NoDecayNorms, BiasFactor, Crop, CropPadding, Flip,
        Cutout, Standardize, Mean, Std,
    ];

    /// <summary>Why a study does not take the others; null for what is none of them.</summary>
    public static string? NotStudied(string name) => All.Except(Studied).All(option => option.Name != name) ? null : name switch
    {
        "--loss" => "its tests and plots are of the cross entropy",
        "--prefetch" => "each of its trainings has one thread",
        _ when name.StartsWith("--ema", StringComparison.Ordinal) || name == "--swa" => "it tests the weights themselves after each epoch",
        _ => "it tests after each epoch, and all arms train equally long",
    };

    /// <summary>What is asked for, on top of a recipe's; null for nothing.</summary>
    /// <exception cref="UsageException">Two that do not go together.</exception>
    public static RunMethods? Read(ParseResult result, RunMethods? recipe)
    {
        var from = recipe ?? RunMethods.None;
        if (!All.Any(result.Has))
            return recipe;
        Refuse(result, CropPadding, Crop, from.Crop > 0);
        Refuse(result, MinDelta, EarlyStopping, from.Patience is not null, KeepBest);
        Refuse(result, Monitor, EarlyStopping, from.Patience is not null, KeepBest, Validation);
        var methods = new RunMethods(
            result.Given(Loss) ?? from.Loss,
            result.Given(LabelSmoothing) ?? from.LabelSmoothing,
            result.Has(ClassWeights) ? result.GetValue(ClassWeights) : from.ClassWeights,
            result.GetValue(Schedule) ?? from.Schedule,
            result.Given(WarmUp) ?? from.WarmUp,
            result.Given(ClipNorm) ?? from.ClipNorm,
            result.Given(ClipValue) ?? from.ClipValue,
            result.Given(SkipNonFinite) ?? from.SkipNonFinite,
            result.Given(Ema) ?? from.EmaDecay,
            result.Given(EmaEvery) ?? from.EmaEvery,
            result.Given(EmaWarmUp) ?? from.EmaWarmUp,
            result.Given(Swa) ?? from.SwaFrom,
            result.Given(NoDecayNorms) ?? from.NoDecayNorms,
            result.Given(BiasFactor) ?? from.BiasLearningRateFactor,
            result.Given(Crop) ?? from.Crop,
            result.Given(CropPadding) ?? from.CropPadding,
            result.Given(Flip) ?? from.Flip,
            result.Given(Cutout) ?? from.Cutout,
            Scale(result) ?? from.Scale,
            result.Given(Prefetch) ?? from.Prefetch,
            result.Given(Validation) ?? from.Validation,
            result.Given(Monitor) ?? from.Monitor,
            result.Given(EarlyStopping) ?? from.Patience,
            result.Given(MinDelta) ?? from.MinDelta,
            result.Given(KeepBest) ?? from.KeepBest)
        {
            Special = from.Special,
        };
        return methods == RunMethods.None ? null : methods;
    }

    static void Refuse(ParseResult result, Option option, Option other, bool known, params ReadOnlySpan<Option> others)
    {
        if (!result.Has(option) || known || result.Has(other))
            return;
        foreach (var one in others)
        {
            if (result.Has(one))
                return;
        }

        throw new UsageException($"{option.Name} changes nothing without {other.Name}. Give that too, or leave it out.");
    }

    static ChannelScale? Scale(ParseResult result)
    {
        float[]? mean = result.Has(Mean) ? result.GetValue(Mean) : null, std = result.Has(Std) ? result.GetValue(Std) : null;
        if (mean is null != std is null)
            throw new UsageException("--mean and --std belong together. Give both, or --standardize to compute them of the training data.");
        if (mean is not null && result.Has(Standardize))
            throw new UsageException("Give either --standardize or --mean and --std, not both.");
        if (mean is not null)
            return new ChannelScale(mean, std!);
        return result.GetValue(Standardize) ? new ChannelScale([], []) : null;
    }

    static Option<T> Choice<T>(string name, string description, params (string Name, T Value)[] choices)
        where T : struct => new(name)
        {
            Description = description,
            HelpName = "NAME",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                foreach (var choice in choices)
                {
                    if (choice.Name.Equals(text, StringComparison.OrdinalIgnoreCase))
                        return choice.Value;
                }

                result.AddError($"{name}: there is no \"{text}\". {Suggestion.Of(text, choices.Select(static choice => choice.Name))}");
                return default;
            },
        };

    static Option<float[]> List(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N,N,...",
        CustomParser = result =>
        {
            List<float> values = [];
            foreach (string part in result.Tokens[0].Value.Split(','))
            {
                if (NumberText.TryRead(part.Trim(), out float value))
                {
                    values.Add(value);
                    continue;
                }

                result.AddError($"{name}: expected numbers with commas between them, got \"{result.Tokens[0].Value}\".");
                return [];
            }

            return [.. values];
        },
    };
}
