namespace Ballast.Tests.Documents;

/// <summary>The examples of docs/training.md are parts of programs that are compiled and run.</summary>
public class TrainingPageTests
{
    static string[] Lines(string text) => [.. text.Split('\n').Select(static line => line.Trim())];

    [Fact]
    public void Its_examples_are_in_the_samples_or_in_the_strangers_tests()
    {
        string[] sources =
        [
            .. Directory.GetFiles(Path.Combine(ReadmeTests.Root, "samples"), "*.cs"),
            .. Directory.GetFiles(Path.Combine(ReadmeTests.Root, "tests", "Ballast.StrangerTests"), "*.cs"),
        ];
        string all = string.Join("\n\n", sources.Select(static file => string.Join('\n', Lines(File.ReadAllText(file)))));
        string page = File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs", "training.md"));
        int examples = 0;
        for (int start = page.IndexOf("```csharp\n", StringComparison.Ordinal); start >= 0; start = page.IndexOf("```csharp\n", start + 1, StringComparison.Ordinal))
        {
            string example = page[(start + 10)..page.IndexOf("\n```", start + 10, StringComparison.Ordinal)];
            Assert.True(all.Contains(string.Join('\n', Lines(example)), StringComparison.Ordinal), $"No program has this example:\n{example}");
            examples++;
        }

        Assert.True(examples >= 6);
    }
}
