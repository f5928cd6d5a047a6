namespace Ballast;

/// <summary>The gradient of data that asked for one: where a backward pass ends, and stays for the next.</summary>
sealed class LeafGradient : Operation
{
    readonly Tensor leaf;
    GradientSlot total;
    Tensor? read;

    public LeafGradient(Tensor leaf) : base(null) => this.leaf = leaf;

    /// <inheritdoc/>
    public override bool IsLeaf => true;

    /// <summary>The gradient gathered since it was last cleared; null where there is none.</summary>
    public Tensor? Total
    {
        get
        {
            if (total.IsEmpty)
                return null;
            if (read is null)
            {
                var values = total.Take().Settle(leaf.Shape);
                total = new GradientSlot(values);
                read = new Tensor(leaf.Shape, values.Hold());
            }

            return read;
        }
    }

    /// <summary>Forgets the gradient.</summary>
    public void Clear()
    {
        read?.ReleaseValues();
        read = null;
        total.Take().Release();
    }

    /// <summary>Adds what this pass has gathered.</summary>
    public override void Backward(Values gradient)
    {
        read?.ReleaseValues();
        read = null;
        total.Add(gradient, leaf.Length);
    }
}
