namespace Ballast;

/// <summary>How a <see cref="Trainer"/> uses <see cref="Lookahead"/>. When training is over the network has the slow weights.
/// </summary>
/// <param name="Every">After how many mini-batches the slow weights follow.</param>
/// <param name="Decay">How much of them stays, 0 to 1, when so many mini-batches are done.</param>
public sealed record LookaheadOptions(int Every, Func<long, double> Decay);

/// <summary>Slow weights that follow the fast ones which the optimizer changes, and pull them back: at each update
/// slow = decay slow + (1 - decay) fast, then fast = slow (Zhang et al. 2019, "Lookahead Optimizer", with 1 - decay for its
/// alpha). Parameters and statistics alike.</summary>
public sealed class Lookahead
{
    readonly List<(string Name, Tensor Fast, Buffer Slow)> entries = [];

    /// <summary>Begins with slow weights that are those of the network.</summary>
    /// <param name="model">The network.</param>
    public Lookahead(Module model)
    {
        foreach (var (name, tensor) in model.StateTensors())
            entries.Add((name, tensor, Buffer.Copy(tensor.AsSpan())));
    }

    /// <summary>Moves the slow weights towards the fast ones, and sets the fast ones to them.</summary>
    /// <param name="decay">How much of the slow weights stays: 0 to 1. At 1 the network goes back to the slow weights.</param>
    /// <exception cref="ArgumentException">A decay out of range.</exception>
    public void Update(double decay)
    {
        Throw.Unless(decay is >= 0 and <= 1, $"Lookahead: expected a decay from 0 to 1, got {decay}.");
        float share = (float)(1 - decay);
        foreach (var (_, tensor, buffer) in entries)
        {
            var fast = tensor.Mutate();
            var slow = buffer.Span(fast.Length);
            // From the nearer end, as torch.lerp does: a decay of 0 gives the fast weights, of 1 the slow ones.
            for (int i = 0; i < fast.Length; i++)
            {
                float difference = fast[i] - slow[i];
                fast[i] = slow[i] = share < 0.5f ? slow[i] + share * difference : fast[i] - difference * (1 - share);
            }
        }
    }

    /// <summary>The slow weights by the network's keys, copied.</summary>
    public StateDict StateDict()
    {
        var state = new StateDict();
        foreach (var (name, fast, slow) in entries)
            state.Add(name, Tensor.From(slow.Span(fast.Length).ToArray(), fast.Shape));
        return state;
    }

    /// <summary>Takes over slow weights, copying them.</summary>
    /// <exception cref="ArgumentException">Weights that are missing or of another shape; nothing has been changed.</exception>
    public void LoadStateDict(StateDict state)
    {
        foreach (var (name, fast, _) in entries)
        {
            Throw.Unless(state.TryGetValue(name, out var entry) && entry.Tensor?.Shape == fast.Shape,
                $"Lookahead: the slow weights {name} {fast.Shape} are missing or of another shape. Nothing was changed.");
        }

        foreach (var (name, fast, slow) in entries)
            state[name].Tensor!.AsSpan().CopyTo(slow.Span(fast.Length));
    }
}
