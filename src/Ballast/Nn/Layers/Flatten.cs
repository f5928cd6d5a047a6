namespace Ballast;

/// <summary>Neighbouring axes as one, by default all behind the first: [N, 3, 32, 32] becomes [N, 3072]. Nothing is copied.
/// PyTorch: <c>nn.Flatten</c>.</summary>
/// <param name="startAxis">The first axis.</param>
/// <param name="endAxis">The last axis; -1 is the last one of the input.</param>
public sealed class Flatten(int startAxis = 1, int endAxis = -1) : Module
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There are no such axes.</exception>
    public override Tensor Forward(Tensor input)
    {
        if (startAxis != 1 || endAxis != -1)
            return input.Flatten(startAxis, endAxis);
        Throw.Unless(input.Shape.Rank > 0, $"Flatten: expected a batch [N, ...], got a single value {input.Shape}.");
        if (input.Shape.Rank < 3)
            return input.Shape.Rank == 2 ? input : input.Unsqueeze(1);
        return input.Flatten(1);
    }

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"start_dim={startAxis}, end_dim={endAxis}";

    /// <inheritdoc/>
    public override string ToString() => startAxis == 1 && endAxis == -1 ? "Flatten()" : $"Flatten({startAxis}, {endAxis})";
}
