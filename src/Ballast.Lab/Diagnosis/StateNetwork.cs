namespace Ballast.Lab;

/// <summary>What can be told of a network from its state alone: batch normalizations where there are running statistics, and
/// tensors.</summary>
/// <remarks>How they are connected, eps and momentum are not in a state: they are taken to be what they usually are.</remarks>
sealed class StateNetwork : Module
{
    StateNetwork(StateDict state, IEnumerable<string[]> keys, int depth)
    {
        foreach (var group in keys.GroupBy(key => key[depth]))
        {
            string[][] inside = [.. group.Where(key => key.Length > depth + 1)];
            if (inside.Length > 0)
                Register(group.Key, Part(state, inside, depth + 1));
            else if (state[string.Join('.', group.First())].Tensor is { } tensor)
                RegisterBuffer(group.Key, tensor.Clone());
        }
    }

    /// <summary>The network of a state.</summary>
    public static Module Of(StateDict state) => Part(state, [.. state.Keys.Select(static key => key.Split('.'))], 0);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input) => throw new InvalidOperationException("A state does not say how its network computes.");

    static Module Part(StateDict state, string[][] keys, int depth)
    {
        string prefix = string.Concat(keys[0].Take(depth).Select(static word => word + "."));
        if (state.TryGetValue(prefix + "running_mean", out var mean) && state.TryGetValue(prefix + "running_var", out var variance)
            && mean.Tensor is { Shape.Rank: 1 } means && variance.Tensor?.Shape == means.Shape && means.Length > 0)
        {
            return Norm(state, prefix, means.Length);
        }

        return new StateNetwork(state, keys, depth);
    }

    static BatchNorm1d Norm(StateDict state, string prefix, int features)
    {
        bool affine = state.TryGetValue(prefix + "weight", out _) && state.TryGetValue(prefix + "bias", out _);
        var norm = new BatchNorm1d(features, affine: affine);
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
