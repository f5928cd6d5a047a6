using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>Small studies on the images that are kept with the tests.</summary>
static class SampleStudy
{
    public static StudyOptions Options { get; } = new()
    {
        Layers = "flatten linear:8 batchnorm relu linear:10",
        Data = SampleRun.Slice,
        TestData = SampleRun.Slice,
        Epochs = 2,
        BatchSize = 20,
        Seeds = [42, 7, 0],
    };

    public static StudyData Data { get; } = StudyData.Open(SampleRun.Source, Settings(Options));

    public static RunSettings Settings(StudyOptions options) => options.Apply(RunSettings.Tutorial);

    public static StudyDefinition Define(string study, StudyOptions? options = null) => Study.Find(study).Define(options ?? Options, Data);

    public static StudyRunner Begin(string path, StudyDefinition definition) => StudyRunner.Begin(path, definition, Data, "ballast study");

    /// <summary>A trial's numbers, without how long it took.</summary>
    public static string Numbers(TrialResult trial) => System.Text.Json.JsonSerializer.Serialize(trial with { Seconds = 0 });
}
