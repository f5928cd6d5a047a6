using System.Text.Json.Nodes;
using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>Every field of every JSON file that is read, made null, of another type, cut short or missing: what cannot be used is
/// refused as a file, by its name and with a remedy, and what is used gives no other exception.</summary>
public sealed class DamagedJsonTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static IEnumerable<JsonNode> Nodes(JsonNode? node) => node switch
    {
        JsonObject values => values.SelectMany(static entry => Nodes(entry.Value)).Prepend(values),
        JsonArray items => items.SelectMany(static item => Nodes(item)).Prepend(items),
        null => [],
        _ => [node],
    };

    // The text with each change, and what was changed.
    static IEnumerable<(string What, string Text)> Damages(string text)
    {
        foreach (var (index, path) in Nodes(JsonNode.Parse(text)).Select(static node => node.GetPath()).Index().Skip(1))
        {
            foreach (var (name, value) in new (string, Func<JsonNode?>)[]
            {
                ("null", static () => null), ("text", static () => JsonValue.Create("x")), ("number", static () => JsonValue.Create(-7)),
                ("large", static () => JsonValue.Create(1e30)), ("object", static () => new JsonObject()), ("list", static () => new JsonArray()),
                ("list of null", static () => new JsonArray((JsonNode?)null)), ("missing", static () => null), ("shorter", static () => null),
            })
            {
                var root = JsonNode.Parse(text)!;
                var node = Nodes(root).ElementAt(index);
                if (name == "shorter")
                {
                    if (node is not JsonArray { Count: > 1 } list)
                        continue;
                    list.RemoveAt(list.Count - 1);
                }
                else if (name == "missing" && node.Parent is JsonObject owner)
                    owner.Remove(node.GetPropertyName());
                else if (name == "missing")
                    node.Parent!.AsArray().RemoveAt(node.GetElementIndex());
                else
                    node.ReplaceWith(value());
                yield return ($"{path} {name}", root.ToJsonString());
            }
        }

        for (int length = 0; length < text.TrimEnd().Length; length += 41)
            yield return ($"cut at {length}", text[..length]);
    }

    static void AssertRefusedOrUsed(string file, Action use, Func<string, IEnumerable<(string What, string Text)>>? damages = null)
    {
        string text = File.ReadAllText(file);
        int refused = 0;
        foreach (var (what, changed) in (damages ?? Damages)(text))
        {
            File.WriteAllText(file, changed);
            try
            {
                use();
            }
            catch (InvalidDataException error)
            {
                refused++;
                Assert.True(error.Message.Contains(Path.GetFileName(file), StringComparison.Ordinal), $"{what}: {error.Message}");
                Assert.True(error.Message.TrimEnd()[^1] == '.', $"{what}: {error.Message}");
            }
#pragma warning disable CA1031 // Whatever else comes is what the test looks for.
            catch (Exception error)
#pragma warning restore CA1031
            {
                Assert.Fail($"{Path.GetFileName(file)}, {what}: {error}");
            }
        }

        Assert.True(refused > 20, $"{refused} refused");
        File.WriteAllText(file, text);
        use();
    }

    static readonly RunSettings Everything = SampleRun.Settings with
    {
        Methods = new RunMethods(ClassWeights: [1, 2, 1, 1, 1, 1, 1, 1, 1, 1], Scale: new ChannelScale([0.1f, 0.2f, 0.3f], [1, 2, 3])) { Special = new RecipeMethods(LookaheadEvery: 5) },
    };

    [Fact]
    public void A_runs_record()
    {
        using (var run = RunFolder.Create(folder.File("run"), new RunRecord(
            RunKind.Train, Everything, SampleRun.Provenance(Cifar10.FromRecords(SampleRun.Slice)), Samples: new RunSamples([3, 32, 32], ["a", "b"]))))
        {
        }

        AssertRefusedOrUsed(Path.Combine(folder.File("run"), "run.json"), () =>
        {
            var run = RunFolder.Open(folder.File("run"));
            RunHistory.IsFinished(run);
            ComparisonReports.Read(run, 200);
            run.Record.TrainedOn.Name(3);
        });
    }

    [Fact]
    public void A_runs_metrics()
    {
        using var run = SampleRun.Folder(folder.File("run"), SampleRun.Settings with { Epochs = 1 });
        SampleRun.Start(run);
        AssertRefusedOrUsed(
            run.MetricsPath,
            () =>
            {
                RunHistory.Read(run);
                RunHistory.IsFinished(run);
            },
            static text => text.TrimEnd().Split('\n').SelectMany((line, i) => Damages(line).Select(damage => (
                $"line {i}: {damage.What}", string.Join('\n', text.TrimEnd().Split('\n').Select((other, j) => j == i ? damage.Text : other)) + "\n"))));
    }

    [Fact]
    public void A_studys_record_definition_and_trials()
    {
        var definition = SampleStudy.Define("placement", SampleStudy.Options with { Seeds = [42], Epochs = 1 });
        using (var runner = SampleStudy.Begin(folder.File("study"), definition))
            runner.Run(2);
        string record = Path.Combine(folder.File("study"), "study.json"), saved = folder.File("definition.json");
        definition.Save(saved);
        AssertRefusedOrUsed(saved, () => StudyDefinition.Load(saved));
        AssertRefusedOrUsed(record, () => StudyFolder.Open(folder.File("study")).Dispose());
        using var study = StudyFolder.Open(folder.File("study"));
        AssertRefusedOrUsed(Directory.EnumerateFiles(Path.Combine(folder.File("study"), "trials")).Order().First(), () =>
        {
            var result = new StudyResult(study.Record, study.Read());
            StudySummary.Of(result).ToJson();
            StudyPage.Render(result);
        });
    }
}
