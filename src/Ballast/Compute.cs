using System.Runtime.Intrinsics;
using Ballast.Kernels;

namespace Ballast;

/// <summary>How the arithmetic runs on this machine.</summary>
public static class Compute
{
    /// <summary>How many threads share the work of one operation; at first, the number of processors. Results are the same
    /// to the last bit for any number. PyTorch: <c>torch.set_num_threads</c>.</summary>
    /// <exception cref="ArgumentException">Below 1 or above 256.</exception>
    public static int Threads
    {
        get => Workers.Count;
        set
        {
            Throw.Unless(value is >= 1 and <= 256, $"Compute.Threads: expected 1 to 256 threads, got {value}.");
            Workers.Count = value;
        }
    }

    /// <summary>Until it is disposed of, operations on this thread do all their work on it: <c>using var _ = Compute.Alone();</c>.
    /// For trainings that run side by side, one for each processor: together they need no helpers. Results are the same to
    /// the last bit.</summary>
    public static AloneScope Alone()
    {
        var scope = new AloneScope(Workers.Alone);
        Workers.Alone = true;
        return scope;
    }

    /// <summary>How many floats one register holds here: 16 (AVX-512), 8 (AVX2) or 4.</summary>
    public static int SimdWidth =>
        Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;
}

/// <summary>Ends when it is disposed of; see <see cref="Compute.Alone"/>.</summary>
public readonly ref struct AloneScope
{
    readonly bool before;

    internal AloneScope(bool before) => this.before = before;

    /// <summary>Operations on this thread share their work again, if they did before.</summary>
    public void Dispose() => Workers.Alone = before;
}
