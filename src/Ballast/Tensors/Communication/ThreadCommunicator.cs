using System.Runtime.ExceptionServices;

namespace Ballast;

/// <summary>Workers that are threads of this process, each with a network of its own.</summary>
/// <remarks>Sums are formed in double in the workers' order: the same bits for every worker and from run to run. A worker that ends,
/// fails, stays away for longer than the time limit or sums something else than the others ends the exchange for all of them with
/// a <see cref="CommunicationException"/> that names it.</remarks>
public sealed class ThreadCommunicator : ICommunicator, IDisposable
{
    readonly ThreadExchange exchange;

    ThreadCommunicator(ThreadExchange exchange, int rank) => (this.exchange, Rank) = (exchange, rank);

    /// <summary>How long a worker waits for the others unless it is told: 5 minutes.</summary>
    public static TimeSpan DefaultTimeout => TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size => exchange.Size;

    /// <summary>Communicators for threads that the caller starts, one for each. Each should be disposed of when its worker ends, so
    /// that the others need not wait for the time limit.</summary>
    /// <param name="size">How many workers there are.</param>
    /// <param name="timeout">How long one waits for the others; null for <see cref="DefaultTimeout"/>.</param>
    /// <exception cref="ArgumentException">Fewer than 1 worker or more than 256, or a time that is not positive.</exception>
    public static IReadOnlyList<ThreadCommunicator> Create(int size, TimeSpan? timeout = null)
    {
        Throw.Unless(size is >= 1 and <= 256, $"ThreadCommunicator: expected 1 to 256 workers, got {size}.");
        var limit = timeout ?? DefaultTimeout;
        Throw.Unless(limit > TimeSpan.Zero && limit.TotalMilliseconds <= int.MaxValue,
            $"ThreadCommunicator: expected a timeout above zero and below 24 days, got {limit}.");
        var exchange = new ThreadExchange(size, limit);
        return [.. Enumerable.Range(0, size).Select(rank => new ThreadCommunicator(exchange, rank))];
    }

    /// <summary>Runs workers, each on a thread of its own, and returns when all have ended.</summary>
    /// <remarks>Each worker's <see cref="Generator.Default"/> is its own, with the seed that the caller's has, so that all make the same
    /// network. Several workers do all their work on their own threads: see <see cref="Compute.Alone"/>.</remarks>
    /// <param name="size">How many workers there are.</param>
    /// <param name="worker">What each does.</param>
    /// <param name="timeout">How long one waits for the others; null for <see cref="DefaultTimeout"/>.</param>
    /// <exception cref="ArgumentException">Fewer than 1 worker or more than 256, or a time that is not positive.</exception>
    /// <exception cref="CommunicationException">The workers could not go on together. What a worker throws itself is thrown
    /// here instead.</exception>
    public static void Run(int size, Action<ThreadCommunicator> worker, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(worker);
        var communicators = Create(size, timeout);
        var errors = new Exception?[size];
        long seed = Generator.Default.InitialSeed;
        Thread[] threads = [.. communicators.Select(communicator => new Thread(() => Work(communicator, worker, seed, errors))
        {
            IsBackground = true,
            Name = $"Ballast worker of {size}: {communicator.Rank}",
        })];
        foreach (var thread in threads)
            thread.Start();
        communicators[0].exchange.AwaitEnd();

        // What a worker threw itself tells more than what the others say about it.
        var error = errors.FirstOrDefault(static one => one is not (null or CommunicationException))
            ?? errors.FirstOrDefault(static one => one is not null);
        if (error is not null)
            ExceptionDispatchInfo.Throw(error);
        if (communicators[0].exchange.Failure is { } failure)
            Throw.Communication(failure);
    }

    static void Work(ThreadCommunicator communicator, Action<ThreadCommunicator> worker, long seed, Exception?[] errors)
    {
        try
        {
            using var generator = Generator.UseDefault(new Generator(seed));
            if (communicator.Size > 1)
                Kernels.Workers.Alone = true; // for as long as the thread lives
            worker(communicator);
        }
#pragma warning disable CA1031 // Whatever a worker throws is thrown where it was started.
        catch (Exception error)
#pragma warning restore CA1031
        {
            errors[communicator.Rank] = error;
            communicator.exchange.Fail($"Worker {communicator.Rank} of {communicator.Size} failed: {error.Message}");
        }
        finally
        {
            communicator.Dispose();
        }
    }

    /// <inheritdoc/>
    public void AllReduceSum(Span<double> values) => exchange.Sum(Rank, values);

    /// <inheritdoc/>
    public void AllReduceSum(Span<float> values)
    {
        double[] rented = System.Buffers.ArrayPool<double>.Shared.Rent(values.Length);
        var wide = rented.AsSpan(0, values.Length);
        for (int i = 0; i < values.Length; i++)
            wide[i] = values[i];
        exchange.Sum(Rank, wide);
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)wide[i];
        System.Buffers.ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>This worker takes part no more. Others that wait for it are told so.</summary>
    public void Dispose() => exchange.Leave(Rank);
}
