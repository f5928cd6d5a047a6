namespace Ballast.Lab;

/// <summary>Chooses the learning rate of a trial from a small grid, so that arms are compared each at its best: with each rate the
/// network is trained on four fifths of the training images and tested on the fifth that was held back. The test images have no part
/// in it.</summary>
static class RateSearch
{
    const string Prefix = "tune";

    /// <summary>The numbers of an arm whose rate is chosen among so many times its own.</summary>
    public static Dictionary<string, double> Numbers(IReadOnlyList<double>? factors, IReadOnlyDictionary<string, double>? others = null)
    {
        var numbers = others is null ? [] : new Dictionary<string, double>(others);
        for (int i = 0; i < (factors?.Count ?? 0); i++)
            numbers[$"{Prefix}{i + 1}"] = factors![i];
        return numbers;
    }

    /// <summary>The factors of an arm; none where its rate is given.</summary>
    public static IReadOnlyList<double> Factors(StudyArm arm) => arm.Numbers is null ? []
        : [.. arm.Numbers.Where(static entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal))
            .OrderBy(static entry => entry.Key.Length).ThenBy(static entry => entry.Key, StringComparer.Ordinal).Select(static entry => entry.Value)];

    /// <summary>The trial with the rate that did best, or as it is where there is nothing to choose.</summary>
    /// <param name="context">The trial.</param>
    /// <param name="train">Trains and tests a part of it.</param>
    public static TrialContext Choose(TrialContext context, Func<TrialContext, TrialResult> train)
    {
        var factors = Factors(context.Arm);
        if (factors.Count == 0)
            return context;
        var images = StudyData.Split(context.Train);
        double best = double.NegativeInfinity, part = 0.8 / (0.8 * factors.Count + 1);
        float rate = context.Settings.LearningRate;
        for (int i = 0; i < factors.Count; i++)
        {
            var settings = context.Settings with { LearningRate = StudyParts.Times(context.Settings.LearningRate, factors[i]) };
            using var generator = Generator.UseDefault(new Generator(context.Repeat.Seed));
            var result = train(context.Part(settings, images, i * part, (i + 1) * part));
            double accuracy = result.Values.GetValueOrDefault("accuracy", -1);
            if (accuracy > best)
                (best, rate) = (accuracy, settings.LearningRate);
        }

        return context.At(rate, factors.Count * part);
    }
}
