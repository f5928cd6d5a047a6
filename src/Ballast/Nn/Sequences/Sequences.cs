using System.Runtime.CompilerServices;

namespace Ballast;

/// <summary>Sequences of several lengths, padded and packed. PyTorch: <c>torch.nn.utils.rnn</c>.</summary>
public static class Sequences
{
    /// <summary>Packs padded sequences. PyTorch: <c>pack_padded_sequence</c>.</summary>
    /// <param name="input">[T, N, ...], or [N, T, ...] with <paramref name="batchFirst"/>.</param>
    /// <param name="lengths">The length of each sequence, from 1 to T.</param>
    /// <param name="batchFirst">Whether the axis of the sequences is the first one.</param>
    /// <param name="enforceSorted">Whether lengths that increase are refused; they are sorted otherwise.</param>
    /// <exception cref="ArgumentException">Not as many lengths as sequences; a length below 1 or above T; lengths that increase where they must
    /// not.</exception>
    public static PackedSequence PackPaddedSequence(Tensor input, ReadOnlySpan<long> lengths, bool batchFirst = false, bool enforceSorted = true)
    {
        Throw.Unless(input.Shape.Rank >= 2, $"PackPaddedSequence: expected [T, N, ...] or [N, T, ...], got {input.Shape}.");
        int batch = input.Shape[batchFirst ? 0 : 1], most = input.Shape[batchFirst ? 1 : 0];
        Throw.Unless(lengths.Length == batch && batch > 0,
            $"PackPaddedSequence: expected a length for each of the {batch} sequences of {input.Shape}, got {lengths.Length}. "
                + $"batchFirst says which axis they are on.");
        long[] order = new long[batch], longest = lengths.ToArray();
        for (int i = 0; i < batch; i++)
        {
            Throw.Unless(lengths[i] >= 1 && lengths[i] <= most,
                $"PackPaddedSequence: length {lengths[i]} at [{i}]: a sequence of {input.Shape} has 1 to {most} steps.");
            Throw.Unless(!enforceSorted || i == 0 || lengths[i] <= lengths[i - 1],
                $"PackPaddedSequence: length {lengths[i]} at [{i}] is above the one before. Sort sequences from the longest to the shortest, or give "
                    + $"enforceSorted: false.");
            order[i] = i;
        }

        order = [.. order.OrderByDescending(i => longest[i])];
        List<long> rows = [], counts = [];
        for (int t = 0; t < longest[order[0]]; t++)
        {
            long[] running = [.. order.Where(i => longest[i] > t)];
            counts.Add(running.Length);
            rows.AddRange(running.Select(i => batchFirst ? i * most + t : (long)t * batch + i));
        }

        var data = input.Flatten(0, 1).IndexSelect(0, Tensor.FromInt64([.. rows], [rows.Count]));
        return new PackedSequence(
            data, Tensor.FromInt64([.. counts], [counts.Count]), enforceSorted ? null : Tensor.FromInt64(order),
            enforceSorted ? null : Tensor.FromInt64(Inverse(order)));
    }

    /// <summary>Pads packed sequences, in the order in which they were packed. PyTorch: <c>pad_packed_sequence</c>.</summary>
    /// <param name="sequence">Packed sequences.</param>
    /// <param name="batchFirst">Whether the result is [N, T, ...] instead of [T, N, ...].</param>
    /// <param name="paddingValue">What stands after the end of shorter sequences.</param>
    /// <param name="totalLength">T; null for the longest one's length.</param>
    /// <returns>The padded sequences, and the length of each.</returns>
    /// <exception cref="ArgumentException">A total length below that of the longest sequence.</exception>
    public static (Tensor Padded, long[] Lengths) PadPackedSequence(
        PackedSequence sequence, bool batchFirst = false, double paddingValue = 0, int? totalLength = null)
    {
        var counts = sequence.BatchSizes.ToArray<long>();
        int batch = (int)counts[0], steps = totalLength ?? counts.Length;
        Throw.Unless(steps >= counts.Length,
            $"PadPackedSequence: expected a total length of at least {counts.Length}, as the longest sequence has, got {steps}.");
        long[] order = sequence.UnsortedIndices?.ToArray<long>() ?? [.. Enumerable.Range(0, batch).Select(static i => (long)i)];
        long[] rows = new long[steps * batch], lengths = new long[batch];
        int total = sequence.Data.Shape[0];
        long begin = 0;
        for (int t = 0; t < steps; t++)
        {
            long running = t < counts.Length ? counts[t] : 0;
            for (int i = 0; i < batch; i++)
            {
                bool runs = order[i] < running;
                lengths[i] += runs ? 1 : 0;
                rows[batchFirst ? i * steps + t : t * batch + i] = runs ? begin + order[i] : total;
            }

            begin += running;
        }

        int[] padding = sequence.Data.Shape.ToArray();
        padding[0] = 1;
        var all = Tensor.Concat([sequence.Data, Tensor.Full(new Shape(padding), (float)paddingValue)]);
        return (all.Index(0, Tensor.FromInt64(rows, batchFirst ? [batch, steps] : [steps, batch])), lengths);
    }

    /// <summary>Sequences [L, ...] side by side, filled up to the longest one. PyTorch: <c>pad_sequence</c>.</summary>
    /// <param name="sequences">At least one; they differ on the first axis alone.</param>
    /// <param name="batchFirst">Whether the result is [N, T, ...] instead of [T, N, ...].</param>
    /// <param name="paddingValue">What stands after the end of shorter sequences.</param>
    /// <exception cref="ArgumentException">No sequence, or shapes that do not go together.</exception>
    [OverloadResolutionPriority(1)]
    public static Tensor PadSequence(ReadOnlySpan<Tensor> sequences, bool batchFirst = false, double paddingValue = 0)
    {
        Throw.Unless(sequences.Length > 0, $"PadSequence: expected at least one sequence, got none.");
        int longest = 0;
        foreach (var sequence in sequences)
            longest = Math.Max(longest, sequence.Shape.Rank == 0 ? 0 : sequence.Shape[0]);
        var padded = new Tensor[sequences.Length];
        for (int i = 0; i < padded.Length; i++)
        {
            int[] missing = sequences[i].Shape.ToArray();
            Throw.Unless(missing.Length > 0, $"PadSequence: expected sequences [L, ...], got {sequences[i].Shape} as number {i}.");
            missing[0] = longest - missing[0];
            padded[i] = missing[0] == 0 ? sequences[i]
                : Tensor.Concat([sequences[i], Tensor.Full(new Shape(missing), (float)paddingValue).To(sequences[i].ElementType)]);
        }

        return Tensor.Stack(padded, batchFirst ? 0 : 1);
    }

    /// <summary>Packs sequences [L, ...]. PyTorch: <c>pack_sequence</c>.</summary>
    /// <param name="sequences">At least one; they differ on the first axis alone.</param>
    /// <param name="enforceSorted">Whether lengths that increase are refused; they are sorted otherwise.</param>
    /// <exception cref="ArgumentException">No sequence, shapes that do not go together, or lengths that increase where they must not.</exception>
    [OverloadResolutionPriority(1)]
    public static PackedSequence PackSequence(ReadOnlySpan<Tensor> sequences, bool enforceSorted = true)
    {
        var padded = PadSequence(sequences);
        long[] lengths = new long[sequences.Length];
        for (int i = 0; i < lengths.Length; i++)
            lengths[i] = sequences[i].Shape[0];
        return PackPaddedSequence(padded, lengths, enforceSorted: enforceSorted);
    }

    /// <inheritdoc cref="PadSequence(ReadOnlySpan{Tensor}, bool, double)"/>
    public static Tensor PadSequence(IEnumerable<Tensor> sequences, bool batchFirst = false, double paddingValue = 0) =>
        PadSequence(sequences.ToArray().AsSpan(), batchFirst, paddingValue);

    /// <inheritdoc cref="PackSequence(ReadOnlySpan{Tensor}, bool)"/>
    public static PackedSequence PackSequence(IEnumerable<Tensor> sequences, bool enforceSorted = true) =>
        PackSequence(sequences.ToArray().AsSpan(), enforceSorted);

    static long[] Inverse(long[] order)
    {
        long[] places = new long[order.Length];
        for (int i = 0; i < order.Length; i++)
            places[order[i]] = i;
        return places;
    }
}
