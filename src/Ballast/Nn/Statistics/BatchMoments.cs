namespace Ballast;

/// <summary>Memory for two numbers of each channel, in double: mean and variance, while a batch is normalized.</summary>
/// <remarks>Few channels take the caller's own memory, on its stack; many take memory of a pool until it is disposed of.</remarks>
readonly ref struct BatchMoments
{
    /// <summary>How many numbers the caller's memory has: a mean and a variance of 64 channels.</summary>
    public const int Room = 2 * 64;

    readonly double[]? rented;

    /// <summary>Takes the memory.</summary>
    /// <param name="room">The caller's own, of <see cref="Room"/> numbers.</param>
    /// <param name="channels">C.</param>
    public BatchMoments(Span<double> room, int channels)
    {
        if (2 * channels > room.Length)
            room = rented = System.Buffers.ArrayPool<double>.Shared.Rent(2 * channels);
        Values = room[..(2 * channels)];
    }

    /// <summary>[2, C].</summary>
    public Span<double> Values { get; }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        if (rented is not null)
            System.Buffers.ArrayPool<double>.Shared.Return(rented);
    }
}
