namespace Ballast;

/// <summary>A part of a computation of which only the inputs are kept: its results are computed once more when the backward pass comes to
/// it.</summary>
sealed class RecomputeOperation : ManyOperation
{
    readonly Func<Tensor[], Tensor[]> again;
    readonly Tensor[] saved;
    readonly bool[] learns;

    RecomputeOperation(Func<Tensor[], Tensor[]> again, Tensor[] saved, ReadOnlySpan<Tensor> inputs) : base(inputs)
    {
        (this.again, this.saved) = (again, saved);
        learns = Array.ConvertAll(inputs.ToArray(), static input => input.RequiresGrad);
    }

    /// <summary>The forward pass. It records, as the second one will, and lets go of what was recorded: both give the same bits.</summary>
    /// <param name="first">Computes the part.</param>
    /// <param name="again">Computes it once more, from the same inputs.</param>
    /// <param name="inputs">What the part is computed from.</param>
    public static Tensor[] Run(Func<Tensor[], Tensor[]> first, Func<Tensor[], Tensor[]> again, Tensor[] inputs)
    {
        int start = new Mark().Order;
        Tensor[] saved = Array.ConvertAll(inputs, static input => input.Detach());
        var results = first(Leaves(saved, Array.ConvertAll(inputs, static input => input.RequiresGrad)));
        bool records = Array.Exists(results, static result => result.RequiresGrad);
        var shapes = Array.ConvertAll(results, static result => result.Shape);
        var values = Array.ConvertAll(results, static result => result.Values.Hold());
        Tensor.Discard(results, start);
        if (records)
            return new RecomputeOperation(again, saved, inputs).Produce(shapes, values);
        foreach (var input in saved)
            input.ReleaseValues();
        return [.. shapes.Zip(values, static (shape, value) => new Tensor(shape, value))];
    }

    // The inputs without what they were computed from, each gathering a gradient where the input wants one.
    static Tensor[] Leaves(Tensor[] saved, bool[] learns)
    {
        var leaves = Array.ConvertAll(saved, static input => input.Detach());
        for (int i = 0; i < leaves.Length; i++)
        {
            if (learns[i])
                leaves[i].RequiresGrad = true;
        }

        return leaves;
    }

    /// <summary>Computes the part once more, and goes back through it.</summary>
    public override void RunBackward()
    {
        var gradients = new Values[Outputs];
        for (int i = 0; i < gradients.Length; i++)
            gradients[i] = Gradient(i).Take();
        if (Array.TrueForAll(gradients, static gradient => gradient.IsEmpty))
            return;
        int start = new Mark().Order;
        var leaves = Leaves(saved, learns);
        Tensor[] results;
        using (Tensor.Record())
            results = again(leaves);
        Throw.Unless(results.Length == gradients.Length,
            $"Recomputation: the part gave {gradients.Length} results at first and {results.Length} when it was computed again.");
        Tensor.BackwardWithin(results, gradients, start);
        for (int i = 0; i < leaves.Length; i++)
        {
            if (learns[i] && leaves[i].Grad is { } gradient)
                Give(Input(i)!, gradient.Values.Hold());
            leaves[i].ZeroGrad();
        }
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        foreach (var input in saved)
            input.ReleaseValues();
    }

    // Takes a number, which tells what comes behind it.
    sealed class Mark() : Operation(null)
    {
        public override void Backward(Values gradient) => throw new System.Diagnostics.UnreachableException();
    }
}
