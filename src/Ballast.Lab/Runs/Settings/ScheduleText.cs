using System.Globalization;

namespace Ballast.Lab;

/// <summary>Learning-rate schedules as a person writes them: <c>cosine</c>, <c>step:10,gamma=0.5</c>. Steps and milestones are
/// epochs, counted from the end of the warm-up; the others stretch over the rest of the run.</summary>
public static class ScheduleText
{
    /// <summary>How each is written.</summary>
    public static IReadOnlyList<string> Usage { get; } =
    [
        "constant", "step:EPOCHS[,gamma=0.1]", "multistep:EPOCH,EPOCH,...[,gamma=0.1]", "exponential:GAMMA", "cosine[:minimum=0][,per=epoch]",
        "linear[:end=0][,per=epoch]", "onecycle[:rise=0.3,div=25,finaldiv=10000,base=0.85,max=0.95,curve=cosine|linear,momentum=on|off]",
        "triangle[:rise=0.2,start=0.05,end=0]",
    ];

    static readonly string[] Names = [.. Usage.Select(static usage => usage.Split(':', '[')[0])];

    /// <summary>Whether a schedule stretches over the whole run, so that a longer run is another run from its beginning.</summary>
    public static bool StretchesOver(string? text) =>
        text is not null && text.Split(':')[0].Trim().ToLowerInvariant() is "cosine" or "linear" or "onecycle" or "triangle";

    /// <summary>Makes a schedule; null for none.</summary>
    /// <param name="text">The schedule; null for a constant rate.</param>
    /// <param name="warmUp">In how many steps the rate climbs first.</param>
    /// <param name="steps">How many steps the run has.</param>
    /// <param name="stepsPerEpoch">How many steps an epoch has.</param>
    /// <exception cref="ArgumentException">A mistake in the text.</exception>
    public static LearningRateSchedule? Make(string? text, int warmUp, long steps, int stepsPerEpoch)
    {
        var schedule = text is null ? null : Parse(text, Math.Max(1, steps - warmUp), stepsPerEpoch);
        return warmUp > 0 ? new WarmUpSchedule(warmUp, schedule) : schedule;
    }

    static LearningRateSchedule? Parse(string text, long steps, int stepsPerEpoch)
    {
        string[] parts = text.Split(':', 2);
        string name = parts[0].Trim().ToLowerInvariant();
        if (!Names.Contains(name))
            throw new ArgumentException($"There is no schedule \"{parts[0]}\". {Suggestion.Of(name, Names)}");
        var arguments = new Arguments(text, name, parts.Length > 1 ? parts[1] : "");
        long epochs = Math.Max(1, steps / stepsPerEpoch);
        bool perEpoch = arguments.Word("per", "step", ["step", "epoch"], name is "cosine" or "linear" or "triangle") == "epoch";
        long length = perEpoch ? epochs : steps;
        LearningRateSchedule? schedule = name switch
        {
            "constant" => null,
            "step" => new StepSchedule(arguments.Whole(), arguments.Number("gamma", 0.1)).PerEpoch(stepsPerEpoch),
            "multistep" => new MultiStepSchedule(arguments.Wholes(), arguments.Number("gamma", 0.1)).PerEpoch(stepsPerEpoch),
            "exponential" => new ExponentialSchedule(arguments.Positional()).PerEpoch(stepsPerEpoch),
            "cosine" => new CosineSchedule(length, arguments.Number("minimum", 0)),
            "linear" => new LinearSchedule(length, 1, arguments.Number("end", 0)),
            "triangle" => Triangle(arguments, length),
            _ => new OneCycleSchedule(
                steps, arguments.Number("rise", 0.3),
                arguments.Word("curve", "cosine", ["cosine", "linear"]) == "cosine" ? Annealing.Cosine : Annealing.StraightLine,
                arguments.Word("momentum", "on", ["on", "off"]) == "on", arguments.Number("base", 0.85), arguments.Number("max", 0.95),
                arguments.Number("div", 25), arguments.Number("finaldiv", 1e4)),
        };
        arguments.RefuseRest();
        return perEpoch ? schedule!.PerEpoch(stepsPerEpoch) : schedule;
    }

    static PiecewiseLinearSchedule Triangle(Arguments arguments, long length)
    {
        double rise = arguments.Number("rise", 0.2), start = arguments.Number("start", 0.05), end = arguments.Number("end", 0);
        long peak = (long)Math.Round(rise * length);
        if (!(rise is > 0 and < 1) || peak == 0 || peak == length)
            throw new ArgumentException($"triangle: a rise of {rise.ToString(CultureInfo.InvariantCulture)} of "
                + $"{length} steps leaves none on one side. Choose one between 0 and 1.");
        return new PiecewiseLinearSchedule((0, start), (peak, 1), (length, end));
    }

    // What stands behind the colon: numbers first, then name=value.
    sealed class Arguments
    {
        readonly string text, name;
        readonly List<string> positional = [];
        readonly Dictionary<string, string> named = [];

        public Arguments(string text, string name, string rest)
        {
            this.text = text;
            this.name = name;
            foreach (string part in rest.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                int equals = part.IndexOf('=', StringComparison.Ordinal);
                if (equals < 0 && named.Count > 0)
                    throw new ArgumentException($"\"{text}\": \"{part}\" stands after a setting with a name. Write decimals with a point. {Help}");
                if (equals < 0)
                    positional.Add(part);
                else if (!named.TryAdd(part[..equals].ToLowerInvariant(), part[(equals + 1)..]))
                    throw new ArgumentException($"\"{text}\": {part[..equals]} is given twice.");
            }
        }

        string Help => $"Expected {Usage.First(usage => usage.Split(':', '[')[0] == name)}.";

        public double Number(string key, double otherwise) =>
            named.Remove(key, out string? value) ? Read(value) : otherwise;

        public string Word(string key, string otherwise, string[] words, bool known = true)
        {
            if (!known || !named.Remove(key, out string? value))
                return otherwise;
            return words.Contains(value) ? value
                : throw new ArgumentException($"\"{text}\": {key} is {string.Join(" or ", words)}, not \"{value}\". {Help}");
        }

        public double Positional()
        {
            double[] all = [.. positional.Select(Read)];
            positional.Clear();
            return all.Length == 1 ? all[0] : throw new ArgumentException(
                $"\"{text}\": one number is missing or too many are there. {Help}{(all.Length == 2 ? " Decimals have a point." : "")}");
        }

        public long Whole()
        {
            long[] all = Wholes();
            return all.Length == 1 ? all[0] : throw new ArgumentException($"\"{text}\": one number is missing or too many are there. {Help}");
        }

        public long[] Wholes()
        {
            long[] all = [.. positional.Select(value => NumberText.TryRead(value, out long number) ? number
                : throw new ArgumentException($"\"{text}\": \"{value}\" is no whole number. {Help}"))];
            positional.Clear();
            return all;
        }

        public void RefuseRest()
        {
            if (positional.Concat(named.Keys).FirstOrDefault() is { } rest)
                throw new ArgumentException($"\"{text}\": {name} takes no \"{rest}\". {Help}");
        }

        double Read(string value) => NumberText.TryRead(value, out double number)
            ? number : throw new ArgumentException($"\"{text}\": \"{value}\" is no number. {Help}");
    }
}
