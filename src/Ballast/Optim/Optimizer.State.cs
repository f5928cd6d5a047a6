using System.Globalization;

namespace Ballast;

public abstract partial class Optimizer
{
    /// <summary>The names of the values that are kept for each parameter, as PyTorch names them.</summary>
    private protected abstract IReadOnlyList<string> StateNames { get; }

    /// <summary>What the optimizer remembers: for the parameter number i, in the order they were given, <c>i.step</c> and
    /// such as <c>i.exp_avg</c>. The values are a copy.</summary>
    public StateDict StateDict()
    {
        var state = new StateDict();
        for (int i = 0; i < states.Count; i++)
        {
            state.Add(Key(i, "step"), new StateEntry(states[i].Steps));
            for (int j = 0; j < StateNames.Count; j++)
            {
                var parameter = states[i].Parameter;
                state.Add(
                    Key(i, StateNames[j]), Tensor.From(states[i].Values[j].Span(parameter.Length), parameter.Shape));
            }
        }

        return state;
    }

    /// <summary>Takes over what another optimizer of the same kind remembered of parameters of the same shapes.</summary>
    /// <exception cref="ArgumentException">An entry is missing, unexpected, or of another shape or type; nothing has been
    /// changed.</exception>
    public void LoadStateDict(StateDict state)
    {
        int expected = states.Count * (1 + StateNames.Count);
        string[] kept = [.. state.Keys.Select(static key => key[(key.IndexOf('.', StringComparison.Ordinal) + 1)..])
            .Where(static name => name != "step").Distinct()];
        Throw.Unless(kept.Length == 0 ? StateNames.Count == 0 || state.Count == 0 : StateNames.ToHashSet().SetEquals(kept),
            $"{GetType().Name}: expected a state with {Names(StateNames)} for each parameter, got one with {Names(kept)}. "
                + $"It belongs to an optimizer of another kind or other settings. Make the optimizer that it was saved by.");
        Throw.Unless(state.Count == expected,
            $"{GetType().Name}: expected a state of {expected} entries for {states.Count} parameters, got {state.Count}.");
        for (int i = 0; i < states.Count; i++)
        {
            Throw.Unless(state.TryGetValue(Key(i, "step"), out var steps) && steps.Number is >= 0,
                $"{GetType().Name}: the state has no whole number {Key(i, "step")}.");
            foreach (string name in StateNames)
            {
                var shape = states[i].Parameter.Shape;
                Throw.Unless(state.TryGetValue(Key(i, name), out var entry) && entry.Tensor?.Shape == shape,
                    $"{GetType().Name}: the state has no {Key(i, name)} of the shape {shape}. It belongs to another network or optimizer.");
            }
        }

        for (int i = 0; i < states.Count; i++)
        {
            states[i].Steps = state[Key(i, "step")].Number!.Value;
            for (int j = 0; j < StateNames.Count; j++)
                state[Key(i, StateNames[j])].Tensor!.AsSpan().CopyTo(states[i].Values[j].Span(states[i].Parameter.Length));
        }
    }

    static string Names(IReadOnlyCollection<string> names) => string.Join(" and ", (string[])["step", .. names]);

    static string Key(int parameter, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{parameter}.{name}");
}
