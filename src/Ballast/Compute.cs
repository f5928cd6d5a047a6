using System.Runtime.Intrinsics;
using Ballast.Kernels;

namespace Ballast;

/// <summary>How the arithmetic runs on this machine.</summary>
public static class Compute
{
    static ConvolutionAlgorithm? convolution;

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

    /// <summary>How convolutions are computed from now on; at first <see cref="ConvolutionAlgorithm.Fastest"/>, unless the environment
    /// variable <c>BALLAST_CONVOLUTION</c> says <c>direct</c>. It holds for all threads, and a convolution's gradients go the way
    /// that its result went.</summary>
    /// <exception cref="InvalidOperationException">The environment variable says something else.</exception>
    public static ConvolutionAlgorithm Convolution
    {
        get => convolution ?? (ConvolutionAlgorithm)(convolution = FromEnvironment());
        set
        {
            Throw.Unless(Enum.IsDefined(value), $"Compute.Convolution: expected Fastest or Direct, got {value}.");
            convolution = value;
        }
    }

    static ConvolutionAlgorithm FromEnvironment() => ReadConvolution(Environment.GetEnvironmentVariable("BALLAST_CONVOLUTION"));

    /// <summary>What the environment variable says.</summary>
    internal static ConvolutionAlgorithm ReadConvolution(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Equals("fastest", StringComparison.OrdinalIgnoreCase))
            return ConvolutionAlgorithm.Fastest;
        if (!text.Equals("direct", StringComparison.OrdinalIgnoreCase))
            Throw.InvalidOperation(
                $"BALLAST_CONVOLUTION: expected \"fastest\" or \"direct\", got \"{text}\". Correct the environment variable, or leave it unset.");
        return ConvolutionAlgorithm.Direct;
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

    /// <summary>Until it is disposed of, every result on this thread is computed at once: <c>using var _ = Compute.Eager();</c>. Nothing is
    /// fused then; values agree with the fused ones up to rounding. For tests, and for whoever hunts a difference. The environment
    /// variable <c>BALLAST_EAGER=1</c> does it for the whole program; what is neither 1 nor 0 is refused.</summary>
    public static EagerScope Eager()
    {
        var scope = new EagerScope(Deferred.IsOff);
        Deferred.IsOff = true;
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

/// <summary>Ends when it is disposed of; see <see cref="Compute.Eager"/>.</summary>
public readonly ref struct EagerScope
{
    readonly bool before;

    internal EagerScope(bool before) => this.before = before;

    /// <summary>Results on this thread are deferred again, if they were before.</summary>
    public void Dispose() => Deferred.IsOff = before;
}
