namespace Ballast.Lab;

/// <summary>One layer used in two places of a chain: a normalization then has the statistics of both, which fit neither.</summary>
sealed class SharedLayerCheck : DoctorCheck
{
    public override string Name => "shared-layer";

    public override string Reference => "PyTorch: a module that is registered twice is one module";

    public override bool NeedsNorms => false;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        foreach (var group in examination.Chains.SelectMany(static chain => chain).GroupBy(static link => link.Module))
        {
            string[] places = [.. group.Select(static link => link.Name).Distinct()];
            if (places.Length < 2 || !group.Key.Parameters().Any())
                continue;
            bool norm = group.Key is BatchNorm;
            yield return Found(norm ? Severity.Warning : Severity.Note, norm ? Confidence.Certain : Confidence.Possible, places[1],
                norm ? $"{group.Key} is one object in {places.Length} places, {List(places)}: its running statistics "
                    + "are an average of what comes there, and fit none of them."
                    : $"{group.Key} is one object in {places.Length} places, {List(places)}: they have one weight.",
                "Make an object for each place, unless they are meant to share.", ("places", places.Length));
        }
    }
}
