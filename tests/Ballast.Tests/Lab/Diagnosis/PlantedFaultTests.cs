using Ballast.Lab;

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
        var fault = PlantedFaults.All[name];
        var findings = fault.Make(false).Examine().Findings;
        Assert.True(findings.Take(2).Any(finding => finding.Check == fault.Check && (fault.Layer is null || finding.Layer == fault.Layer)),
            $"expected {fault.Check} {fault.Layer}, got {Said(findings)}");
    }

    // The remedy is what the finding says: the situation is made again in that way.
    [Theory]
    [MemberData(nameof(Names))]
    public void After_its_remedy_the_finding_is_gone_and_the_network_is_better_or_as_good(string name)
    {
        var fault = PlantedFaults.All[name];
        var mended = fault.Make(true);
        var findings = mended.Examine().Findings;
        Assert.False(findings.Any(finding => finding.Check == fault.Check), Said(findings));
        double before = fault.Make(false).Accuracy(), after = mended.Accuracy();
        Assert.True(after >= (fault.Gain > 0 ? before + fault.Gain : before - 0.02), $"accuracy {before:0.000} before and {after:0.000} after, expected {fault.Gain} more");
    }

    static string Said(IEnumerable<Finding> findings) =>
        string.Join("; ", findings.Select(static finding => $"{finding.Severity} {finding.Layer} {finding.Check}: {finding.Message}"));
}
