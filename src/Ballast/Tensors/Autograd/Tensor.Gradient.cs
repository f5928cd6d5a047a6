namespace Ballast;

public partial class Tensor
{
    /// <summary>The gradient that <see cref="Backward()"/> has gathered for data that asked for one by
    /// <see cref="RequiresGrad"/>, of this tensor's shape; null where there is none.</summary>
    public virtual Tensor? Grad => (Producer as LeafGradient)?.Total;

    /// <summary>Forgets the gradient. PyTorch: <c>grad = None</c>.</summary>
    public virtual void ZeroGrad() => (Producer as LeafGradient)?.Clear();

    void AskForGradient(bool wanted)
    {
        if (Producer is not (null or LeafGradient))
        {
            Throw.InvalidOperation(wanted
                ? $"RequiresGrad: this tensor {Shape} was computed, and its gradient goes on to what it was computed "
                    + $"from. Ask for the gradient of that, or of Detach()."
                : $"RequiresGrad: this tensor {Shape} was computed from something that learns. Take Detach() to leave that behind.");
        }

        if (wanted && !ElementType.IsFloat())
            Throw.InvalidOperation($"RequiresGrad: only float32 values have a gradient, this tensor {Shape} has {ElementType.Name()} values.");
        Producer = wanted ? Producer ?? new LeafGradient(this) : null;
    }
}
