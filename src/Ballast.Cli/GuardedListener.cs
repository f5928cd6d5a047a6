using Ballast.Lab;

namespace Ballast.Cli;

/// <summary>A listener whose output may fail: the first failure stops the training, which writes its checkpoint first.</summary>
/// <param name="listener">The listener.</param>
/// <param name="interruption">What stops the training.</param>
sealed class GuardedListener(IRunListener listener, Interruption interruption) : IRunListener
{
    public void OnEpoch(int epoch) => interruption.Guard(() => listener.OnEpoch(epoch));

    public void OnMetric(Metric metric) => interruption.Guard(() => listener.OnMetric(metric));

    public void OnProgress(TrainingProgress progress) => interruption.Guard(() => listener.OnProgress(progress));

    public void OnMember(int member, int epochs) => interruption.Guard(() => listener.OnMember(member, epochs));

    public void OnTest() => interruption.Guard(listener.OnTest);
}
