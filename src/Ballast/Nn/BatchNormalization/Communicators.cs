namespace Ballast;

/// <summary>What workers that train one network together do with its gradients.</summary>
public static class Communicators
{
    /// <summary>Replaces each gradient by its mean over all workers, between Backward and the optimizer's step. With losses that are
    /// means over batches of one size, the step is that of the joined batch. PyTorch: what
    /// <c>DistributedDataParallel</c> does.</summary>
    /// <remarks>Parameters without a gradient are passed over: they have to be the same ones with all workers.</remarks>
    /// <param name="communicator">The workers.</param>
    /// <param name="parameters">The network's parameters, in the same order with all workers.</param>
    /// <exception cref="CommunicationException">A worker is lost, or has gradients of other sizes.</exception>
    public static void AverageGradients(this ICommunicator communicator, IEnumerable<Parameter> parameters)
    {
        if (communicator.Size == 1)
            return;
        var learning = parameters.Where(static parameter => !parameter.Gradient.IsEmpty).ToList();
        int length = learning.Sum(static parameter => parameter.Length), at = 0;
        var joined = Buffer.Rent(length);
        var values = joined.Span(length);
        foreach (var parameter in learning)
        {
            parameter.ReadGradient().Span(parameter.Length).CopyTo(values[at..]);
            at += parameter.Length;
        }

        communicator.AllReduceSum(values);
        at = 0;
        foreach (var parameter in learning)
        {
            var to = parameter.MutateGradient();
            for (int i = 0; i < to.Length; i++)
                to[i] = values[at + i] / communicator.Size;
            at += to.Length;
        }

        joined.Release();
    }
}
