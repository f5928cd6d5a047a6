using Ballast.Lab;

namespace Ballast.Tests.Lab;

public sealed class FindingsTests
{
    static readonly System.Text.Json.JsonElement Recorded = Golden.Load("findings.json");

    static ClassFindings Classes { get; } = new(
        ["a", "b", "c"], Recorded.GetProperty("labels").Ints(), Recorded.GetProperty("probabilities").Floats());

    [Fact]
    public void Classes_are_counted_as_scikit_learn_counts_them()
    {
        int[] confusion = Recorded.GetProperty("confusion").Ints();
        var curves = Recorded.GetProperty("curves").EnumerateArray().ToArray();
        for (int c = 0; c < 3; c++)
        {
            for (int taken = 0; taken < 3; taken++)
                Assert.Equal(confusion[c * 3 + taken], Classes.Confused(c, taken));
            Assert.Equal(Recorded.GetProperty("support").Ints()[c], Classes.Support(c));
            Assert.Equal(Recorded.GetProperty("precision").Doubles()[c], Classes.Precision(c)!.Value, 1e-12);
            Assert.Equal(Recorded.GetProperty("recall").Doubles()[c], Classes.Recall(c)!.Value, 1e-12);
            Assert.Equal(Recorded.GetProperty("f1").Doubles()[c], Classes.F1(c)!.Value, 1e-12);
            Assert.Equal(curves[c].GetProperty("area").GetDouble(), Classes.Area(c)!.Value, 1e-12);
            Assert.Equal(curves[c].GetProperty("false").Doubles(), Classes.Roc(c).Select(static point => point.False), new Within());
            Assert.Equal(curves[c].GetProperty("true").Doubles(), Classes.Roc(c).Select(static point => point.True), new Within());
        }
    }

    [Fact]
    public void Numbers_are_measured_as_scikit_learn_measures_them()
    {
        var found = new NumberFindings("y", Recorded.GetProperty("truth").Doubles(), Recorded.GetProperty("said").Doubles());
        Assert.Equal(Recorded.GetProperty("r2").GetDouble(), found.R2!.Value, 1e-12);
        Assert.Equal(Recorded.GetProperty("mae").GetDouble(), found.MeanAbsoluteError, 1e-12);
        Assert.Equal(Recorded.GetProperty("rmse").GetDouble(), found.RootMeanSquaredError, 1e-12);
    }

    // Sure by 0.95, 0.85, 0.85, 0.65: in tenths (1 of 1 right), (1 of 2), (0 of 1).
    [Fact]
    public void Calibration_is_by_tenths_and_the_error_their_mean_by_number()
    {
        var found = new ClassFindings(["no", "yes"], [1, 1, 0, 0], [0.05f, 0.95f, 0.15f, 0.85f, 0.15f, 0.85f, 0.35f, 0.65f]);
        Assert.Equal([1, 2, 1], found.Calibration().Select(static bin => bin.Count).Reverse());
        Assert.Equal((0.65 + 2 * 0.35 + 0.05) / 4, found.CalibrationError(), 1e-6);
        Assert.Equal([2, 3], found.Wrong());
    }

    [Fact]
    public void A_class_without_samples_has_no_recall_and_no_curve_and_what_does_not_fit_is_refused()
    {
        var found = new ClassFindings(["a", "b"], [0, 0], [0.9f, 0.1f, 0.8f, 0.2f]);
        Assert.Equal((null, null, null, 1.0), (found.Recall(1), found.Area(1), found.Precision(1), found.Recall(0)!.Value));
        Assert.Empty(found.Roc(0));
        Assert.Contains("expected labels from 0 to 1", Assert.Throws<ArgumentException>(() => new ClassFindings(["a", "b"], [2], [0, 1])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new NumberFindings("y", [1], []));
    }

    [Fact]
    public void A_page_chooses_its_sections_by_what_was_found()
    {
        string Text(RunFindings findings, int classes) => RunPage.Render(RunPageTests.Report with { Findings = findings, Classes = classes, Target = "y", Samples = "rows" });
        string named = Text(new RunFindings { Classes = Classes, Mistakes = [new Mistake("picture 3", "<a>", "b", 0.98, [1, 2])] }, 3);
        Assert.Contains("What it takes for what", named, StringComparison.Ordinal);
        Assert.Contains("Calibration", named, StringComparison.Ordinal);
        Assert.Contains("data:image/png;base64,AQI=", named, StringComparison.Ordinal);
        Assert.Contains("&lt;a&gt;", named, StringComparison.Ordinal);
        Assert.DoesNotContain("Predictions against the truth", named, StringComparison.Ordinal);
        string numbers = Text(new RunFindings
        {
            Numbers = new NumberFindings("y", [1, 2, 3], [1, 2, 4]),
            Importance = [new ColumnImportance("size", 0.5, 0.01)],
        }, 0);
        Assert.Contains("Predictions against the truth", numbers, StringComparison.Ordinal);
        Assert.Contains("<span class=\"name\">size</span>", numbers, StringComparison.Ordinal);
        Assert.DoesNotContain("Calibration", numbers, StringComparison.Ordinal);
    }

    sealed class Within : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) < 1e-12;

        public int GetHashCode(double value) => 0;
    }
}
