namespace Ballast;

/// <summary>What an <see cref="Optimizer"/> remembers of one parameter: how often it was changed, and the tensors and whole numbers that
/// the optimizer keeps by name (<see cref="Optimizer.KeepTensor"/>, <see cref="Optimizer.KeepNumber"/>). PyTorch:
/// <c>optimizer.state[parameter]</c>.</summary>
public sealed class ParameterState
{
    readonly List<Entry> entries = [];

    internal ParameterState(Parameter parameter, ParameterGroup group)
    {
        Parameter = parameter;
        Group = group;
    }

    /// <summary>The parameter.</summary>
    public Parameter Parameter { get; }

    /// <summary>The group that it belongs to.</summary>
    public ParameterGroup Group { get; }

    /// <summary>How many steps have changed it, the one that is being made among them: 1 in the first. PyTorch: <c>step</c>.</summary>
    public long Steps { get; internal set; }

    /// <summary>Whether something is kept for this parameter under a name.</summary>
    public bool Has(string name) => entries.Exists(entry => entry.Name == name);

    /// <summary>A tensor that is kept, zeros at first. It is the state itself: later steps change it.</summary>
    /// <exception cref="ArgumentException">No tensor is kept under this name for this parameter.</exception>
    public Tensor this[string name] => Find(name, number: false).Tensor!;

    /// <summary>The values of a tensor that is kept, row-major, to read and to write over. The span is good until the next operation on
    /// tensors.</summary>
    /// <exception cref="ArgumentException">No tensor is kept under this name for this parameter.</exception>
    public Span<float> Values(string name) => this[name].Mutate();

    /// <summary>Replaces the values of a tensor that is kept by a copy of another's.</summary>
    /// <exception cref="ArgumentException">No tensor is kept under this name for this parameter, or it has another shape.</exception>
    public void Set(string name, Tensor values)
    {
        var kept = this[name];
        Throw.Unless(values.Shape == kept.Shape, $"ParameterState: expected {name} of the shape {kept.Shape}, got {values.Shape}.");
        values.AsSpan().CopyTo(kept.Mutate());
    }

    /// <summary>A whole number that is kept, 0 at first.</summary>
    /// <exception cref="ArgumentException">No number is kept under this name for this parameter.</exception>
    public long Number(string name) => Find(name, number: true).Number;

    /// <summary>Replaces a whole number that is kept.</summary>
    /// <exception cref="ArgumentException">No number is kept under this name for this parameter.</exception>
    public void SetNumber(string name, long value) => Find(name, number: true).Number = value;

    /// <summary>What is kept besides <see cref="Steps"/>, in the order in which it was asked for.</summary>
    internal IReadOnlyList<Entry> Entries => entries;

    internal void Keep(string name, Tensor? tensor, float first = 0) => entries.Add(new Entry(name, tensor) { First = first });

    /// <summary>What a tensor that is kept begins with.</summary>
    internal Tensor First(string name)
    {
        var entry = Find(name, number: false);
        return Tensor.Full(entry.Tensor!.Shape, entry.First);
    }

    /// <summary>The tensor that is kept under a name; null where there is none.</summary>
    internal Tensor? Kept(string name)
    {
        foreach (var entry in entries)
        {
            if (entry.Name == name)
                return entry.Tensor;
        }

        return null;
    }

    Entry Find(string name, bool number)
    {
        var found = entries.Find(entry => entry.Name == name);
        Throw.Unless(found is not null && found.Tensor is null == number,
            $"ParameterState: no {(number ? "number" : "tensor")} \"{name}\" is kept for the parameter {Parameter.Shape}. "
                + $"Ask for it in the optimizer's constructor: {(number ? "KeepNumber" : "KeepTensor")}(\"{name}\").");
        return found!;
    }

    /// <summary>One thing that is kept.</summary>
    internal sealed class Entry(string name, Tensor? tensor)
    {
        public string Name => name;

        /// <summary>The tensor; null for a number.</summary>
        public Tensor? Tensor => tensor;

        public long Number { get; set; }

        /// <summary>What the tensor is filled with at first.</summary>
        public float First { get; init; }

        public StateEntry Read() => tensor is null ? new StateEntry(Number) : new StateEntry(tensor.Clone());

        /// <summary>Why an entry of a state does not fit, or null if it does.</summary>
        public string? Mismatch(string key, StateEntry? entry)
        {
            if (tensor is null)
                return entry?.Number is null ? $"the state has no whole number {key}." : null;
            return entry?.Fits(tensor) == true ? null
                : $"the state has no {key} of the shape {tensor.Shape}. It belongs to another network or optimizer.";
        }

        public void Write(StateEntry entry)
        {
            if (tensor is null)
                Number = entry.Number!.Value;
            else
                tensor.Assign(entry.Tensor);
        }
    }
}
