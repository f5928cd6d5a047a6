using System.Globalization;
using System.Text.RegularExpressions;

namespace Ballast.Tests.Documents;

/// <summary>The lines that the tutorial's program prints, held against those that PyTorch printed.</summary>
static partial class TutorialLines
{
    // What PyTorch differs by from itself between two thread counts or two BLAS kernels, rounded up: 0.0134 with batch
    // normalization over five epochs, 0.0039 without.
    public const double ToleranceWith = 0.02, ToleranceWithout = 0.006;

    /// <summary>Every loss in a text, in order.</summary>
    public static double[] Losses(string text) =>
    [
        .. Line().Matches(text).Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)),
    ];

    /// <summary>Compares losses with the first of PyTorch's 50.</summary>
    public static void AreNearPyTorchs(ReadOnlySpan<double> losses, string golden, double tolerance)
    {
        double[] expected = Golden.Load(golden).GetProperty("lines").Doubles();
        for (int i = 0; i < losses.Length; i++)
        {
            Assert.True(Math.Abs(losses[i] - expected[i]) <= tolerance,
                $"line {i + 1}: {losses[i]:F4}, PyTorch {expected[i]:F4}, which is further away than {tolerance}.");
        }
    }

    [GeneratedRegex(@"Loss after mini-batch +\d+: (\d+\.\d+)")]
    private static partial Regex Line();
}
