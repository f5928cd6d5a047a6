namespace Ballast;

/// <summary>Ways to make a batch of samples. A function of one's own, from samples to a <see cref="Batch"/>, is given to a
/// <see cref="DataLoader"/> as <c>collate</c>. PyTorch: <c>collate_fn</c>.</summary>
public static class Collate
{
    /// <summary>Puts samples of equal shapes side by side: what a loader does by itself. Each input and each target becomes [N, ...], under
    /// its name. PyTorch: <c>default_collate</c>.</summary>
    /// <exception cref="ArgumentException">Samples of different shapes, types or numbers of tensors.</exception>
    public static Batch Stack(IReadOnlyList<Sample> samples)
    {
        Check(samples);
        return new Batch(Columns(samples, static sample => sample.Inputs, "input", Stacked), Targets(samples));
    }

    /// <summary>The targets of samples side by side.</summary>
    internal static TensorList Targets(IReadOnlyList<Sample> samples) => Columns(samples, static sample => sample.Targets, "target", Stacked);

    /// <summary>Makes a function that fills samples up whose first axes have different lengths: [L, ...] becomes [N, longest, ...]. Two inputs
    /// come behind those of the samples: <c>lengths</c>, int64 [N], how long the first input of each was, and <c>mask</c>, bool [N, longest],
    /// true where it has values. Inputs and targets of one length, or without axes, are stacked as they are. PyTorch:
    /// <c>pad_sequence(batch_first=True)</c> in a <c>collate_fn</c>.</summary>
    /// <param name="inputValue">What inputs are filled up with.</param>
    /// <param name="targetValue">What targets are filled up with: -100 is left out by a loss with that <c>ignore_index</c>, and by metrics.</param>
    public static Func<IReadOnlyList<Sample>, Batch> Pad(double inputValue = 0, double targetValue = -100) => samples =>
    {
        Check(samples);
        var inputs = Columns(samples, static sample => sample.Inputs, "input", (column, name) => Padded(column, name, inputValue));
        long[] lengths = [.. samples.Select(static sample => sample.Inputs[0].Shape.Rank > 0 ? sample.Inputs[0].Shape[0] : 1L)];
        int longest = (int)lengths.Max();
        bool[] mask = new bool[lengths.Length * longest];
        for (int n = 0; n < lengths.Length; n++)
            mask.AsSpan(n * longest, (int)lengths[n]).Fill(true);
        var first = samples[0].Inputs;
        IEnumerable<string> names = first.Names.Count > 0 ? first.Names : first.Select(static (_, i) => i == 0 ? "input" : $"input{i}");
        Tensor[] all = [.. inputs, Tensor.FromInt64(lengths), Tensor.FromBool(mask, [lengths.Length, longest])];
        return new Batch(
            TensorList.Of(all, [.. names, "lengths", "mask"]),
            Columns(samples, static sample => sample.Targets, "target", (column, name) => Padded(column, name, targetValue)));
    };

    static void Check(IReadOnlyList<Sample> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        Throw.Unless(samples.Count > 0, $"Collate: there are no samples. Expected one or more.");
    }

    static TensorList Columns(
        IReadOnlyList<Sample> samples, Func<Sample, TensorList> of, string kind, Func<Tensor[], string, Tensor> join)
    {
        var first = of(samples[0]);
        var columns = new Tensor[first.Count];
        for (int n = 1; n < samples.Count; n++)
        {
            Throw.Unless(of(samples[n]).Count == first.Count,
                $"Collate: the sample {n} of the batch has {of(samples[n]).Count} {kind}s, the first has {first.Count}. Expected the same number.");
        }

        for (int i = 0; i < columns.Length; i++)
        {
            int place = i;
            columns[i] = join([.. samples.Select(sample => of(sample)[place])], first.Names.Count > 0 ? first.Names[i] : $"{kind} {i}");
        }

        return TensorList.Of(columns, first.Names);
    }

    static Tensor Stacked(Tensor[] column, string name)
    {
        for (int n = 1; n < column.Length; n++)
        {
            Throw.Unless(column[n].Shape == column[0].Shape && column[n].ElementType == column[0].ElementType,
                $"Collate: {name} is {column[0].ElementType.Name()} {column[0].Shape} in the first sample of the batch and "
                    + $"{column[n].ElementType.Name()} {column[n].Shape} in sample {n}. Samples of different lengths need a loader with collate: "
                    + $"Collate.Pad(), or a function of your own.");
        }

        // One sample too is copied: a batch is taken back, and a sample may be kept by its dataset.
        return column.Length == 1 ? column[0].Clone().Unsqueeze(0) : Tensor.Stack(column);
    }

    static Tensor Padded(Tensor[] column, string name, double value)
    {
        if (column[0].Shape.Rank == 0 || Array.TrueForAll(column, tensor => tensor.Shape == column[0].Shape))
            return Stacked(column, name);
        int longest = column.Max(static tensor => tensor.Shape.Rank == 0 ? 0 : tensor.Shape[0]);
        for (int n = 0; n < column.Length; n++)
        {
            var shape = column[n].Shape;
            Throw.Unless(shape.Rank == column[0].Shape.Rank && shape.WithBatch(0) == column[0].Shape.WithBatch(0),
                $"Collate.Pad: {name} is {column[0].Shape} in the first sample of the batch and {shape} in sample {n}. Expected samples that "
                    + $"differ in their first axis alone.");
            int[] padding = new int[2 * shape.Rank];
            padding[^1] = longest - shape[0];
            column[n] = shape[0] == longest ? column[n] : column[n].Pad(padding, PadMode.Constant, value);
        }

        return Stacked(column, name);
    }
}
