namespace Ballast;

/// <content>Bags of rows of a table.</content>
public static partial class Functional
{
    /// <summary>The sum, mean or maximum of the rows of a table [V, D] over bags of positions: [B, D], zeros for an empty bag. PyTorch:
    /// <c>F.embedding_bag</c>.</summary>
    /// <param name="input">Positions, int64: [B, L], of which each row is a bag, or [n] with offsets.</param>
    /// <param name="weight">The table, [V, D].</param>
    /// <param name="offsets">Where each bag begins in an input [n], int64 [B], from 0 on and not decreasing; null for an input [B, L].</param>
    /// <param name="maxNorm">What rows are scaled to, in place, whose norm is larger; null for none.</param>
    /// <param name="normType">The p of that norm.</param>
    /// <param name="scaleGradByFreq">Whether a row's gradient is divided by how often its position is in the input.</param>
    /// <param name="mode">What becomes of the rows of a bag.</param>
    /// <param name="perSampleWeights">A factor for each position, of the input's shape, where rows are summed; null for none.</param>
    /// <param name="includeLastOffset">Whether the offsets end with n.</param>
    /// <param name="paddingIdx">The position that is left out of its bag; one below 0 counts from the end; null for none.</param>
    /// <exception cref="ArgumentException">A table that is not [V, D]; positions that are not int64 or are outside of it; offsets that do not
    /// go with the input; factors of another shape, or where rows are not summed.</exception>
    public static Tensor EmbeddingBag(
        Tensor input, Tensor weight, Tensor? offsets = null, double? maxNorm = null, double normType = 2, bool scaleGradByFreq = false,
        EmbeddingBagMode mode = EmbeddingBagMode.Mean, Tensor? perSampleWeights = null, bool includeLastOffset = false, int? paddingIdx = null)
    {
        const string name = "EmbeddingBag";
        Throw.Unless(weight.Shape.Rank == 2, $"{name}: expected a table [V, D], got {weight.Shape}.");
        Throw.Unless(perSampleWeights is null || (mode == EmbeddingBagMode.Sum && perSampleWeights.Shape == input.Shape),
            $"{name}: expected perSampleWeights of the input's shape {input.Shape} with the mode Sum, got {perSampleWeights?.Shape} with {mode}.");
        Throw.Unless(!scaleGradByFreq || mode != EmbeddingBagMode.Max, $"{name}: scaleGradByFreq goes with the modes Sum and Mean, not with Max.");
        RequireRows(name, input, weight.Shape[0]);
        int padding = Padding(name, paddingIdx, weight.Shape[0]) ?? -1;
        int[] starts = Starts(input, offsets, includeLastOffset);
        long[] positions = input.ToArray<long>();
        List<int>[] bags = new List<int>[starts.Length - 1];
        for (int bag = 0; bag < bags.Length; bag++)
            bags[bag] = [.. Enumerable.Range(starts[bag], starts[bag + 1] - starts[bag]).Where(place => positions[place] != padding)];
        return mode == EmbeddingBagMode.Max
            ? Largest(positions, bags, index => Lookup(name, index, weight, null, maxNorm, normType, false), weight.Shape[1])
            : Summed(positions, bags, index => Lookup(name, index, weight, null, maxNorm, normType, scaleGradByFreq), perSampleWeights,
                weight.Shape[1], mode == EmbeddingBagMode.Mean);
    }

    // Where each bag begins, and where the last one ends.
    static int[] Starts(Tensor input, Tensor? offsets, bool includeLastOffset)
    {
        if (offsets is null)
        {
            Throw.Unless(input.Shape.Rank == 2, $"EmbeddingBag: expected an input [B, L], or [n] with offsets, got {input.Shape} without.");
            return [.. Enumerable.Range(0, input.Shape[0] + 1).Select(bag => bag * input.Shape[1])];
        }

        TypedOperations.RequireIndex("EmbeddingBag", offsets, "offsets");
        Throw.Unless(input.Shape.Rank == 1 && offsets.Shape.Rank == 1 && (offsets.Length > 0 || !includeLastOffset),
            $"EmbeddingBag: expected an input [n] with offsets [B], got {input.Shape} with {offsets.Shape}. An input [B, L] takes no offsets.");
        List<long> starts = [.. offsets.ToArray<long>()];
        if (!includeLastOffset)
            starts.Add(input.Length);
        for (int bag = 0; bag < starts.Count; bag++)
        {
            long before = bag == 0 ? 0 : starts[bag - 1];
            Throw.Unless(starts[bag] >= before && starts[bag] <= input.Length && (bag > 0 || starts[0] == 0 || starts.Count == 1),
                $"EmbeddingBag: offset {starts[bag]} at [{bag}]: offsets begin with 0, do not decrease, and are at most {input.Length}, "
                    + $"the length of the input.");
        }

        return [.. starts.Select(static start => (int)start)];
    }

    static Tensor Summed(
        long[] positions, List<int>[] bags, Func<Tensor, Tensor> lookup, Tensor? factors, int width, bool mean)
    {
        int[] places = [.. bags.SelectMany(static bag => bag)];
        long[] bagOf = [.. bags.SelectMany(static (bag, i) => bag.Select(_ => (long)i))];
        var rows = lookup(Tensor.FromInt64([.. places.Select(place => positions[place])], [places.Length]));
        if (factors is not null)
            rows *= factors.Reshape(positions.Length).IndexSelect(0, Tensor.FromInt64(places)).Unsqueeze(1);
        var sums = Tensor.Zeros([bags.Length, width]).IndexAdd(0, Tensor.FromInt64(bagOf), rows);
        return mean ? sums / Tensor.From([.. bags.Select(static bag => (float)Math.Max(1, bag.Count))], [bags.Length, 1]) : sums;
    }

    // Bags filled up to one length by their first position once more, which changes no maximum.
    static Tensor Largest(long[] positions, List<int>[] bags, Func<Tensor, Tensor> lookup, int width)
    {
        int longest = bags.Length == 0 ? 0 : bags.Max(static bag => bag.Count);
        if (longest == 0)
            return Tensor.Zeros([bags.Length, width]);
        long[] index = [.. bags.SelectMany(bag =>
            Enumerable.Range(0, longest).Select(i => positions[i < bag.Count ? bag[i] : bag.FirstOrDefault()]))];
        var most = lookup(Tensor.FromInt64(index, [bags.Length, longest])).Max(1).Values;
        bool[] empty = [.. bags.Select(static bag => bag.Count == 0)];
        return empty.Contains(true) ? most.MaskedFill(Tensor.FromBool(empty, [bags.Length, 1]), 0) : most;
    }
}
