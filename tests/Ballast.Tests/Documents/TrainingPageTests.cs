namespace Ballast.Tests.Documents;

/// <summary>The examples of some pages are parts of programs that are compiled and run.</summary>
public class TrainingPageTests
{
    static string[] Lines(string text) => [.. text.Split('\n').Select(static line => line.Trim())];

    [Theory]
    [InlineData("training.md", 6, "samples", "tests/Ballast.StrangerTests")]
    [InlineData("sequences.md", 8, "samples", "tests/Ballast.Tests/Documents")]
    public void Their_examples_are_in_programs_that_run(string name, int least, params string[] folders)
    {
        var sources = folders.SelectMany(static folder => Directory.GetFiles(Path.Combine(ReadmeTests.Root, folder), "*.cs"));
        string all = string.Join("\n\n", sources.Select(static file => string.Join('\n', Lines(File.ReadAllText(file)))));
        string page = File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs", name));
        int examples = 0;
        for (int start = page.IndexOf("```csharp\n", StringComparison.Ordinal); start >= 0; start = page.IndexOf("```csharp\n", start + 1, StringComparison.Ordinal))
        {
            string example = page[(start + 10)..page.IndexOf("\n```", start + 10, StringComparison.Ordinal)];
            Assert.True(all.Contains(string.Join('\n', Lines(example)), StringComparison.Ordinal), $"No program has this example:\n{example}");
            examples++;
        }

        Assert.True(examples >= least, $"docs/{name} has {examples} examples");
    }
}
