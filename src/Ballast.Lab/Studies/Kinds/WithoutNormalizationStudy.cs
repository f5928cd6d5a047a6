using System.Globalization;

namespace Ballast.Lab;

/// <summary>Can a network do without normalization, and does that depend on how many images there are?</summary>
static class WithoutNormalizationStudy
{
    static readonly int[] Usual = [1000, 5000, 50_000];

    public static Study Study { get; } = new(
        "without-normalization", "what stands in for normalization, on 1,000, 5,000 and 50,000 images",
        StudyParts.Tutorial with { Epochs = 2 }, Define);

    static StudyDefinition Define(StudyOptions options, StudyData data)
    {
        var settings = StudyParts.Fit(options.Apply(Study.Settings), data);
        var sites = NormalizationSites.Of(settings.Layers);
        int[] counts = [.. (options.Sizes ?? [.. Usual.Where(count => count < data.Train.Count), data.Train.Count])
            .Where(count => count <= data.Train.Count).Distinct().Order()];
        if (counts.Length == 0 || counts[0] < 2 * settings.BatchSize)
            throw new ArgumentException($"--sizes: expected numbers of images from {2 * settings.BatchSize}, "
                + $"two mini-batches, to {data.Train.Count}, got {string.Join(',', options.Sizes ?? [])}.");
        var tune = options.Tune ?? [];
        var arms = new List<StudyArm>();
        List<string> notes =
        [
            "Fewer images are gone through more often, up to ten times as often, so that they are trained for more nearly as many steps.",
            "The published claims are of networks that are trained until they fit their images. Where the training loss here is still high, there is "
                + "nothing for what regularizes to do, and dynamic tanh, whose slope begins at a half, learns more slowly: --tune gives each arm a "
                + "learning rate of its own, --epochs more time.",
            .. HasPlaces(sites) ? (string[])[] :
            [
                "Left out: filter response normalization. Where values have no places to average over, it divides each by its own size "
                    + "and leaves its sign.",
            ],
            .. StudyParts.TuneNotes(tune),
        ];
        foreach (int count in counts)
        {
            int epochs = settings.Epochs * (int)Math.Clamp(Math.Round(Math.Sqrt((double)data.Train.Count / count)), 1, 10);
            foreach (var (name, title, layers, scale) in Ways(sites))
            {
                var own = settings with
                {
                    Layers = layers,
                    Epochs = epochs,
                    LogEvery = Math.Max(1, Math.Min(settings.LogEvery, count / settings.BatchSize / 10)),
                };
                if (!StudyParts.CanTrain(own, data, out string reason))
                {
                    if (count == counts[0])
                        notes.Add($"Left out: the network {title}. {reason}");
                    continue;
                }

                var numbers = RateSearch.Numbers(tune,
                    new Dictionary<string, double> { ["remeasure"] = 1, ["images"] = count, ["initialScale"] = scale });
                arms.Add(new($"{name}-{count}", $"{title} on {count.ToString("#,0", CultureInfo.InvariantCulture)} images",
                    own, Group: name, Factor: count, Numbers: numbers));
            }
        }

        string few = counts[0].ToString(CultureInfo.InvariantCulture), all = counts[^1].ToString(CultureInfo.InvariantCulture);
        return new StudyDefinition
        {
            Study = Study.Name,
            Title = "Whether a network can do without normalization, and on how many images",
            Question = "Dynamic tanh and erf bound values without taking statistics; careful initial weights "
                + "keep the scale of signals; the others normalize differently. "
                + "Which of them does what batch normalization does, and does that depend on how many images there are to learn from?",
            Arms = arms,
            Seeds = options.SeedsOr(5),
            Measures = [StudyParts.Precise, StudyParts.TestLoss, StudyParts.TrainLoss],
            Answer = StudyAnswerKind.Factor,
            Comparisons =
            [
                .. from arm in arms
                   where arm.Group is not ("batch" or "none")
                   let count = arm.Factor!.Value.ToString(CultureInfo.InvariantCulture)
                   from other in (string[])["batch", "none"]
                   select new StudyComparison(arm.Name, $"{other}-{count}"),
            ],
            Plots =
            [
                new(PlotKind.Factor, "precise", "Test accuracy by the number of training images", "images", LogX: true),
                StudyParts.AccuracyForest with { Of = "precise" }, StudyParts.AccuracyDots with { Of = "precise" },
            ],
            Notes = notes,
            Published =
            [
                new("Zhu et al. 2025 (DyT)", "dynamic tanh does as well as layer normalization in transformers, or better."),
                new("arXiv 2604.23434", "dynamic tanh helps only where data are scarce."),
                new("Chen et al. 2025 (Derf)", "dynamic erf does better than dynamic tanh and than normalization."),
            ],
            Expectations =
            [
                new($"On {few} images dynamic tanh is better than none", "precise", $"dyt-{few}", $"none-{few}"),
                new($"On {all} images it is not: none is better", "precise", $"none-{all}", $"dyt-{all}"),
            ],
        };
    }

    static bool HasPlaces(NormalizationSites sites) => !sites.IsChain || sites.Without.Contains("conv", StringComparison.Ordinal);

    // Careful initial weights: those of He et al. 2015 for ReLU have a variance of 2 / inputs; the usual ones here, as PyTorch's, 1 / (3 inputs).
    static IEnumerable<(string Name, string Title, string Layers, double Scale)> Ways(NormalizationSites sites)
    {
        yield return ("batch", "with batch normalization", sites.Place("batchnorm"), 1);
        yield return ("none", "without normalization", sites.Without, 1);
        yield return ("dyt", "with dynamic tanh", sites.Place("dyt"), 1);
        yield return ("derf", "with dynamic erf", sites.Place("derf"), 1);
        yield return ("careful", "without normalization, with He's initial weights", sites.Without, Math.Sqrt(6));
        if (HasPlaces(sites))
            yield return ("frn", "with filter response normalization", sites.Place("filterresponsenorm:threshold=false"), 1);
        if (sites.IsChain && sites.Without.Contains("conv:", StringComparison.Ordinal))
            yield return ("wsconv", "with weight standardization", sites.Without.Replace("conv:", "wsconv:", StringComparison.Ordinal), 1);
    }
}
