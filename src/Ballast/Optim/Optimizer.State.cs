using System.Globalization;

namespace Ballast;

public abstract partial class Optimizer
{
    readonly List<Kept> kept = [];

    /// <summary>What is remembered of each parameter, in the order in which they were given.</summary>
    internal IReadOnlyList<ParameterState> States => states;

    /// <summary>Keeps a tensor for each parameter, zeros at first. It is part of <see cref="StateDict"/>, and so of checkpoints, under
    /// <c>i.name</c>. To be called in the constructor.</summary>
    /// <param name="name">Its name, as PyTorch names it: <c>momentum_buffer</c>.</param>
    /// <param name="shape">The shape for a parameter, null where it needs none; null for the parameter's own shape everywhere.</param>
    /// <exception cref="ArgumentException">The name is empty, has a dot, or is taken (<c>step</c> always is).</exception>
    protected void KeepTensor(string name, Func<Parameter, Shape?>? shape = null) =>
        KeepFilled(name, state => shape is null ? state.Parameter.Shape : shape(state.Parameter), static _ => 0);

    /// <summary>Keeps a tensor for each parameter, filled with a value.</summary>
    private protected void KeepFilled(string name, Func<ParameterState, Shape?> shape, Func<ParameterState, float> first)
    {
        CheckName(name);
        Keep(new Kept(name, state => shape(state) is not null, state =>
        {
            if (shape(state) is { } wanted)
                state.Keep(name, Tensor.Full(wanted, first(state)), first(state));
        }));
    }

    // Also for the parameters of groups that are added later.
    void Keep(Kept keep)
    {
        kept.Add(keep);
        states.ForEach(keep.Begin);
    }

    /// <summary>Keeps a whole number for each parameter, 0 at first. It is part of <see cref="StateDict"/>, and so of checkpoints, under
    /// <c>i.name</c>. To be called in the constructor. A number with a fraction is a tensor without axes.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">The name is empty, has a dot, or is taken (<c>step</c> always is).</exception>
    protected void KeepNumber(string name)
    {
        CheckName(name);
        Keep(new Kept(name, static _ => true, state => state.Keep(name, tensor: null)));
    }

    /// <summary>What the optimizer remembers: for the parameter number i, in the order they were given, <c>i.step</c> and
    /// such as <c>i.exp_avg</c>. The values are a copy.</summary>
    public virtual StateDict StateDict()
    {
        CheckGroups();
        var state = new StateDict();
        for (int i = 0; i < states.Count; i++)
        {
            state.Add(Key(i, "step"), new StateEntry(states[i].Steps));
            foreach (var entry in states[i].Entries)
                state.Add(Key(i, entry.Name), entry.Read());
        }

        return state;
    }

    /// <summary>Takes over what another optimizer of the same kind remembered of parameters of the same shapes.</summary>
    /// <exception cref="ArgumentException">An entry is missing, unexpected, or of another shape or type; nothing has been
    /// changed.</exception>
    public virtual void LoadStateDict(StateDict state)
    {
        CheckGroups();
        string[] names = [.. states.SelectMany(static own => own.Entries).Select(static entry => entry.Name).Distinct()];
        int expected = states.Sum(static own => 1 + own.Entries.Count);
        string[] kept = [.. state.Keys.Select(static key => key[(key.IndexOf('.', StringComparison.Ordinal) + 1)..])
            .Where(static name => name != "step").Distinct()];
        Throw.Unless(kept.Length == 0 ? names.Length == 0 || state.Count == 0 : names.ToHashSet().SetEquals(kept),
            $"{GetType().Name}: expected a state with {Names(names)} for each parameter, got one with {Names(kept)}. "
                + $"It belongs to an optimizer of another kind or other settings. Make the optimizer that it was saved by.");
        Throw.Unless(state.Count == expected,
            $"{GetType().Name}: expected a state of {expected} entries for {states.Count} parameters, got {state.Count}.");
        for (int i = 0; i < states.Count; i++)
        {
            Throw.Unless(state.TryGetValue(Key(i, "step"), out var steps) && steps.Number is >= 0,
                $"{GetType().Name}: the state has no whole number {Key(i, "step")}.");
            foreach (var entry in states[i].Entries)
            {
                string key = Key(i, entry.Name);
                if (entry.Mismatch(key, state.TryGetValue(key, out var given) ? given : null) is { } mismatch)
                    Throw.Argument($"{GetType().Name}: {mismatch}");
            }
        }

        for (int i = 0; i < states.Count; i++)
        {
            states[i].Steps = state[Key(i, "step")].Number!.Value;
            foreach (var entry in states[i].Entries)
                entry.Write(state[Key(i, entry.Name)]);
        }
    }

    void CheckName(string name)
    {
        Throw.Unless(name.Length > 0 && !name.Contains('.', StringComparison.Ordinal),
            $"{GetType().Name}: the name of a state is one word without dots, got \"{name}\".");
        Throw.Unless(name != "step" && !states.Exists(state => state.Has(name)),
            $"{GetType().Name}: the state \"{name}\" is kept already.");
    }

    static string Names(IReadOnlyCollection<string> names) => string.Join(" and ", (string[])["step", .. names]);

    // What is kept under a name: of which parameters, and how it begins.
    sealed record Kept(string Name, Func<ParameterState, bool> Wanted, Action<ParameterState> Begin);

    static string Key(int parameter, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{parameter}.{name}");
}
