using Ballast.Cli;

namespace Ballast.Tests.Cli;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("schöne Bilder/猫 1.png", "schöne Bilder/猫 1.png")]
    [InlineData("red\u001b[31m", @"red\u001B[31m")]
    [InlineData("a\nb", @"a\nb")]
    [InlineData("a\r\tb\u0007", @"a\u000D\u0009b\u0007")]
    [InlineData("\u009b2J", @"\u009B2J")]
    [InlineData("gnp.\u202exe", @"gnp.\u202Exe")]
    [InlineData("a\u2028b\u200b", @"a\u2028b\u200B")]
    [InlineData("\U0001F469\u200D\U0001F52C", "\U0001F469\u200D\U0001F52C")]
    public void What_could_steer_a_terminal_becomes_an_escape(string text, string shown)
    {
        Assert.Equal(shown, Printable.Name(text));
        Assert.Equal(shown.Replace("\\n", "\n", StringComparison.Ordinal), Printable.Text(text));
    }

    // Output escapes what it prints: nothing goes past it.
    [Fact]
    public void Only_Output_writes_to_the_console()
    {
        string source = Path.Combine(ReadmeTests.Root, "src", "Ballast.Cli");
        string[] past =
        [
            .. from file in Directory.GetFiles(source, "*.cs", SearchOption.AllDirectories)
               where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                   && Path.GetFileName(file) != "Output.cs"
               from word in (string[])["Console.Out", "Console.Error", "Console.Write"]
               where File.ReadAllText(file).Contains(word, StringComparison.Ordinal)
               select $"{Path.GetFileName(file)}: {word}",
        ];
        Assert.Empty(past);
    }
}
