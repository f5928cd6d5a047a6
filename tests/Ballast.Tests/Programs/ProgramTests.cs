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
        double[] single = recorded.GetProperty("losses").Doubles(), exact = recorded.GetProperty("double_losses").Doubles();
        double[] two = recorded.Find("two_threads")?.Doubles() ?? single;
        using var scope = Generator.UseDefault(new Generator(recorded.GetProperty("seed").GetInt64()));
        double[] own = [.. ProgramList.All[name]().Take(Steps)];
        Assert.Equal(Steps, own.Length);

        // PyTorch on one thread, on two and in float64 are three correct runs. How far they are from each other so far is what rounding does
        // to this program.
        double itself = 0, apart = 0;
        int parts = Steps, split = Steps;
        for (int step = 0; step < Steps; step++)
        {
            double scale = Math.Max(1, Math.Abs(single[step]));
            itself = Math.Max(itself, Math.Max(Math.Abs(two[step] - single[step]), Math.Abs(exact[step] - single[step])) / scale);
            double difference = Math.Abs(own[step] - single[step]) / scale;
            if (step < 20)
            {
                apart = Math.Max(apart, difference);
                Assert.True(difference <= Math.Max(1e-4, 4 * itself),
                    $"{name}: loss {step} is {own[step]:R}, PyTorch's {single[step]:R}, in float64 {exact[step]:R}; "
                        + $"so far PyTorch differs from itself by {itself:G3}.");
            }

            if (difference > 1e-4)
                parts = Math.Min(parts, step);
            if (itself > 1e-4)
                split = Math.Min(split, step);
        }

        output.WriteLine($"{name}: {single[0]:F4} to {Last(own):F4} (PyTorch {Last(single):F4}, {Last(two):F4}, {Last(exact):F4}); "
            + $"the first 20 within {apart:G2}, within 1e-4 until {parts}, PyTorch itself until {split}");
        // How far it has come down is PyTorch's too: within a tenth, and what PyTorch's own runs differ by.
        double fallen = Math.Abs(single[0] - Last(single));
        double spread = Math.Max(Math.Abs(Last(two) - Last(single)), Math.Abs(Last(exact) - Last(single)));
        Assert.True(Math.Abs(Last(own) - Last(single)) <= 0.1 * fallen + 2 * spread,
            $"{name}: the last 20 losses are {Last(own):R} on average, PyTorch's {Last(single):R}, from {single[0]:R}.");
    }

    static double Last(double[] losses) => losses[^20..].Average();

    [Fact]
    public void Every_program_is_recorded() =>
        Assert.Equal(ProgramList.All.Keys.Order(), Cases.EnumerateArray().Select(static c => c.GetProperty("name").GetString()!).Order());
}
