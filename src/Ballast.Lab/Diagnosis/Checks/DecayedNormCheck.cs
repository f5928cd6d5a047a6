namespace Ballast.Lab;

/// <summary>Weight decay on gamma and beta, and on biases.</summary>
sealed class DecayedNormCheck : DoctorCheck
{
    public override string Name => "decayed-norm";

    public override string Reference => "pytorch/pytorch#1402; He et al. 2018 (arXiv 1812.01187), section 3.1";

    public override string? Missing(Examination examination) => examination.Options.Optimizer is null ? "It needs the optimizer." : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var optimizer = examination.Options.Optimizer!;
        var gammas = examination.Norms.Select(static entry => entry.Norm.Weight).OfType<Parameter>().ToHashSet();
        var betas = examination.Norms.Select(static entry => entry.Norm.Bias).OfType<Parameter>().ToHashSet();
        int decayedGammas = 0, decayedBetas = 0, decayedBiases = 0;
        float largest = 0, rate = 0;
        foreach (var group in optimizer.Groups)
        {
            float decay = (float)(group.WeightDecay ?? optimizer.WeightDecay);
            if (decay == 0)
                continue;
            int before = decayedGammas + decayedBetas;
            foreach (var parameter in group.Parameters.Where(static parameter => !parameter.Frozen))
            {
                if (gammas.Contains(parameter))
                    decayedGammas++;
                else if (betas.Contains(parameter))
                    decayedBetas++;
                else if (parameter.Shape.Rank == 1)
                    decayedBiases++;
            }

            if (decayedGammas + decayedBetas > before && decay > largest)
                (largest, rate) = (decay, (float)(group.LearningRate ?? optimizer.LearningRate));
        }

        if (decayedGammas + decayedBetas == 0)
            yield break;
        // Adam's decay goes through its moments: how much it pulls is not known beforehand.
        double? kept = optimizer is not Adam && examination.Plan?.Steps is { } steps ? Math.Exp(-(double)rate * largest * steps) : null;
        bool slight = kept > 0.99;
        yield return Found(slight ? Severity.Note : Severity.Warning, Confidence.Certain, "",
            $"Weight decay pulls gamma of {decayedGammas} and beta of {decayedBetas} batch normalizations towards 0"
            + (decayedBiases > 0 ? $", and {decayedBiases} biases or scales of other layers." : ".")
            + (slight ? " Over this training it is less than 1 %." : ""),
            "Put them into a ParameterGroup of their own with WeightDecay = 0: everything to be decayed has more than one axis.",
            ("weight_decay", largest), ("learning_rate", rate), ("gammas", decayedGammas), ("betas", decayedBetas), ("biases", decayedBiases),
            ("kept_over_the_training", kept ?? double.NaN));
    }
}
