using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ballast.Lab;

/// <summary>Everything that decides how a study ends: what is compared, how often, by which measures, and what was published
/// for the same question. It can be saved, shared and run again.</summary>
public sealed record StudyDefinition
{
    /// <summary>The version of the files that this Ballast writes and reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The version of the file that it was read from.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The study's name, one word: <c>placement</c>.</summary>
    public required string Study { get; init; }

    /// <summary>The report's heading.</summary>
    public required string Title { get; init; }

    /// <summary>What is asked, in a few sentences.</summary>
    public required string Question { get; init; }

    /// <summary>What is compared.</summary>
    public required IReadOnlyList<StudyArm> Arms { get; init; }

    /// <summary>The seeds; each arm is tried once with each.</summary>
    public required IReadOnlyList<long> Seeds { get; init; }

    /// <summary>How many folds a cross validation has; 0 where a study is none.</summary>
    public int Folds { get; init; }

    /// <summary>Whether each fold has the classes in the proportion of the whole.</summary>
    public bool Stratified { get; init; }

    /// <summary>The column of a table of pictures that names groups, which are in a fold whole; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Group { get; init; }

    /// <summary>What is measured; the first is the primary measure, which the answer is about.</summary>
    public required IReadOnlyList<StudyMeasure> Measures { get; init; }

    /// <summary>Which arms are tested against each other; the first is the one that the answer is about.</summary>
    public required IReadOnlyList<StudyComparison> Comparisons { get; init; }

    /// <summary>What the answer says; null for the first comparison.</summary>
    public StudyAnswerKind? Answer { get; init; }

    /// <summary>What is drawn.</summary>
    public IReadOnlyList<StudyPlot> Plots { get; init => field = value ?? []; } = []; // null where a file has none

    /// <summary>What others found.</summary>
    public IReadOnlyList<PublishedFinding> Published { get; init => field = value ?? []; } = []; // null where a file has none

    /// <summary>What of that can be held against these measurements.</summary>
    public IReadOnlyList<StudyExpectation> Expectations { get; init => field = value ?? []; } = []; // null where a file has none

    /// <summary>What a reader must know besides, a paragraph each: arms that cannot be built, settings that were scaled.</summary>
    public IReadOnlyList<string> Notes { get; init => field = value ?? []; } = []; // null where a file has none

    /// <summary>The primary measure.</summary>
    [JsonIgnore]
    public StudyMeasure Primary => Measures[0];

    /// <summary>All repetitions, in the order they are run in.</summary>
    [JsonIgnore]
    public IEnumerable<StudyRepeat> Repeats => Folds == 0
        ? Seeds.Select(static seed => new StudyRepeat(seed))
        : Seeds.SelectMany(seed => Enumerable.Range(1, Folds).Select(fold => new StudyRepeat(seed, fold)));

    /// <summary>The pairs of arms that are asked about by a measure, each once: the comparisons made by it, and what was published of
    /// it. How many they are is what every test by the measure is corrected for.</summary>
    public IReadOnlyList<StudyComparison> Family(StudyMeasure measure)
    {
        var pairs = new List<StudyComparison>();
        var wanted = Comparisons.Where(comparison => comparison.Measures?.Contains(measure.Name) ?? measure == Primary)
            .Concat(Expectations.Where(claim => claim.Measure == measure.Name)
                .Select(static claim => new StudyComparison(claim.Higher, claim.Lower)));
        foreach (var (a, b, _) in wanted)
        {
            if (!pairs.Exists(pair => (pair.A, pair.B) == (a, b) || (pair.A, pair.B) == (b, a)))
                pairs.Add(new StudyComparison(a, b));
        }

        return pairs;
    }

    /// <summary>An arm by its name.</summary>
    public StudyArm Arm(string name) => Arms.FirstOrDefault(arm => arm.Name == name)
        ?? throw new ArgumentException($"There is no arm \"{name}\" in the study. {Suggestion.Of(name, Arms.Select(static arm => arm.Name))}");

    /// <summary>A measure by its name.</summary>
    public StudyMeasure Measure(string name) => Measures.FirstOrDefault(measure => measure.Name == name)
        ?? throw new ArgumentException(
            $"There is no measure \"{name}\" in the study. {Suggestion.Of(name, Measures.Select(static measure => measure.Name))}");

    /// <summary>The definition as a JSON file has it.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, StudyJson.Default.StudyDefinition) + "\n";

    /// <summary>Writes it to a file.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(ToJson())));

    /// <summary>Reads a saved definition, or that of a study's folder.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, of another version, or contradicts itself.</exception>
    public static StudyDefinition Load(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file {path}. A definition is written by ballast study NAME --save FILE.");
        return VersionedJson.Read(
            path, "study", CurrentFormat, StudyJson.Default.StudyDefinition, static read => read.Check(),
            "Correct it, or write a definition anew by ballast study NAME --save FILE.");
    }

    /// <summary>Refuses a definition that contradicts itself.</summary>
    /// <exception cref="ArgumentException">The message says what.</exception>
    public void Check()
    {
        Refuse(Arms.Count == 0, "A study needs an arm at least.");
        Refuse(Measures.Count == 0, "A study needs a measure at least.");
        Refuse(Seeds.Count == 0, "A study needs a seed at least.");
        Refuse(Folds is 1 or < 0, $"A cross validation needs 2 folds or more, got {Folds}.");
        if (Seeds.GroupBy(static seed => seed).FirstOrDefault(static group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"The seed {twice.Key} is given twice. Each seed counts as one measurement: give different ones.");
        if (Arms.GroupBy(static arm => arm.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static group => group.Count() > 1) is { } name)
            throw new ArgumentException($"Two arms are called \"{name.Key}\".");
        foreach (var arm in Arms)
        {
            Refuse(arm.Name.Length == 0 || !arm.Name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.'),
                $"An arm's name is letters, digits, dots and hyphens, got \"{arm.Name}\".");
            arm.Settings.Check();
            Trials.Find(arm.Trial).Check(arm.Settings);
            // The images are opened once for all arms.
            Refuse(!SameScale(arm.Settings.Does.Scale, Arms[0].Settings.Does.Scale),
                $"The arms {Arms[0].Name} and {arm.Name} standardize their images differently. All arms of a study see the same images.");
        }

        foreach (var (a, b, measures) in Comparisons)
            (_, _, _) = (Arm(a), Arm(b), measures?.Select(Measure).ToList());
        foreach (var plot in Plots)
            _ = plot.Arms?.Select(Arm).ToList();
        foreach (var expectation in Expectations)
            (_, _, _) = (Arm(expectation.Higher), Arm(expectation.Lower), Measure(expectation.Measure));
        foreach (var measure in Measures)
            _ = measure.Reach is { } reach ? Arm(reach.Arm) : null;

        static bool SameScale(ChannelScale? one, ChannelScale? other) => one is null || other is null
            ? one == other : one.Mean.SequenceEqual(other.Mean) && one.Std.SequenceEqual(other.Std);

        static void Refuse(bool condition, string message)
        {
            if (condition)
                throw new ArgumentException(message);
        }
    }

    /// <summary>What tells this definition from others: the SHA-256 of its text. Each trial's file has it.</summary>
    public string Fingerprint() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToJson())))[..16];

    /// <summary>The seeds in words: <c>42, 7 and 0</c>.</summary>
    internal string SeedsInWords()
    {
        string[] words = [.. Seeds.Select(static seed => seed.ToString(CultureInfo.InvariantCulture))];
        return words.Length == 1 ? words[0] : $"{string.Join(", ", words[..^1])} and {words[^1]}";
    }
}

/// <summary>Two arms that are tested against each other: A less B, paired by repetition.</summary>
/// <param name="A">The one arm.</param>
/// <param name="B">The other, that it is held against.</param>
/// <param name="Measures">By which measures; null for the primary one.</param>
public sealed record StudyComparison(string A, string B, IReadOnlyList<string>? Measures = null);

/// <summary>Something that was published: one arm is above another.</summary>
/// <param name="Claim">It in a sentence.</param>
/// <param name="Measure">By which measure.</param>
/// <param name="Higher">The arm that is above.</param>
/// <param name="Lower">The arm that is below.</param>
public sealed record StudyExpectation(string Claim, string Measure, string Higher, string Lower);

/// <summary>What others found for the same question.</summary>
/// <param name="Source">Who: <c>Ioffe &amp; Szegedy 2015</c>.</param>
/// <param name="Text">What, in a sentence or two.</param>
public sealed record PublishedFinding(string Source, string Text);

/// <summary>A picture in the report.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Of">The measure, or the curves' name.</param>
/// <param name="Caption">What stands above it.</param>
/// <param name="Unit">What stands before a value of its horizontal axis: <c>mini-batch</c>.</param>
/// <param name="Text">How to read it; null for nothing.</param>
/// <param name="LogX">Whether the horizontal axis is logarithmic.</param>
/// <param name="Format">How its values are written.</param>
/// <param name="Arms">The arms it shows; null for all that have it.</param>
public sealed record StudyPlot(
    PlotKind Kind, string Of, string Caption, string Unit = "", string? Text = null, bool LogX = false,
    MeasureFormat Format = MeasureFormat.Percent, IReadOnlyList<string>? Arms = null);

/// <summary>What a study's answer says.</summary>
[JsonConverter(typeof(StudyAnswerKindJson))]
public enum StudyAnswerKind
{
    /// <summary>How the arms of the first comparison differ.</summary>
    Difference,

    /// <summary>Which arm is best, which are not told apart from it, and so on down.</summary>
    Ranking,

    /// <summary>At which values of the arms' factor which group is better.</summary>
    Factor,
}

/// <summary>The kinds of <see cref="StudyPlot"/>.</summary>
[JsonConverter(typeof(PlotKindJson))]
public enum PlotKind
{
    /// <summary>A measure, a row for each arm and a dot for each trial.</summary>
    Dots,

    /// <summary>A curve of the trials, the mean of each arm with a band of one standard deviation.</summary>
    Curves,

    /// <summary>Curves of the first repetition alone: all whose names begin as this one's, for each arm.</summary>
    Single,

    /// <summary>A measure over the arms' factor, a line for each group.</summary>
    Factor,

    /// <summary>The paired differences of a measure, a row for each comparison: mean and interval.</summary>
    Forest,
}
