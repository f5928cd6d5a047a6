namespace Ballast.Lab;

/// <summary>Which normalization serves this network best?</summary>
static class NormalizersStudy
{
    const int VirtualBatch = 32;
    const int SmallestGroup = 8;

    public static Study Study { get; } = new(
        "normalizers", "batch, ghost, renormalized, layer, group, instance and root-mean-square normalization, and none",
        StudyParts.Tutorial, Define);

    static StudyDefinition Define(StudyOptions options, StudyData data)
    {
        var settings = StudyParts.Fit(options.Apply(Study.Settings), data);
        var sites = NormalizationSites.Of(settings.Layers);
        int ghosts = options.VirtualBatch ?? Math.Max(2, Math.Min(VirtualBatch, settings.BatchSize / 2));
        (string Name, string Title, string Layers)[] wanted =
        [
            ("batch", "with batch normalization", sites.Place("batchnorm")),
            ("none", "without normalization", sites.Without),
            ("layer", "with layer normalization", sites.Place("layernorm")),
            ("group", "with group normalization", GroupText(sites, settings, data)),
            ("rms", "with root-mean-square normalization", sites.Place("rmsnorm")),
            ("instance", "with instance normalization", sites.Place("instancenorm:affine=true")),
            ("ghost", $"with ghost batch normalization over {ghosts} images", sites.Place($"ghostbatchnorm:{ghosts}")),
            ("renorm", "with batch renormalization", sites.Place(RenormText(settings, data))),
        ];
        var arms = new List<StudyArm>();
        var tune = options.Tune ?? [];
        var numbers = RateSearch.Numbers(tune, new Dictionary<string, double> { ["remeasure"] = 1 });
        List<string> notes =
        [
            "The published order of group and layer normalization is of convolutional networks, whose groups average over many places. Where a layer "
                + "has values without places, a group has few values, and its statistics are noisier than those of the whole layer.",
            .. StudyParts.TuneNotes(tune),
        ];
        foreach (var (name, title, layers) in wanted)
        {
            var own = settings with { Layers = layers };
            if (!StudyParts.CanTrain(own, data, out string reason) && StudyParts.CanTrain(own with { DropLast = true }, data, out _))
            {
                own = own with { DropLast = true };
                notes.Add($"{MeasureText.Capital(title)} the last, smaller mini-batch of an epoch is left out: {reason}");
            }
            else if (reason.Length > 0)
            {
                notes.Add($"Left out: the network {title}. {reason}");
                continue;
            }

            arms.Add(new StudyArm(name, title, own, Numbers: numbers));
        }

        if (arms.Exists(static arm => arm.Name == "renorm"))
        {
            notes.Add("Batch renormalization is batch normalization for the first twenty-sixth of the training; "
                + "then its limits grow, r to 3 after four thirteenths and "
                + "d to 5 after five twenty-sixths. These are the shares of Ioffe 2017, whose 5,000, 40,000 and 25,000 steps are of about 130,000.");
        }

        if (arms.Count == 0 || arms[0].Name != "batch")
            throw new ArgumentException($"The network cannot be trained with batch normalization. {notes[0]}");
        return new StudyDefinition
        {
            Study = Study.Name,
            Title = "Which normalization serves this network best",
            Question = "Batch normalization takes its statistics over the mini-batch; the others take them over the values of one image, or "
                + "over parts of the mini-batch. Which serves this network on these images? All begin from the "
                    + "same random weights. Running statistics lag behind the weights; so that none is "
                + "judged by that, they are measured again at the end, over all training images, and the accuracy "
                    + "with the lagging ones stands beside.",
            Arms = arms,
            Seeds = options.SeedsOr(6),
            Measures = [StudyParts.Precise, StudyParts.Accuracy, StudyParts.TestLoss, StudyParts.TrainLoss],
            Answer = StudyAnswerKind.Ranking,
            Comparisons = StudyParts.AllPairs(arms),
            Plots = [
                StudyParts.AccuracyForest with
                {
                    Of = "precise",
                    Caption = "Paired differences of the test accuracy with statistics measured again, percentage points",
                },
                StudyParts.AccuracyDots with { Of = "precise", Caption = "Test accuracy with statistics measured again, percent" },
                StudyParts.AccuracyDots with { Caption = "Test accuracy with the running statistics of the training, percent" },
                StudyParts.AccuracyCurve, StudyParts.LossCurve],
            Notes = notes,
            Published =
            [
                new("Wu & He 2018 (Group Norm), ResNet-50 on ImageNet, 32 images a worker, validation error",
                    "batch normalization 23.6 %, group 24.1 %, layer 25.3 %, instance 28.4 %."),
                new("Hoffer et al. 2017", "ghost batch normalization: statistics over small parts of a large mini-batch help to generalize."),
            ],
            Expectations =
            [
                .. Claims(arms, "Batch normalization is better than none", "batch", "none"),
                .. Claims(arms, "Batch normalization is better than group normalization at usual batch sizes", "batch", "group"),
                .. Claims(arms, "Group normalization is better than layer normalization", "group", "layer"),
                .. Claims(arms, "Layer normalization is better than instance normalization", "layer", "instance"),
            ],
        };
    }

    /// <summary>The network with group normalization: at each site the largest number of groups, up to 32, that leaves eight channels
    /// or more in each.</summary>
    public static string GroupText(NormalizationSites sites, RunSettings settings, StudyData data)
    {
        int[] channels = Channels(sites, settings, data);
        return sites.Place(site => $"groupnorm:{Groups(site < channels.Length ? channels[site] : 1)}");
    }

    // Over this training as over the paper's; by the layer's own steps a short training would end before they begin.
    static string RenormText(RunSettings settings, StudyData data)
    {
        long steps = (long)Math.Max(1, data.Train.Count / settings.BatchSize) * settings.Epochs;
        return $"batchrenorm:start={steps / 26},rsteps={4 * steps / 13},dsteps={5 * steps / 26}";
    }

    static int Groups(int channels)
    {
        for (int groups = Math.Min(32, channels / SmallestGroup); groups > 1; groups--)
        {
            if (channels % groups == 0)
                return groups;
        }

        return 1;
    }

    // A group normalization of one group fits every number of channels, and says how many there are.
    static int[] Channels(NormalizationSites sites, RunSettings settings, StudyData data)
    {
        using var generator = Generator.UseDefault(new Generator(0));
        var network = RunNetwork.Build(settings with { Layers = sites.Place("groupnorm:1") }, RunSamples.Of(data.Train));
        return [.. network.NamedModules().Select(static entry => entry.Module).OfType<GroupNorm>()
            .Select(static norm => norm.NamedParameters().First().Parameter.Length)];
    }

    static IEnumerable<StudyExpectation> Claims(List<StudyArm> arms, string claim, string higher, string lower) =>
        arms.Exists(arm => arm.Name == higher) && arms.Exists(arm => arm.Name == lower)
            ? [new StudyExpectation(claim, "precise", higher, lower)] : [];
}
