using System.Text.Json;

namespace Ballast.Tests.Documents;

/// <summary>The main job, run from outside on the real images: its lines against PyTorch's.</summary>
public class MainJobTests
{
    const string Variable = "BALLAST_COMPARE_RUN";

    [EnvironmentFact(Variable)]
    public void With_batch_normalization_its_lines_are_PyTorchs() =>
        Check("with", "trajectory-bn-42.json", TutorialLines.ToleranceWith);

    [EnvironmentFact(Variable)]
    public void Without_it_they_are_too() =>
        Check("without", "trajectory-nobn-42.json", TutorialLines.ToleranceWithout);

    static void Check(string run, string golden, double tolerance)
    {
        string folder = Path.Combine(Environment.GetEnvironmentVariable(Variable)!, run);
        double[] losses =
        [
            .. File.ReadLines(Path.Combine(folder, "metrics.jsonl"))
                .Select(line => JsonDocument.Parse(line).RootElement)
                .Where(line => line.GetProperty("type").GetString() == "train")
                .Select(line => line.GetProperty("loss").GetDouble()),
        ];
        Assert.True(losses.Length >= 10, $"{folder}: {losses.Length} lines, expected ten an epoch.");
        TutorialLines.AreNearPyTorchs(losses, golden, tolerance);
    }
}
