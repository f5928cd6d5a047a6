using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>Networks that give NaN: there is nothing to report of them but that.</summary>
static class BrokenNetwork
{
    /// <summary>Refuses the result of a test that is none.</summary>
    /// <param name="test">The result; null where there was no test.</param>
    /// <param name="run">The run's folder.</param>
    /// <exception cref="InvalidOperationException">The loss is NaN, or an output of the network.</exception>
    public static void Refuse(Evaluation? test, string run)
    {
        if (test is null || (test.NotNumbers == 0 && !double.IsNaN(test.Loss)))
            return;
        string what = test.NotNumbers > 0 ? $"{test.NotNumbers} of {test.Count} images" : "the loss";
        throw new InvalidOperationException($"The network gives NaN for {what}: it has no accuracy. {Remedy(run)}");
    }

    /// <summary>Refuses what a run kept of its test where that is none.</summary>
    /// <param name="curve">What it measured; null where it was not begun.</param>
    /// <param name="which">Which network it is, after a space; empty where there is one.</param>
    /// <param name="run">The run's folder.</param>
    /// <exception cref="InvalidOperationException">The loss on the test images is NaN.</exception>
    public static void Refuse(RunCurve? curve, string which, string run)
    {
        if (curve?.TestLoss is { } loss && double.IsNaN(loss))
            throw new InvalidOperationException($"The network{which} gives NaN for test images: it has no accuracy. {Remedy(run)}");
    }

    static string Remedy(string run) => $"Look for the cause with: {CommandText.Of("ballast", "doctor", run)}";
}
