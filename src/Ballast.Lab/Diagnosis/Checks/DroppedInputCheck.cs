namespace Ballast.Lab;

/// <summary>Dropout before a batch normalization: the variance in training is larger than in evaluation.</summary>
sealed class DroppedInputCheck : DoctorCheck
{
    public override string Name => "dropout-before-norm";

    public override string Reference => "Li et al. 2018 (arXiv 1801.05134): 77.4 to 68.6 % on CIFAR-100";

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var met = new HashSet<BatchNorm>();
        foreach (var chain in examination.Chains)
        {
            (string Name, Dropout Layer)? dropout = null;
            foreach (var (name, module) in chain)
            {
                if (module is Dropout { P: > 0 } found)
                    dropout = (name, found);
                if (dropout is not { } before || First(name, module) is not var (layer, norm))
                    continue;
                if (norm.RunningMean is not null && met.Add(norm))
                    yield return Describe(examination, before.Name, before.Layer, layer, norm);
                dropout = null; // what comes behind is normalized with a batch's own statistics again
            }
        }
    }

    Finding Describe(Examination examination, string dropoutName, Dropout dropout, string name, BatchNorm norm)
    {
        double ratio = double.NaN;
        if (examination.IsTrained && examination.Measured is { } measured
            && measured.Training.Of(norm) is { } seen && measured.EvaluatedVariance(norm) is { } evaluated)
        {
            double sum = 0;
            for (int c = 0; c < norm.NumFeatures; c++)
                sum += Math.Log((seen.Variance(c) + norm.Eps) / (evaluated[c] + norm.Eps));
            ratio = Math.Exp(sum / norm.NumFeatures);
        }

        var (severity, confidence) = double.IsNaN(ratio) ? (Severity.Warning, Confidence.Likely)
            : ratio > 1.05 ? (Severity.Warning, Confidence.Certain) : (Severity.Note, Confidence.Certain);
        return Found(severity, confidence, name,
            $"{dropoutName} {dropout} comes before {norm}. Dropout makes the variance in training larger than "
                + "in evaluation, and the running variance is that of training.",
            "Put dropout behind the last batch normalization.",
            ("p", dropout.P), ("variance_in_training_over_evaluation", ratio));
    }

    // The module itself, or the first normalization inside it.
    static (string Name, BatchNorm Norm)? First(string name, Module module)
    {
        foreach (var (inner, part) in module.NamedModules(name))
        {
            if (part is BatchNorm norm)
                return (inner, norm);
        }

        return null;
    }
}
