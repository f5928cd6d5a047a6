namespace Ballast.Lab;

/// <summary>Padding that is counted as data: many rows of a batch are the same.</summary>
sealed class PaddingCheck : DoctorCheck
{
    const double Share = 0.1;

    public override string Name => "padding";

    public override string Reference => "pytorch/pytorch#70529";

    public override string? Missing(Examination examination) => examination.Seen is { IsEmpty: false } ? null : NeedsBatches;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        foreach (var norm in examination.Seen!.Norms.Where(static norm => norm.Rows > 0))
        {
            double equal = (double)norm.EqualRows / norm.Rows, zero = (double)norm.ZeroRows / norm.Rows;
            // Where everything is equal nothing arrives at all: that is another check's.
            if (Math.Max(equal, zero) < Share || equal > 0.98)
                continue;
            bool zeros = zero >= Share;
            yield return Found(Severity.Warning, zeros ? Confidence.Likely : Confidence.Possible, norm.Name,
                zeros
                    ? $"{Percent(zero)} of the rows that {norm.Norm} is given are zeros. If they are padding, "
                        + "they pull its mean to 0, and results change with the padded length."
                    : $"{Percent(equal)} of the rows that {norm.Norm} is given are equal to one another. If they "
                        + "are padding, they are counted as data, and results change with the padded length.",
                "Leave padded positions out of the statistics, or normalize before padding.",
                ("share_of_zero_rows", zero), ("share_of_equal_rows", equal), ("rows", norm.Rows));
            yield break; // what comes behind follows from it
        }
    }

    static string Percent(double share) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{100 * share:0} %");
}
