namespace Ballast.Tests.Lab;

public class PlantedFaultTests
{
    public static TheoryData<string> Names => [.. PlantedFaults.All.Keys];

    [Fact]
    public void There_are_forty() => Assert.Equal(40, PlantedFaults.All.Count);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_fault_is_among_the_first_two_findings(string name)
    {
        var (check, layer, examine) = PlantedFaults.All[name];
        var findings = examine().Findings;
        string said = string.Join("; ", findings.Select(static finding => $"{finding.Severity} {finding.Layer} {finding.Check}: {finding.Message}"));
        Assert.True(findings.Take(2).Any(finding => finding.Check == check && (layer is null || finding.Layer == layer)), $"expected {check} {layer}, got {said}");
    }
}
