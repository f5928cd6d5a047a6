namespace Ballast;

/// <summary>All axes behind the first as one: [N, 3, 32, 32] becomes [N, 3072]. Nothing is copied.
/// PyTorch: <c>nn.Flatten</c>.</summary>
public sealed class Flatten : Module
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A tensor without axes.</exception>
    public override Tensor Forward(Tensor input)
    {
        Throw.Unless(input.Shape.Rank > 0, $"Flatten: expected a batch [N, ...], got a single value {input.Shape}.");
        if (input.Shape.Rank < 3)
            return input.Shape.Rank == 2 ? input : input.Unsqueeze(1);
        return input.Flatten(1);
    }

    /// <inheritdoc/>
    public override string ToString() => "Flatten()";
}
