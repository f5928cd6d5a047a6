using System.Runtime.CompilerServices;

namespace Ballast.Tests.Documents;

/// <summary>The README tells what is there.</summary>
public class ReadmeTests
{
    internal static readonly string Root = Path.GetFullPath(Path.Combine(Here(), "../../.."));
    static readonly string Readme = File.ReadAllText(Path.Combine(Root, "README.md"));

    [Fact]
    public void Its_program_is_the_sample_that_is_compiled_and_run()
    {
        string sample = File.ReadAllText(Path.Combine(Root, "samples", "BatchNormalization.cs"));
        string program = sample[sample.IndexOf("using Ballast;", StringComparison.Ordinal)..].Trim();
        Assert.Equal(program, Block("csharp"));
    }

    [Fact]
    public void The_packages_it_names_are_those_that_are_packed()
    {
        Assert.Contains("<PackageId>Ballast.Cli</PackageId>", File.ReadAllText(Path.Combine(Root, "src", "Ballast.Cli", "Ballast.Cli.csproj")), StringComparison.Ordinal);
        Assert.Contains("dotnet tool install --global Ballast.Cli --source artifacts", Readme, StringComparison.Ordinal);
        Assert.Contains("dotnet add package Ballast --source BALLAST/artifacts", Readme, StringComparison.Ordinal);
    }

    [Fact]
    public void The_size_it_names_is_the_assemblys()
    {
        var said = System.Text.RegularExpressions.Regex.Match(Readme, @"in one managed assembly of ([0-9.]+) MB");
        Assert.True(said.Success);
        double size = new FileInfo(typeof(Tensor).Assembly.Location).Length / 1e6;
        Assert.InRange(double.Parse(said.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), 0.9 * size, 1.1 * size);
    }

    // The first block of code of a language.
    static string Block(string language)
    {
        int start = Readme.IndexOf($"```{language}\n", StringComparison.Ordinal) + language.Length + 4;
        return Readme[start..Readme.IndexOf("\n```", start, StringComparison.Ordinal)].Trim();
    }

    [Fact]
    public void The_lines_it_shows_are_PyTorchs()
    {
        double[] losses = TutorialLines.Losses(Readme);
        Assert.True(losses.Length >= 2);
        TutorialLines.AreNearPyTorchs(losses, "trajectory-bn-42.json", TutorialLines.ToleranceWith);
    }

    [Fact]
    public void Both_commands_are_on_its_first_screen()
    {
        string screen = string.Join('\n', Readme.Split('\n').Take(45));
        Assert.Contains("dotnet run -c Release --project src/Ballast.Cli -- compare", screen, StringComparison.Ordinal);
        Assert.Contains("dotnet test tests/Ballast.Tests -c Release", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_check_of_the_doctor_has_a_section_and_every_section_a_check()
    {
        string page = File.ReadAllText(Path.Combine(Root, "docs", "doctor.md"));
        var sections = page.Split('\n').Where(static line => line.StartsWith("### ", StringComparison.Ordinal)).Select(static line => line[4..]);
        Assert.Equal(Ballast.Lab.Doctor.CheckNames.Order(), sections.Order());
    }

    [Fact]
    public void Every_file_that_a_document_links_to_is_there()
    {
        string[] documents = [Path.Combine(Root, "README.md"), .. Directory.GetFiles(Root, "CONTRIBUTING.md"), .. Directory.GetFiles(Path.Combine(Root, "docs"), "*.md")];
        foreach (string document in documents)
        {
            string text = File.ReadAllText(document);
            foreach (System.Text.RegularExpressions.Match link in System.Text.RegularExpressions.Regex.Matches(text, @"\]\(([^)#:]+)(#[^)]*)?\)"))
            {
                string target = Path.Combine(Path.GetDirectoryName(document)!, link.Groups[1].Value);
                Assert.True(Path.Exists(target), $"{Path.GetFileName(document)} links to {link.Groups[1].Value}, which is not there.");
            }
        }
    }

    static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
