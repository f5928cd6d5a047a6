using System.Diagnostics;

namespace Ballast.Bench;

/// <summary>Training steps of a network by SGD with momentum, whichever batches they are given.</summary>
sealed class TrainingSteps(Module network)
{
    readonly CrossEntropyLoss lossFunction = new();
    readonly SGD optimizer = new(network.Parameters(), learningRate: 0.01f, momentum: 0.9f);

    /// <summary>One step.</summary>
    public void Step(Tensor inputs, Tensor targets)
    {
        optimizer.ZeroGrad();
        var loss = lossFunction.Forward(network.Forward(inputs), targets);
        loss.Backward();
        optimizer.Step();
        _ = loss.Item();
    }

    /// <summary>Steps for a while, and how many milliseconds one took with its batch.</summary>
    public double Time(IEnumerator<Batch> batches, double seconds)
    {
        long start = Stopwatch.GetTimestamp();
        int count = 0;
        do
        {
            batches.MoveNext();
            var (inputs, targets) = batches.Current;
            Step(inputs, targets);
            count++;
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / count;
    }
}
