using Ballast.Lab;

namespace Ballast.Tests.Lab;

/// <summary>Short runs on the images that are kept with the tests.</summary>
static class SampleRun
{
    public static string Slice => Golden.PathOf("cifar10-slice.bin");

    public static RunSettings Settings { get; } =
        new("flatten linear:8 batchnorm relu linear:10", Epochs: 3, LogEvery: 7, Data: Slice, TestData: Slice);

    public static RunData Source { get; } = new(new DatasetOptions { Download = false });

    public static Provenance Provenance(Dataset data) => Machine.Describe("ballast train", RunData.Describe(data));

    /// <summary>Writes the images ten times over to a file: epochs that take long enough to be interrupted.</summary>
    public static string Repeat(TemporaryFolder folder)
    {
        string path = folder.File("records.bin");
        byte[] slice = File.ReadAllBytes(Slice);
        using var file = File.Create(path);
        for (int i = 0; i < 10; i++)
            file.Write(slice);
        return path;
    }

    public static RunFolder Folder(string path, RunSettings settings) =>
        RunFolder.Create(path, new RunRecord(RunKind.Train, settings, Provenance(Cifar10.FromRecords(Slice))));

    /// <summary>Trains in a new folder.</summary>
    public static RunOutcome Start(RunFolder folder, IRunListener? listener = null, CancellationToken cancellation = default) =>
        new TrainingRun(folder.Record.Settings, Cifar10.FromRecords(Slice))
            .Start(folder, Source, listener ?? new Listener(), cancellation);

    /// <summary>Continues a folder.</summary>
    public static RunOutcome Resume(RunFolder folder, IRunListener? listener = null) =>
        new TrainingRun(folder.Record.Settings, Cifar10.FromRecords(Slice))
            .Resume(folder, Source, listener ?? new Listener());

    public sealed class Listener : IRunListener
    {
        public List<int> Epochs { get; } = [];
        public List<Metric> Metrics { get; } = [];
        public Action<Metric>? OnLine { get; init; }

        public void OnEpoch(int epoch) => Epochs.Add(epoch);

        public void OnMetric(Metric metric)
        {
            Metrics.Add(metric);
            OnLine?.Invoke(metric);
        }

        public void OnProgress(TrainingProgress progress)
        {
        }

        public void OnTest()
        {
        }
    }
}
