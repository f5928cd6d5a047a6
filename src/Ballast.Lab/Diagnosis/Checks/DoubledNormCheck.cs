namespace Ballast.Lab;

/// <summary>A normalization right behind another.</summary>
sealed class DoubledNormCheck : DoctorCheck
{
    public override string Name => "norm-after-norm";

    public override string Reference => "Ioffe and Szegedy 2015, section 3";

    public override bool NeedsNorms => false;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        foreach (var chain in examination.Chains)
        {
            (string Name, Module Module)? before = null;
            foreach (var (name, module) in chain)
            {
                if (module is Identity or Flatten)
                    continue;
                if (before is var (first, norm) && DoctorChecks.IsNormalization(module) && module != norm)
                {
                    yield return Found(Severity.Warning, Confidence.Certain, name,
                        $"{name} {module} normalizes what {first} {norm} has normalized just before. It adds "
                            + "parameters and rounding, and nothing else.",
                        "Leave one of the two out.");
                }

                before = DoctorChecks.IsNormalization(module) ? (name, module) : null;
            }
        }
    }
}
