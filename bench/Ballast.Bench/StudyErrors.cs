using System.Globalization;
using Ballast.Lab;

namespace Ballast.Bench;

/// <summary>How often the tests of studies say "different" where there is no difference, and how often where there is one: over
/// repetitions, each on fresh trainings of a small network. <c>study-errors [REPETITIONS]</c> prints the tables of
/// docs/laboratory.md.</summary>
static class StudyErrors
{
    const int Seeds = 5, Features = 16, Classes = 4, Pilot = 200;

    static readonly RunSettings Settings = new("flatten linear:8 relu linear:4", Epochs: 3, BatchSize: 20, Optimizer: OptimizerKind.Sgd, LearningRate: 0.1f, LogEvery: 5);

    // Trained for longer, so that no arm is at chance: of one that is no conclusion is drawn.
    static readonly RunSettings Long = Settings with { Epochs = 12 };

    static long next;

    public static int Run(string[] arguments)
    {
        int repetitions = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 1000;
        using var alone = Compute.Alone();
        var data = StudyData.Of(new Blobs(400, 1), new Blobs(400, 2));
        Console.WriteLine($"| test, {repetitions} repetitions | seeds | says \"different\" |");
        Console.WriteLine("|---|---|---|");
        foreach (var (name, definition) in ((string, StudyDefinition)[])
            [("paired: two equal arms", Paired(Settings, Seeds)), ("corrected: four equal arms, any of six pairs", Corrected()), ("censored: mini-batches to an accuracy, two equal arms", Censored(Settings))])
        {
            int different = Enumerable.Range(0, repetitions).Count(_ => Result(definition, data).Comparisons().Any(static found => found.IsDifferent));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Seeds} | {100.0 * different / repetitions:0.0} % |"));
        }

        int powered = Math.Max(1, repetitions / 2);
        Console.WriteLine();
        Console.WriteLine($"| a known difference, {powered} repetitions | seeds needed, by {Pilot} pairs | promised | finds it |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (name, make) in ((string, Func<float, int, StudyDefinition>)[])
            [("paired", static (rate, seeds) => Define(["a", "b"], Long with { LearningRate = rate }, seeds, StudyAccuracy, Long)),
                ("corrected for six pairs", static (rate, seeds) => Define(["a", "b", "c", "d"], Long with { LearningRate = rate }, seeds, StudyAccuracy, Long)),
                ("censored", static (rate, seeds) => Define(["a", "b"], Long with { LearningRate = rate }, seeds, Steps, Long))])
        {
            foreach (int most in (int[])[6, 20])
            {
                // The smallest difference that so few seeds find: rates ever farther from the other arm's.
                float rate = Settings.LearningRate;
                int? needed;
                do
                {
                    rate *= 0.9f;
                    var pilot = make(rate, Pilot);
                    needed = Result(pilot, data).Compare("a", "b", pilot.Primary)?.Test.Needed;
                }
                while (needed is not { } enough || enough > most);
                var asked = make(rate, needed.Value);
                int found = Enumerable.Range(0, powered).Count(_ => Result(asked, data).Compare("a", "b", asked.Primary) is { IsDifferent: true });
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {name}, learning rate {rate:0.000} against {Settings.LearningRate:0.000} | {needed} | 80 % | {100.0 * found / powered:0.0} % |"));
            }
        }

        StudyNulls.Run(Math.Max(1, repetitions / 50));
        return 0;
    }

    static StudyDefinition Paired(RunSettings other, int seeds) => Define(["a", "b"], other, seeds, StudyAccuracy);

    static StudyDefinition Corrected() => Define(["a", "b", "c", "d"], Settings, Seeds, StudyAccuracy);

    static StudyDefinition Censored(RunSettings other, int seeds = Seeds) => Define(["a", "b"], other, seeds, Steps);

    static StudyMeasure Steps { get; } = new("steps", "mini-batches", MeasureFormat.Count, MeasureBetter.Lower, new MeasureReach("accuracy", "a"));

    static StudyMeasure StudyAccuracy { get; } = new("accuracy", "test accuracy", MeasureFormat.Percent, MeasureBetter.Higher);

    static StudyDefinition Define(string[] arms, RunSettings other, int seeds, StudyMeasure measure, RunSettings? first = null) => new()
    {
        Study = "errors",
        Title = "",
        Question = "",
        Arms = [.. arms.Select(name => new StudyArm(name, name, name == "a" ? first ?? Settings : other, Numbers: new Dictionary<string, double> { ["testEvery"] = 1 }))],
        Seeds = [.. Enumerable.Range(1, seeds).Select(static seed => (long)seed)],
        Measures = [measure],
        Comparisons = [.. arms.SelectMany((a, i) => arms.Skip(i + 1).Select(b => new StudyComparison(a, b)))],
    };

    // Equal arms differ in nothing but chance: every training has a seed of its own.
    internal static StudyResult Result(StudyDefinition definition, StudyData data)
    {
        var record = new StudyRecord(
            definition, Machine.Describe("", []), data.Train.Count, data.Test.Count, false, RunSamples.Of(data.Train), 1.0 / Classes);
        var trials = from arm in definition.Arms
                     from seed in definition.Seeds
                     let own = ++next
                     from repeat in definition.Repeats
                     where repeat.Seed == seed
                     select StudyRunner.RunTrial(definition, arm, repeat with { Seed = own }, data, static _ => { }) with { Seed = seed };
        return new StudyResult(record, [.. trials]);
    }

    /// <summary>Bytes around a mean for each class.</summary>
    sealed class Blobs : ByteDataset
    {
        readonly byte[] bytes;

        public Blobs(int count, int seed)
        {
            float[] noise = new float[count * Features];
            new Generator(seed).Normal(noise);
            bytes = new byte[noise.Length];
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)Math.Clamp(110 + 45 * noise[i] + (i % Features % Classes == i / Features % Classes ? 40 : 0), 0, 255);
            Count = count;
        }

        public override int Count { get; }

        public override Shape SampleShape => [Features];

        public override int Label(int index) => index % Classes;

        public override ReadOnlySpan<byte> Bytes(int index) => bytes.AsSpan(index * Features, Features);
    }
}
