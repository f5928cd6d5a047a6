namespace Ballast;

/// <summary>What one application of a <see cref="Function"/> keeps from its forward to its backward pass.</summary>
public sealed class FunctionContext
{
    readonly List<Tensor> saved = [];
    readonly bool[] needs;
    readonly bool keeps;

    internal FunctionContext(ReadOnlySpan<Tensor> inputs, bool keeps)
    {
        this.keeps = keeps;
        needs = new bool[inputs.Length];
        for (int i = 0; i < needs.Length; i++)
            needs[i] = keeps && inputs[i].RequiresGrad;
    }

    /// <summary>Keeps tensors for the backward pass: inputs, results, and what was computed between them.</summary>
    public void Save(params ReadOnlySpan<Tensor> tensors)
    {
        if (!keeps)
            return; // no backward pass will come
        foreach (var tensor in tensors)
            saved.Add(tensor.Detach());
    }

    /// <summary>A saved tensor, in the order in which they were saved; good until the backward pass is over.</summary>
    /// <exception cref="ArgumentException">So many were not saved.</exception>
    public Tensor Saved(int index)
    {
        Throw.Unless((uint)index < (uint)saved.Count, $"FunctionContext.Saved: {saved.Count} tensors were saved, there is no number {index}.");
        return saved[index];
    }

    /// <summary>Whether an input wants a gradient: others may be given null.</summary>
    /// <exception cref="IndexOutOfRangeException">There are fewer inputs.</exception>
    public bool NeedsGradient(int input) => needs[input];

    internal void Release()
    {
        foreach (var tensor in saved)
            tensor.ReleaseValues();
        saved.Clear();
    }
}
