using Ballast.Lab;

namespace Ballast.StrangerTests;

public sealed class OwnLaboratoryTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory().FullName;

    static OwnLaboratoryTests() => LayerKinds.Register(new LayerKind("scale", "scale:FACTOR", "each value times FACTOR", static settings =>
    {
        double factor = settings.LeadingNumber("factor", 1);
        return input => input.Rank == 1
            ? LayerPlan.Of(new Scale(factor), input) : throw new ArgumentException($"scale: expected one axis, got {input}.");
    }));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_layer_of_ones_own_has_its_place_in_a_text()
    {
        var network = LayerText.Parse("flatten scale:3 linear:2").Build([1, 2, 2]);
        Assert.Equal(3f, ((Scale)network.Layers[1]).Factor);
        Assert.Equal("scale", LayerKinds.All[^1].Name);
        Assert.StartsWith("scale: expected one axis, got [1, 2, 2].", Refused(() => LayerText.Parse("scale:3 flatten").Build([1, 2, 2])));
        Assert.StartsWith("There is no layer \"scal\". Did you mean scale?", Refused(() => LayerText.Parse("scal:3")));
        Assert.StartsWith("scale has no setting \"by\".", Refused(() => LayerText.Parse("scale:by=3")));

        static string Refused(Action action) => Assert.Throws<LayerTextException>(action).Message;
    }

    [Theory]
    [InlineData("Scale", "LayerKinds: \"Scale\" is the name of a layer already. Choose another one.")]
    [InlineData("linear", "LayerKinds: \"linear\" is the name of a layer already. Choose another one.")]
    [InlineData("resnet20", "LayerKinds: \"resnet20\" is the name of a network already. Choose another one.")]
    [InlineData("a b", "LayerKinds: expected a name of letters, digits and hyphens, got \"a b\".")]
    public void A_name_that_is_taken_or_cannot_be_written_is_refused(string name, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => LayerKinds.Register(new LayerKind(name, name, "", Unread))).Message);

    static LayerMaker Unread(LayerArguments settings) => throw new InvalidOperationException();

    [Fact]
    public void A_check_of_ones_own_is_made_with_the_doctors()
    {
        var network = new Sequential(new Flatten(), new Linear(4, 2), new Scale(0), new Linear(2, 2));
        var diagnosis = Doctor.Examine(network, new DoctorOptions { Checks = [new ZeroScaleCheck()] });
        var finding = Assert.Single(diagnosis.Findings, static found => found.Check == "zero-scale");
        Assert.Equal(("2", Severity.Error, 0), (finding.Layer, finding.Severity, finding.Evidence["factor"]));
        Assert.DoesNotContain(Doctor.Examine(network).Findings, static found => found.Check == "zero-scale");
        var twice = new DoctorOptions { Checks = [new ZeroScaleCheck(), new ZeroScaleCheck()] };
        Assert.Equal(
            "Doctor: there are two checks called \"zero-scale\". Findings go by the name: choose another one.",
            Assert.Throws<ArgumentException>(() => Doctor.Examine(network, twice)).Message);
    }

    [Fact]
    public void A_study_of_ones_own_compares_layers_and_data_of_ones_own()
    {
        var settings = RunSettings.Tutorial with { Model = null, Epochs = 1, BatchSize = 6, LogEvery = 1 };
        var definition = new StudyDefinition
        {
            Study = "scaling",
            Title = "Scaling",
            Question = "Does scaling help?",
            Arms =
            [
                new StudyArm("plain", "without scaling", settings with { Layers = "flatten linear:3" }),
                new StudyArm("scaled", "with scaling", settings with { Layers = "flatten scale:2 linear:3" }),
            ],
            Seeds = [1, 2],
            Measures = [new StudyMeasure("accuracy", "test accuracy", MeasureFormat.Percent, MeasureBetter.Higher)],
            Comparisons = [new StudyComparison("scaled", "plain")],
        };
        using var runner = StudyRunner.Begin(Path.Combine(folder, "study"), definition, StudyData.Of(new Corners(30), new Corners(9)));
        var result = runner.Run(jobs: 1);
        Assert.Equal(4, result.Trials.Count);
    }

    sealed class Scale(double factor) : Module
    {
        public float Factor => (float)factor;

        public override Tensor Forward(Tensor input) => input * Factor;
    }

    sealed class ZeroScaleCheck : DoctorCheck
    {
        public override string Name => "zero-scale";

        public override string Reference => "the documentation of Scale";

        public override bool NeedsNorms => false;

        public override IEnumerable<Finding> Find(Examination examination)
        {
            foreach (var (name, module) in examination.Model.NamedModules())
            {
                if (module is not Scale { Factor: 0 } scale)
                    continue;
                yield return Found(
                    Severity.Error, Confidence.Certain, name, "It lets nothing through.", "Leave it out.", ("factor", scale.Factor));
            }
        }
    }

    /// <summary>Images 2 x 2 with a bright pixel, whose place is the class.</summary>
    sealed class Corners(int count) : ByteDataset
    {
        readonly byte[] images = [255, 0, 0, 9, 0, 255, 0, 9, 0, 0, 255, 9];

        public override int Count => count;

        public override Shape SampleShape => [1, 2, 2];

        public override IReadOnlyList<string> ClassNames => ["left", "right", "below"];

        public override int Label(int index) => index % 3;

        public override ReadOnlySpan<byte> Bytes(int index)
        {
            CheckIndex(index);
            return images.AsSpan(4 * Label(index), 4);
        }
    }
}
