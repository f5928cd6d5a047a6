namespace Ballast;

/// <summary>A place in a module where a value of its state lives.</summary>
abstract class StateSlot
{
    /// <summary>A copy of the value.</summary>
    public abstract StateEntry Read();

    /// <summary>Replaces the value by a copy of an entry that fits.</summary>
    public abstract void Write(StateEntry entry);

    /// <summary>Why an entry does not fit, or null if it does.</summary>
    public abstract string? Mismatch(StateEntry entry);
}

/// <summary>A parameter or a registered tensor.</summary>
sealed class TensorSlot(Tensor tensor) : StateSlot
{
    /// <summary>The tensor itself.</summary>
    public Tensor Tensor => tensor;

    /// <inheritdoc/>
    public override StateEntry Read() => new(tensor.Clone());

    /// <inheritdoc/>
    public override void Write(StateEntry entry) => tensor.Assign(entry.Tensor);

    /// <inheritdoc/>
    public override string? Mismatch(StateEntry entry) =>
        entry.Fits(tensor) ? null : $"expected {StateEntry.Describe(tensor)}, got {entry.Describe()}";
}

/// <summary>A whole number that a module counts.</summary>
sealed class CounterSlot(Func<long> read, Action<long> write) : StateSlot
{
    /// <inheritdoc/>
    public override StateEntry Read() => new(read());

    /// <inheritdoc/>
    public override void Write(StateEntry entry) => write(entry.Number!.Value);

    /// <inheritdoc/>
    public override string? Mismatch(StateEntry entry) =>
        entry.Number is null ? $"expected one int64, got {entry.Describe()}" : null;
}

/// <summary>An entry that other layers of the kind have and this one has no use for: a state may bring it.</summary>
sealed class IgnoredSlot : StateSlot
{
    /// <inheritdoc/>
    public override StateEntry Read() => new(0L);

    /// <inheritdoc/>
    public override void Write(StateEntry entry)
    {
    }

    /// <inheritdoc/>
    public override string? Mismatch(StateEntry entry) => null;
}
