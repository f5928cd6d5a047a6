using System.Text.Json;
using Xunit.Abstractions;

namespace Ballast.Tests.Programs;

/// <summary>Whole programs, written as a user would write them, beside the same ones in PyTorch: programs.json.</summary>
public class ProgramTests(ITestOutputHelper output)
{
    const int Steps = ProgramList.Steps;

    static readonly JsonElement Cases = Golden.Load("programs.json").GetProperty("cases");

    public static TheoryData<string> Names => [.. Cases.EnumerateArray().Select(static c => c.GetProperty("name").GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Losses_are_PyTorchs(string name)
    {
        var recorded = Cases.EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        double[] exact = recorded.GetProperty("losses").Doubles(), apart = recorded.GetProperty("apart").Doubles();
        using var scope = Generator.UseDefault(new Generator(recorded.GetProperty("seed").GetInt64()));
        double[] own = [.. ProgramList.All[name]().Take(Steps)];
        Assert.Equal(Steps, own.Length);

        // PyTorch in float32 on one thread, on two, and from weights moved by their last digit are correct runs. How far the farthest is from
        // float64 so far is what rounding does to this program.
        double itself = 0, worst = 0;
        int parts = Steps, split = Steps;
        for (int step = 0; step < Steps; step++)
        {
            double scale = Math.Max(1, Math.Abs(exact[step]));
            itself = Math.Max(itself, apart[step] / scale);
            double difference = Math.Abs(own[step] - exact[step]) / scale;
            if (step < 20)
            {
                worst = Math.Max(worst, difference);
                Assert.True(difference <= Math.Max(1e-4, 4 * itself),
                    $"{name}: loss {step} is {own[step]:R}, PyTorch's in float64 {exact[step]:R}; so far its float32 is within {itself:G3} of that.");
            }

            if (difference > 1e-4)
                parts = Math.Min(parts, step);
            if (itself > 1e-4)
                split = Math.Min(split, step);
        }

        double lastApart = recorded.GetProperty("last_apart").GetDouble();
        output.WriteLine($"{name}: {exact[0]:F4} to {Last(own):F4} (PyTorch {Last(exact):F4}, its float32 within {lastApart:F4}); "
            + $"the first 20 within {worst:G2}, within 1e-4 until {parts}, PyTorch itself until {split}");
        // How far it has come down is PyTorch's too: within a tenth, and what PyTorch's own runs differ by.
        double fallen = Math.Abs(exact[0] - Last(exact));
        Assert.True(Math.Abs(Last(own) - Last(exact)) <= 0.1 * fallen + 2 * lastApart,
            $"{name}: the last 20 losses are {Last(own):R} on average, PyTorch's {Last(exact):R}, from {exact[0]:R}.");
    }

    static double Last(double[] losses) => losses[^20..].Average();

    [Fact]
    public void Every_program_is_recorded() =>
        Assert.Equal(ProgramList.All.Keys.Order(), Cases.EnumerateArray().Select(static c => c.GetProperty("name").GetString()!).Order());
}
