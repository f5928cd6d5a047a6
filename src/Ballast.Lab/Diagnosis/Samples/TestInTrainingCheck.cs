using System.Globalization;

namespace Ballast.Lab;

/// <summary>Test samples that are training samples too: the test does not show what the network does with samples it has not seen.</summary>
sealed class TestInTrainingCheck : DoctorCheck
{
    const double Many = 0.1, Few = 0.001;

    // Among the 10,000 test pictures of CIFAR-10 are some (Barz and Denzler 2020), a twentieth of a percent.
    const double FewAlike = 0.002;
    const int FewestAlike = 2;

    public override string Name => "test-in-training";

    public override string Reference => "Barz and Denzler 2020 (arXiv 1902.00423); Kapoor and Narayanan 2023 (arXiv 2207.07048)";

    public override bool NeedsNorms => false;

    public override string? Missing(Examination examination) => examination.TrainingSamples is null ? NeedsLoader
        : examination.TestSamples is null ? "It needs the test data as a DataLoader." : null;

    public override IEnumerable<Finding> Find(Examination examination)
    {
        var (training, test, scan) = (examination.TrainingSamples!, examination.TestSamples!, examination.Duplicates!);
        int count = scan.Shared.Count, of = test.Indices.Count;
        double expected = Expected(training.Indices.Count, of, scan);
        if (Alike(training, test, scan) is { } alike)
            yield return alike;
        if (count == 0 || count <= expected)
            yield break;
        double share = (double)count / of;
        bool classes = training.HasClasses && test.HasClasses;
        string labels = !classes ? "" : scan.Agreeing == count ? ", with the same label"
            : string.Create(CultureInfo.InvariantCulture, $", {count - scan.Agreeing} with another label");
        string pairs = List([.. scan.Shared.Take(5).Select(static pair => $"{pair.Test} = {pair.Training}")], count);
        yield return Found(
            share < Few ? Severity.Note : share < Many ? Severity.Warning : Severity.Error,
            scan.IsTelling ? Confidence.Certain : Confidence.Likely, "",
            string.Create(CultureInfo.InvariantCulture, $"Of {of}{Part(test)} test samples {count} are among the ")
                + string.Create(CultureInfo.InvariantCulture, $"{training.Indices.Count}{Part(training)} ")
                + $"training samples, value for value{labels}: by indices (test = training) {pairs}. What is measured on them is memory.",
            "Leave them out of the test data, Duplicates.Without(test, training), and find out how they came into both: "
                + "split before samples are repeated or augmented.",
            ("duplicates", count), ("share_of_test_samples", share), ("with_the_same_label", classes ? scan.Agreeing : double.NaN),
            ("by_chance", scan.IsTelling ? 0 : expected),
            ("first_test_index", scan.Shared[0].Test), ("first_training_index", scan.Shared[0].Training));
    }

    // Pictures that were saved again, or in another size.
    Finding? Alike(ScannedSamples training, ScannedSamples test, DuplicateScan scan)
    {
        var (count, of) = (scan.Alike.Count, test.Indices.Count);
        double share = (double)count / of;
        if (count < FewestAlike || share < FewAlike)
            return null;
        string pairs = List([.. scan.Alike.Take(5).Select(static pair => $"{pair.Test} ~ {pair.Training}")], count);
        return Found(share < Many ? Severity.Warning : Severity.Error, Confidence.Likely, "",
            string.Create(CultureInfo.InvariantCulture, $"Of {of}{Part(test)} test pictures {count} look like one of the ")
                + string.Create(CultureInfo.InvariantCulture, $"{training.Indices.Count}{Part(training)} ")
                + $"training pictures without being equal to it: by indices (test ~ training) {pairs}. Copies saved again, with losses or in another "
                + "size, are no pictures that the network has not seen.",
            "Look at some of these pairs (Duplicates.Alike(test, training)). Where they are copies, keep one of each, and divide the pictures before "
                + "they are saved anew; where they are frames of one scene, hold out whole scenes: --group.",
            ("alike", count), ("share_of_test_samples", share), ("first_test_index", scan.Alike[0].Test),
            ("first_training_index", scan.Alike[0].Training));
    }

    // Where rows are equal by chance, a test sample is among the training samples about as often as a training sample is among
    // the others (Good 1953), here at its upper limit, and three standard errors more.
    static double Expected(int training, int test, DuplicateScan scan)
    {
        if (scan.IsTelling)
            return 0;
        double share = Math.Min(1, (scan.Repeated + 3 * Math.Sqrt(scan.Repeated) + 3) / training);
        return test * share + 3 * Math.Sqrt(test * share * (1 - share));
    }

    static string Part(ScannedSamples samples) => samples.Indices.Count == samples.Total ? ""
        : string.Create(CultureInfo.InvariantCulture, $" of the {samples.Total}");
}
