namespace Ballast;

/// <summary>A list, tuple or set of a pickle.</summary>
/// <param name="isTuple">Whether it is a tuple.</param>
/// <param name="items">What it holds.</param>
sealed class PickleList(bool isTuple, List<object?> items)
{
    /// <summary>Whether it is a tuple.</summary>
    public bool IsTuple => isTuple;

    /// <summary>What it holds: null for None, bool, long, BigInteger, double, string, byte[], or one of these classes.</summary>
    public List<object?> Items => items;
}

/// <summary>A dict of a pickle, as the pairs it was given: keys may be anything.</summary>
sealed class PickleMapping
{
    /// <summary>The pairs in order; of equal keys the last one counts.</summary>
    public List<(object? Key, object? Value)> Pairs { get; } = [];

    /// <summary>The value of a text key, or null.</summary>
    public object? Find(string key) => Pairs.FindLast(pair => pair.Key is string text && text == key).Value;
}

/// <summary>The name of a class or function, which is never looked up.</summary>
/// <param name="Module">The module.</param>
/// <param name="Name">The name in it.</param>
sealed record PickleGlobal(string Module, string Name)
{
    /// <summary>As a message shows it: <c>torch.nn.modules.linear.Linear</c>.</summary>
    public override string ToString()
    {
        string quoted = SafetensorsHeader.Quote($"{Module}.{Name}");
        return quoted[1..^1];
    }
}

/// <summary>An object of a class that is not known: its state as data.</summary>
/// <param name="type">The class.</param>
sealed class PickleObject(PickleGlobal type)
{
    /// <summary>The class.</summary>
    public PickleGlobal Type => type;

    /// <summary>What <c>__setstate__</c> would have been given.</summary>
    public object? State { get; set; }
}
