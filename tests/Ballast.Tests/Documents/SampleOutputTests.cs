namespace Ballast.Tests.Documents;

/// <summary>The sample, run from outside on the real images: what it printed against PyTorch's lines.</summary>
public class SampleOutputTests
{
    const string Variable = "BALLAST_SAMPLE_OUTPUT";

    [EnvironmentFact(Variable)]
    public void It_prints_the_tutorials_fifty_lines()
    {
        string printed = File.ReadAllText(Environment.GetEnvironmentVariable(Variable)!);
        double[] losses = TutorialLines.Losses(printed);
        Assert.Equal(50, losses.Length);
        Assert.Equal(5, printed.Split("Starting epoch").Length - 1);
        TutorialLines.AreNearPyTorchs(losses, "trajectory-bn-42.json", TutorialLines.ToleranceWith);
    }
}
