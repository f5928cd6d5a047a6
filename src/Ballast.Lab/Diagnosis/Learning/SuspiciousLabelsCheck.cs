namespace Ballast.Lab;

/// <summary>Labels that have nothing to do with the samples, or samples that a good network takes for another class with certainty.</summary>
sealed class SuspiciousLabelsCheck : DoctorCheck
{
    const int FewestSamples = 300;
    const double Good = 0.7, Many = 0.05;

    public override string Name => "suspicious-labels";

    public override string Reference => "Zhang et al. 2017 (arXiv 1611.03530); Northcutt et al. 2021 (arXiv 1911.00068)";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => examination.Measured is not { Batches: > 0 } ? NeedsBatches : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var (measured, data) = (examination.Measured!, examination.Data!);
        if (data.Classes.Count > 1 && Unproven(examination) && data.NearestAgree() is { Samples: >= FewestSamples } nearest)
        {
            double expected = data.Coincidence;
            if (nearest.Share < expected + 2 * Math.Sqrt(expected * (1 - expected) / nearest.Samples))
            {
                yield return Found(Severity.Warning, Confidence.Possible, "",
                    "The labels seem to have nothing to do with the samples: the sample that is nearest to another "
                        + "is of its class no more often than by chance, and no network is seen to tell them apart.",
                    "Look at some samples with their labels. Were both shuffled, by different orders? Were the "
                        + "files sorted differently from the list of labels?",
                    ("nearest_of_the_same_class", nearest.Share), ("by_chance", expected), ("samples", nearest.Samples));
                yield break;
            }
        }

        if (examination.IsTrained && measured.EvaluationAccuracy > Good && measured.SurelyWrong > Many)
        {
            yield return Found(Severity.Warning, Confidence.Possible, "",
                "The network is good and yet sure of another class than the label of many training samples: more "
                    + "than nine tenths against less than a hundredth. Labels may be wrong.",
                "Look at the training samples whose label the network gives the least probability (ballast predict shows probabilities).",
                ("share_of_samples", measured.SurelyWrong), ("accuracy", measured.EvaluationAccuracy), ("samples", measured.Samples));
        }
    }

    // Whether nothing shows that labels can be told from samples. What was memorized shows nothing.
    static bool Unproven(Examination examination)
    {
        var (measured, data) = (examination.Measured!, examination.Data!);
        return examination.TestAccuracy is var (accuracy, samples) ? accuracy <= ArmCondition.ChanceLimit(data.Chance, samples)
            : !examination.IsTrained
                || Math.Max(measured.TrainingAccuracy, measured.EvaluationAccuracy) <= ArmCondition.ChanceLimit(data.Chance, measured.Samples);
    }
}
