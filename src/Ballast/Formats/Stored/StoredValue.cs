using System.Globalization;

namespace Ballast;

/// <summary>A value of a checkpoint: a tensor, a mapping, a list, or a plain value. Plain values convert by themselves:
/// <c>new StoredMapping { ["model"] = StoredMapping.From(net.StateDict()), ["epoch"] = 3 }</c>.</summary>
public abstract class StoredValue
{
    private protected StoredValue()
    {
    }

    /// <summary>Python's <c>None</c>.</summary>
    public static StoredValue None { get; } = new StoredNone();

    /// <summary>A whole number.</summary>
    public static implicit operator StoredValue(long value) => new StoredInteger(value);

    /// <summary>A real number.</summary>
    public static implicit operator StoredValue(double value) => new StoredReal(value);

    /// <summary>A truth value.</summary>
    public static implicit operator StoredValue(bool value) => new StoredBoolean(value);

    /// <summary>A text.</summary>
    public static implicit operator StoredValue(string value) => new StoredText(value);

    /// <summary>A tensor.</summary>
    public static implicit operator StoredValue(Tensor value) => StoredTensor.From("", value);
}

/// <summary>Python's <c>None</c>.</summary>
public sealed class StoredNone : StoredValue
{
    /// <summary>"None".</summary>
    public override string ToString() => "None";
}

/// <summary>A whole number.</summary>
/// <param name="value">The number.</param>
public sealed class StoredInteger(long value) : StoredValue
{
    /// <summary>The number.</summary>
    public long Value => value;

    /// <summary>The number in digits.</summary>
    public override string ToString() => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A real number.</summary>
/// <param name="value">The number.</param>
public sealed class StoredReal(double value) : StoredValue
{
    /// <summary>The number.</summary>
    public double Value => value;

    /// <summary>The number in digits that read back as it.</summary>
    public override string ToString() => value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>A truth value.</summary>
/// <param name="value">The value.</param>
public sealed class StoredBoolean(bool value) : StoredValue
{
    /// <summary>The value.</summary>
    public bool Value => value;

    /// <summary>"True" or "False".</summary>
    public override string ToString() => value ? "True" : "False";
}

/// <summary>A text; also what stands for a dtype or a device: <c>torch.float32</c>, <c>cpu</c>.</summary>
/// <param name="value">The text.</param>
public sealed class StoredText(string value) : StoredValue
{
    /// <summary>The text.</summary>
    public string Value => value;

    /// <summary>The text itself.</summary>
    public override string ToString() => value;
}

/// <summary>A list or a tuple.</summary>
/// <param name="items">The values in order.</param>
/// <param name="isTuple">Whether it is a tuple in Python.</param>
public sealed class StoredList(IReadOnlyList<StoredValue> items, bool isTuple = false) : StoredValue
{
    /// <summary>The values in order.</summary>
    public IReadOnlyList<StoredValue> Items => items;

    /// <summary>Whether it is a tuple in Python.</summary>
    public bool IsTuple => isTuple;

    /// <summary>How many values there are.</summary>
    public override string ToString() => $"{(isTuple ? "a tuple" : "a list")} of {items.Count}";
}
