using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>Prints a run's metrics as they are written, one JSON object a line.</summary>
sealed class JsonLines : IRunListener
{
    public void OnEpoch(int epoch)
    {
    }

    public void OnMetric(Metric metric) => Output.WriteData(metric.ToJson());

    public void OnProgress(TrainingProgress progress) => FirstStep.Mark();

    public void OnTest()
    {
    }
}
