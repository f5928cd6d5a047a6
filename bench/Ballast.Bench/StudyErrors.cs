using System.Globalization;
using Ballast.Lab;

namespace Ballast.Bench;

/// <summary>How often the tests of studies say "different" where there is no difference, and how often where there is one: over
/// repetitions, each on fresh trainings of a small network. <c>study-errors [REPETITIONS] [PARTS]</c> prints the tables of
/// docs/laboratory.md.</summary>
static class StudyErrors
{
    const int Seeds = 5, FewSeeds = 6, MostSeeds = 20, Features = 16, Classes = 4, Pilot = 200, LongPilot = 1000;

    static readonly RunSettings Settings = new("flatten linear:8 relu linear:4", Epochs: 3, BatchSize: 20, Optimizer: OptimizerKind.Sgd, LearningRate: 0.1f, LogEvery: 5);

    // Trained farther, so that no arm is at chance: of one that is no conclusion is drawn.
    static readonly RunSettings Far = Settings with { Epochs = 4, LearningRate = 0.3f, LogEvery = 4 };

    static long next;

    /// <summary>Prints the tables, or those of them that are named: <c>null</c>, <c>power</c>, <c>studies</c>, and of
    /// the first two the tests that are named: <c>paired</c>, <c>corrected</c>, <c>censored</c>, of the last the studies.</summary>
    public static int Run(string[] arguments)
    {
        int repetitions = arguments.Length > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 1000;
        string[] parts = Named("null", "power", "studies"), tests = Named("paired", "corrected", "censored");
        // Classes farther apart let arms that learn less still learn.
        StudyData data = Data(40), apart = Data(60);
        if (parts.Contains("null"))
            Nulls(repetitions, data, tests);
        if (parts.Contains("power"))
            Powers(Math.Max(1, repetitions / 2), apart, tests);
        if (parts.Contains("studies"))
            StudyNulls.Run(Math.Max(1, repetitions / 50), Named([.. Study.All.Select(static study => study.Name)]));
        return 0;

        static StudyData Data(int distance) => StudyData.Of(new Blobs(400, 1, distance), new Blobs(400, 2, distance));

        string[] Named(params string[] all) => all.Intersect(arguments).ToArray() is { Length: > 0 } some ? some : all;
    }

    static void Nulls(int repetitions, StudyData data, string[] tests)
    {
        Console.WriteLine($"| test, {repetitions} repetitions | seeds | says \"different\" |");
        Console.WriteLine("|---|---|---|");
        foreach (var (name, arms, measure) in Tests(tests))
        {
            var definition = Define(arms, Settings, Seeds, measure);
            int different = Repeat(repetitions, definition, data, static result => result.Comparisons().Any(static found => found.IsDifferent));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Seeds} | {100.0 * different / repetitions:0.0} % |"));
        }
    }

    static void Powers(int repetitions, StudyData data, string[] tests)
    {
        Console.WriteLine();
        Console.WriteLine($"| a known difference, {repetitions} repetitions | means of {LongPilot} pairs | seeds needed | promised | finds it |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var (name, arms, measure) in Tests(tests))
        {
            foreach (int most in (int[])[FewSeeds, MostSeeds])
            {
                // A difference that about so many seeds find: rates ever farther from the other arm's. The first short pilot that says so is
                // chosen for saying so; how many seeds are needed is what a long one says.
                float rate = Far.LearningRate;
                do
                    rate = rate > 1e-4f ? 0.9f * rate : throw new InvalidOperationException($"{name}: no rate is found by {most} seeds");
                while (!(Pairs(Pilot).Needed <= most));
                var pilot = Pairs(LongPilot);
                int needed = pilot.Needed ?? throw new InvalidOperationException("the long pilot finds no difference");
                string means = $"{MeasureText.Value(measure.Format, pilot.A)} and {MeasureText.Value(measure.Format, pilot.B)}"
                    + (measure.Reach is null ? "" : string.Create(CultureInfo.InvariantCulture, $" ({100 * pilot.Never:0} % never)"));
                int found = Repeat(repetitions, Make(needed), data, result => Found(result)?.IsDifferent == true, ["a", "b"]);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"| {name}, learning rates {Far.LearningRate:0.000} and {rate:0.000} | {means} | {needed} | 80 % | {100.0 * found / repetitions:0.0} % |"));

                StudyDefinition Make(int seeds) => Define(arms, Far with { LearningRate = rate }, seeds, measure, Far);

                // The level that a censored measure counts to is the least that the first arm's trainings end with, so it falls with their
                // number: its pairs come from studies of as many seeds as are looked for.
                (int? Needed, double A, double B, double Never) Pairs(int count)
                {
                    int each = measure.Reach is null ? count : most;
                    List<double> differences = [], one = [], other = [];
                    int family = 1, never = 0;
                    double step = 0;
                    foreach (var part in Apart(count / each, Make(each), data, ["a", "b"]))
                    {
                        var (a, b) = (part.Definition.Arm("a"), part.Definition.Arm("b"));
                        differences.AddRange(part.Differences("a", "b", measure));
                        one.Add(part.Summary(a, measure).Mean);
                        other.Add(part.Summary(b, measure).Mean);
                        never += part.Of(b).Count(trial => part.Value(trial, measure) is null);
                        (family, step) = (Math.Max(1, part.Definition.Family(measure).Count), Math.Max(step, part.Step(measure)));
                    }

                    return (PairedTest.Of(differences, family: family, step: step)?.Needed, one.Average(), other.Average(), (double)never / differences.Count);
                }

                MeasuredComparison? Found(StudyResult result) => result.Compare("a", "b", measure);
            }
        }
    }

    static IEnumerable<(string Name, string[] Arms, StudyMeasure Measure)> Tests(string[] names) =>
        ((string Name, string[] Arms, StudyMeasure Measure)[])
        [
            ("paired: two arms", ["a", "b"], StudyAccuracy), ("corrected: four arms, six pairs", ["a", "b", "c", "d"], StudyAccuracy),
            ("censored: mini-batches to an accuracy, two arms", ["a", "b"], Steps),
        ] is var all ? all.Where(test => names.Any(test.Name.StartsWith)) : [];

    // Several studies alike, of seeds of their own.
    static StudyResult[] Apart(int studies, StudyDefinition definition, StudyData data, string[] arms) =>
        [.. Enumerable.Range(0, studies).Select(_ => Of(definition, data, arms))];

    // A study's trials on all processors: each seed is a study of its own first.
    static StudyResult Of(StudyDefinition definition, StudyData data, string[] arms)
    {
        long first = next;
        next += definition.Seeds.Count * arms.Length;
        var parts = new StudyResult[definition.Seeds.Count];
        Parallel.For(0, parts.Length, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            using var alone = Compute.Alone();
            parts[i] = Result(definition with { Seeds = [definition.Seeds[i]] }, data, first + (long)i * arms.Length, arms);
        });
        return new StudyResult(parts[0].Record with { Definition = definition }, [.. parts.SelectMany(static part => part.Trials)]);
    }

    // How many of so many repetitions show something, each with seeds of its own, on all processors.
    internal static int Repeat(int repetitions, StudyDefinition definition, StudyData data, Func<StudyResult, bool> shows, string[]? arms = null)
    {
        long first = next;
        next += (long)repetitions * definition.Arms.Count * definition.Repeats.Count();
        int count = 0;
        Parallel.For(0, repetitions, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            using var alone = Compute.Alone();
            if (shows(Result(definition, data, first + (long)i * definition.Arms.Count * definition.Repeats.Count(), arms)))
                Interlocked.Increment(ref count);
        });
        return count;
    }

    static StudyMeasure Steps { get; } = new("steps", "mini-batches", MeasureFormat.Count, MeasureBetter.Lower, new MeasureReach("accuracy", "a"));

    static StudyMeasure StudyAccuracy { get; } = new("accuracy", "test accuracy", MeasureFormat.Percent, MeasureBetter.Higher);

    static StudyDefinition Define(string[] arms, RunSettings other, int seeds, StudyMeasure measure, RunSettings? first = null) => new()
    {
        Study = "errors",
        Title = "",
        Question = "",
        Arms = [.. arms.Select(name => new StudyArm(name, name, name == "a" ? first ?? Settings : other,
            Numbers: measure.Reach is null ? null : new Dictionary<string, double> { ["testEvery"] = 1 }))],
        Seeds = [.. Enumerable.Range(1, seeds).Select(static seed => (long)seed)],
        Measures = [measure],
        Comparisons = [.. arms.SelectMany((a, i) => arms.Skip(i + 1).Select(b => new StudyComparison(a, b)))],
    };

    /// <summary>Runs a study's trials, of all arms or of some. Equal arms differ in nothing but chance: every training has a seed of its
    /// own, from <paramref name="seed"/> + 1 on.</summary>
    internal static StudyResult Result(StudyDefinition definition, StudyData data, long seed, string[]? arms = null)
    {
        var record = new StudyRecord(
            definition, Machine, data.Train.Count, data.Test.Count, false, RunSamples.Of(data.Train), 1.0 / Classes);
        var trials = from arm in definition.Arms
                     where arms is null || arms.Contains(arm.Name)
                     from repeated in definition.Seeds
                     let own = ++seed
                     from repeat in definition.Repeats
                     where repeat.Seed == repeated
                     select StudyRunner.RunTrial(definition, arm, repeat with { Seed = own }, data, static _ => { }) with { Seed = repeated };
        return new StudyResult(record, [.. trials]);
    }

    static Provenance Machine { get; } = Lab.Machine.Describe("", []);

    /// <summary>Bytes around a mean for each class.</summary>
    sealed class Blobs : ByteDataset
    {
        readonly byte[] bytes;

        public Blobs(int count, int seed, int distance)
        {
            float[] noise = new float[count * Features];
            new Generator(seed).Normal(noise);
            bytes = new byte[noise.Length];
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)Math.Clamp(110 + 45 * noise[i] + (i % Features % Classes == i / Features % Classes ? distance : 0), 0, 255);
            Count = count;
        }

        public override int Count { get; }

        public override Shape SampleShape => [Features];

        public override int Label(int index) => index % Classes;

        public override ReadOnlySpan<byte> Bytes(int index) => bytes.AsSpan(index * Features, Features);
    }
}
