namespace Ballast;

/// <summary>Some samples and their targets. Most have one input and one target: <c>var (inputs, targets) = batch</c>.</summary>
/// <param name="Inputs">The samples' first input: [N, ...].</param>
/// <param name="Targets">The samples' first target: int64 [N] for classes; [N, 0] where the samples have none.</param>
public readonly record struct Batch(Tensor Inputs, Tensor Targets)
{
    readonly TensorList? inputs, targets;

    /// <summary>A batch of samples with several inputs or targets, or with names.</summary>
    /// <param name="inputs">The inputs, one or more: [N, ...].</param>
    /// <param name="targets">The targets: [N, ...], or none.</param>
    /// <exception cref="ArgumentException">No inputs.</exception>
    public Batch(TensorList inputs, TensorList targets)
        : this(First(inputs), targets.Count > 0 ? targets[0] : Tensor.Zeros([First(inputs).Shape[0], 0]))
    {
        (this.inputs, this.targets) = (inputs, targets);
    }

    /// <summary>All inputs, by place or by name: <c>batch.AllInputs["left"]</c>.</summary>
    public TensorList AllInputs => Of(inputs, Inputs);

    /// <summary>All targets, by place or by name; none where the samples have none.</summary>
    public TensorList AllTargets => Of(targets, Targets);

    /// <summary>How many samples there are.</summary>
    public int Count => Inputs.Shape[0];

    /// <summary>Tells the loader that the batch was trained on: it takes its memory back.</summary>
    internal void MarkConsumed()
    {
        Inputs.Consumed = Targets.Consumed = true;
        for (int i = 0; i < inputs?.Count; i++)
            inputs[i].Consumed = true;
        for (int i = 0; i < targets?.Count; i++)
            targets[i].Consumed = true;
    }

    /// <summary>Hands back what a backward pass has used. What none has used may be anybody's: it is left to whoever holds it.</summary>
    internal void TakeBack()
    {
        if (Inputs is null)
            return;
        TakeBack(Inputs);
        TakeBack(Targets);
        for (int i = 0; i < inputs?.Count; i++)
            TakeBack(inputs[i]);
        for (int i = 0; i < targets?.Count; i++)
            TakeBack(targets[i]);
    }

    static void TakeBack(Tensor tensor)
    {
        if (tensor.Consumed)
            tensor.ReleaseValues();
    }

    // Whoever makes another batch by `with { Inputs = ... }` changes the first of them.
    static TensorList Of(TensorList? list, Tensor first) => list is null ? first
        : list.Count == 0 || list[0] == first ? list
        : TensorList.Of([first, .. list.Skip(1)], list.Names);

    static Tensor First(TensorList inputs)
    {
        Throw.Unless(inputs.Count > 0 && inputs[0].Shape.Rank > 0, $"Batch: expected one input or more, [N, ...], got {inputs}.");
        return inputs[0];
    }
}
