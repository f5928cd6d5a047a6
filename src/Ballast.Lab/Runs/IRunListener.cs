namespace Ballast.Lab;

/// <summary>Is told how a run goes, on the training thread.</summary>
public interface IRunListener
{
    /// <summary>An epoch, counted from 1, begins or is taken up again.</summary>
    void OnEpoch(int epoch);

    /// <summary>A line of <c>metrics.jsonl</c> has been written.</summary>
    void OnMetric(Metric metric);

    /// <summary>After the first mini-batch, then about ten times a second.</summary>
    void OnProgress(TrainingProgress progress);

    /// <summary>A network begins to learn all samples, or goes on, one of several that are averaged.</summary>
    /// <param name="member">Which one, from 1.</param>
    /// <param name="epochs">For how many epochs.</param>
    void OnMember(int member, int epochs)
    {
    }

    /// <summary>Training is over; the test images are next.</summary>
    void OnTest();
}
