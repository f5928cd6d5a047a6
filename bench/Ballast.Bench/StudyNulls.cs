using System.Globalization;
using Ballast.Lab;

namespace Ballast.Bench;

/// <summary>Each study from its definition to its page, with arms that are all alike: how often it says "different".</summary>
static class StudyNulls
{
    const int Images = 240, Side = 8, Classes = 4;

    /// <summary>Prints the table, of all studies or of those that are named.</summary>
    public static void Run(int repetitions, string[] names)
    {
        var data = StudyData.Of(new Squares(Images, 1), new Squares(Images, 2));
        Console.WriteLine();
        Console.WriteLine($"| study, all arms alike, {repetitions} times | comparisons each | times with a \"different\" | an answer |");
        Console.WriteLine("|---|---|---|---|");
        int wrong = 0, all = 0;
        foreach (var study in Study.All.Where(study => names.Contains(study.Name)))
        {
            var definition = Alike(study.Define(Options(study.Name), data));
            int comparisons = 0;
            string answer = "";
            int different = StudyErrors.Repeat(repetitions, definition, data, result =>
            {
                var found = result.Comparisons();
                if (StudyPage.Render(result).Length == 0)
                    throw new InvalidOperationException("an empty page");
                lock (definition)
                    (comparisons, answer) = (found.Count, StudySummary.Of(result).Answer);
                return found.Any(static comparison => comparison.IsDifferent);
            });

            (wrong, all) = (wrong + different, all + repetitions);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {study.Name} | {comparisons} | {different} | {answer.Replace('\n', ' ')} |"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| all | | {wrong} of {all}, {100.0 * wrong / all:0.0} % | |"));
    }

    static StudyOptions Options(string study) => new()
    {
        Layers = study == "shift" ? "flatten linear:8 sigmoid linear:8 sigmoid linear:4" : "flatten linear:8 batchnorm relu linear:4",
        Epochs = study == "finetune" ? 5 : 1, // so that the new classes are learned, and something can be concluded
        BatchSize = 20,
        LearningRate = study is "landscape" or "shift" ? 0.05f : study == "finetune" ? 0.01f : 0.003f,
        Seeds = StudyOptions.FirstSeeds(study == "kfold" ? 1 : 5),
        Sizes = study switch { "batch-size" => [10, 20], "without-normalization" => [60, Images], _ => null },
    };

    // Arms of one kind of trial become copies of the first of them; what they are called, and what they are a point of, stays.
    static StudyDefinition Alike(StudyDefinition definition) => definition with
    {
        Arms =
        [
            .. definition.Arms.Select(arm => definition.Arms.First(other => other.Trial == arm.Trial) is var first
                ? arm with { Settings = first.Settings, Numbers = first.Numbers } : arm),
        ],
    };

    /// <summary>Pictures [1, 8, 8] of noise, of class k the quarter k brighter.</summary>
    sealed class Squares : ByteDataset
    {
        readonly byte[] bytes;

        public Squares(int count, int seed)
        {
            float[] noise = new float[count * Side * Side];
            new Generator(seed).Normal(noise);
            bytes = new byte[noise.Length];
            for (int i = 0; i < bytes.Length; i++)
            {
                int pixel = i % (Side * Side), quarter = pixel / Side / (Side / 2) * 2 + pixel % Side / (Side / 2);
                bytes[i] = (byte)Math.Clamp(110 + 50 * noise[i] + (quarter == i / (Side * Side) % Classes ? 25 : 0), 0, 255);
            }

            Count = count;
        }

        public override int Count { get; }

        public override IReadOnlyList<string> ClassNames { get; } = ["upper left", "upper right", "lower left", "lower right"];

        public override Shape SampleShape => [1, Side, Side];

        public override int Label(int index) => index % Classes;

        public override ReadOnlySpan<byte> Bytes(int index) => bytes.AsSpan(index * Side * Side, Side * Side);
    }
}
