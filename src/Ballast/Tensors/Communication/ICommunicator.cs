namespace Ballast;

/// <summary>How the workers that train one network together exchange numbers. Every worker calls the same methods in the same
/// order, and each call waits for all of them. PyTorch: <c>torch.distributed</c>'s process group.</summary>
/// <remarks>An implementation must give every worker the same bits, and must end with an error, not wait for ever, where a worker
/// is lost or calls something else. <see cref="ThreadCommunicator"/> is the one for threads of a process.</remarks>
public interface ICommunicator
{
    /// <summary>Which worker this is: 0 up to <see cref="Size"/> - 1.</summary>
    int Rank { get; }

    /// <summary>How many workers there are.</summary>
    int Size { get; }

    /// <summary>Replaces each value by its sum over all workers. PyTorch: <c>all_reduce</c> with <c>ReduceOp.SUM</c>.</summary>
    /// <exception cref="CommunicationException">A worker is lost, or called something else.</exception>
    void AllReduceSum(Span<double> values);

    /// <inheritdoc cref="AllReduceSum(Span{double})"/>
    void AllReduceSum(Span<float> values);
}
