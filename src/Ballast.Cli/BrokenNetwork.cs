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
        throw new InvalidOperationException(
            $"The network gives NaN for {(test.NotNumbers > 0 ? $"{test.NotNumbers} of {test.Count} images" : "the loss")}: it has no accuracy. "
            + $"Look for the cause with: {CommandText.Of(["ballast", "doctor", run])}");
    }
}
