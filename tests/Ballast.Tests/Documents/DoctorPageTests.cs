using System.Globalization;

namespace Ballast.Tests.Documents;

/// <summary>The table of docs/doctor.md is that of the tests.</summary>
public class DoctorPageTests
{
    static string Page => File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs", "doctor.md"));

    [Fact]
    public void It_has_every_planted_fault()
    {
        string[] rows = [.. PlantedFaults.All.Values.Select(static fault => string.Create(CultureInfo.InvariantCulture,
            $"| {fault.Name} | `{fault.Check}` | {fault.Layer} | {(fault.Gain > 0 ? $"{100 * fault.Gain:0} points" : "")} |"))];
        Assert.Equal(rows, Page.Split('\n').Where(static line => line.StartsWith("| ", StringComparison.Ordinal)).SkipWhile(static line => line != "| planted | named | in layer | gain |").Skip(1).Take(rows.Length));
    }
}
