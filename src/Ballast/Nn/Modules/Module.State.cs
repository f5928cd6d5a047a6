using System.Text;

namespace Ballast;

public abstract partial class Module
{
    /// <summary>Everything that makes up the module's state, by PyTorch's keys: the parameters, and the buffers such as a
    /// batch normalization's running statistics. The values are a copy.</summary>
    public StateDict StateDict()
    {
        var state = new StateDict();
        foreach (var (name, slot) in Slots())
        {
            if (slot is not IgnoredSlot)
                state.Add(name, slot.Read());
        }

        return state;
    }

    /// <summary>Takes over a state, copying its values. Every key must be there with the right element type and shape and none besides, but
    /// for tables of integers and truth values, such as <c>position_ids</c>, which are left out where the module has no place for them; a state
    /// without <c>num_batches_tracked</c>, as old PyTorch wrote it, loads as 0.</summary>
    /// <param name="state">The state.</param>
    /// <param name="strict">Whether missing and unexpected keys are refused; otherwise what has a place is taken over, and the rest told.</param>
    /// <returns>The keys that were skipped.</returns>
    /// <exception cref="ArgumentException">Keys that are missing, unexpected, or of another shape or type (this is refused in any case): the
    /// message lists them all, and nothing has been changed.</exception>
    public IncompatibleKeys LoadStateDict(StateDict state, bool strict = true)
    {
        List<string> missing = [], wrong = [];
        var slots = Slots().ToList();
        foreach (var (name, slot) in slots)
        {
            if (state.TryGetValue(name, out var entry))
            {
                if (slot.Mismatch(entry) is { } mismatch)
                    wrong.Add($"{name}: {mismatch}");
            }
            else if (slot is not (CounterSlot or IgnoredSlot))
            {
                missing.Add(name);
            }
        }

        var known = slots.Select(static slot => slot.Name).ToHashSet();
        var unexpected = state.Where(entry => !known.Contains(entry.Key) && !IsTable(entry.Value)).Select(static entry => entry.Key).ToList();
        if (wrong.Count > 0 || (strict && missing.Count + unexpected.Count > 0))
        {
            var text = new StringBuilder($"The state does not fit {GetType().Name}. Nothing was changed.");
            List(text, "missing", strict ? missing : []);
            List(text, "unexpected", strict ? unexpected : []);
            List(text, "of another shape or type", wrong);
            Throw.Argument(text.ToString());
        }

        foreach (var (name, slot) in slots)
        {
            if (state.TryGetValue(name, out var entry))
                slot.Write(entry);
            else if (strict)
                slot.Write(new StateEntry(0L));
        }

        return new IncompatibleKeys(missing, unexpected);
    }

    // Positions and masks of other libraries' modules; a single int64 is a count.
    static bool IsTable(StateEntry entry) => !entry.Tensor.ElementType.IsFloat() && entry.Number is null;

    /// <summary>The float32 tensors of the state that are no parameters, by their keys: running statistics.</summary>
    internal IEnumerable<(string Name, Tensor Value)> NamedStatistics()
    {
        foreach (var (path, module) in NamedModules())
        {
            foreach (var (name, slot) in module.buffers)
            {
                if (slot is TensorSlot { Tensor.ElementType: ElementType.Float32 or ElementType.Float64 } tensor)
                    yield return (Join(path, name), tensor.Tensor);
            }
        }
    }

    IEnumerable<(string Name, StateSlot Slot)> Slots()
    {
        foreach (var (path, module) in NamedModules())
        {
            module.RequireParts();
            foreach (var (name, parameter) in module.parameters)
                yield return (Join(path, name), new TensorSlot(parameter));
            foreach (var (name, slot) in module.buffers)
                yield return (Join(path, name), slot);
        }
    }

    static void List(StringBuilder text, string title, List<string> lines)
    {
        if (lines.Count == 0)
            return;
        text.Append('\n').Append("  ").Append(title).Append(':');
        foreach (string line in lines)
            text.Append("\n    ").Append(line);
    }
}

/// <summary>What <see cref="Module.LoadStateDict"/> skipped. PyTorch: the result of <c>load_state_dict(strict=False)</c>.</summary>
/// <param name="MissingKeys">Keys of the module that the state has not: what is there stayed. PyTorch: <c>missing_keys</c>.</param>
/// <param name="UnexpectedKeys">Keys of the state that the module has no place for. PyTorch: <c>unexpected_keys</c>.</param>
public sealed record IncompatibleKeys(IReadOnlyList<string> MissingKeys, IReadOnlyList<string> UnexpectedKeys)
{
    /// <summary>The keys, or that all match.</summary>
    public override string ToString() => MissingKeys.Count + UnexpectedKeys.Count == 0 ? "<All keys matched successfully>"
        : $"missing: {string.Join(", ", MissingKeys)}; unexpected: {string.Join(", ", UnexpectedKeys)}";
}
