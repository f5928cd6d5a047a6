namespace Ballast.Lab;

/// <summary>What can be told of a network from its state alone: batch normalizations where there are running statistics, and
/// tensors.</summary>
/// <remarks>How they are connected, eps and momentum are not in a state: they are taken to be what they usually are, for a running
/// variance those of <see cref="BatchNorm1d"/> and for a running sigma those of <see cref="BatchRenorm"/>.</remarks>
sealed class StateNetwork : Module
{
    StateNetwork(StateDict state, IEnumerable<string[]> keys, int depth)
    {
        foreach (var group in keys.GroupBy(key => key[depth]))
        {
            string[][] inside = [.. group.Where(key => key.Length > depth + 1)];
            if (inside.Length > 0)
                Register(group.Key, Part(state, inside, depth + 1));
            else
                RegisterBuffer(group.Key, state[string.Join('.', group.First())].Tensor.Clone());
        }
    }

    /// <summary>The network of a state.</summary>
    public static Module Of(StateDict state) => Part(state, [.. state.Keys.Select(static key => key.Split('.'))], 0);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => throw new InvalidOperationException("A state does not say how its network computes.");

    static Module Part(StateDict state, string[][] keys, int depth)
    {
        string prefix = string.Concat(keys[0].Take(depth).Select(static word => word + "."));
        if (state.TryGetValue(prefix + "running_mean", out var mean)
            && mean.Tensor is { ElementType: ElementType.Float32, Shape.Rank: 1, Length: > 0 } means)
        {
            if (Has("running_var", means.Shape))
                return Norm(state, prefix, affine => new BatchNorm1d(means.Length, affine: affine));
            if (Has("running_std", means.Shape))
                return Norm(state, prefix, affine => new BatchRenorm(means.Length, affine: affine));
        }

        return new StateNetwork(state, keys, depth);

        bool Has(string name, Shape shape) => state.TryGetValue(prefix + name, out var entry) && entry.Shape == shape;
    }

    static BatchNorm Norm(StateDict state, string prefix, Func<bool, BatchNorm> make)
    {
        bool affine = state.TryGetValue(prefix + "weight", out _) && state.TryGetValue(prefix + "bias", out _);
        var norm = make(affine);
        var own = new StateDict();
        foreach (string name in norm.StateDict().Keys)
        {
            if (state.TryGetValue(prefix + name, out var entry))
                own.Add(name, entry);
        }

        norm.LoadStateDict(own);
        return norm;
    }
}
