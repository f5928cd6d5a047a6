namespace Ballast;

/// <summary>Sequences of several lengths without padding: the first step of all of them, the longest first, then the second step of those that
/// have one, and so on. Made by <see cref="Sequences"/>. PyTorch: <c>nn.utils.rnn.PackedSequence</c>.</summary>
public sealed class PackedSequence
{
    internal PackedSequence(Tensor data, Tensor batchSizes, Tensor? sortedIndices, Tensor? unsortedIndices) =>
        (Data, BatchSizes, SortedIndices, UnsortedIndices) = (data, batchSizes, sortedIndices, unsortedIndices);

    /// <summary>The steps of all sequences: [total steps, ...].</summary>
    public Tensor Data { get; }

    /// <summary>How many sequences have each step, int64, not increasing.</summary>
    public Tensor BatchSizes { get; }

    /// <summary>The number that each packed sequence had before, int64; null where they were in order of their lengths.</summary>
    public Tensor? SortedIndices { get; }

    /// <summary>Where each sequence was put, int64; null where they were in order of their lengths.</summary>
    public Tensor? UnsortedIndices { get; }

    /// <summary>Other values for the same steps, such as a layer computed from <see cref="Data"/>.</summary>
    /// <exception cref="ArgumentException">Not as many steps.</exception>
    public PackedSequence With(Tensor data)
    {
        Throw.Unless(data.Shape.Rank > 0 && data.Shape[0] == Data.Shape[0],
            $"PackedSequence.With: expected {Data.Shape[0]} steps on the first axis, got {data.Shape}.");
        return new PackedSequence(data, BatchSizes, SortedIndices, UnsortedIndices);
    }
}
