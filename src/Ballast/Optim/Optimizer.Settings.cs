using System.Globalization;

namespace Ballast;

public abstract partial class Optimizer
{
    readonly List<Named> settings = [];
    int checkedGroups;

    /// <summary>A setting of the optimizer besides the learning rate and the weight decay, by PyTorch's name (<c>momentum</c>, <c>eps</c>,
    /// <c>beta1</c>): what groups have that have none of their own. It may be changed between steps, but for one that decides what is kept,
    /// such as whether there is a momentum.</summary>
    /// <exception cref="ArgumentException">There is no such setting, a value out of its range, or one that does not go with the others;
    /// nothing has been changed.</exception>
    public double this[string name]
    {
        get => Known(name).Value;
        set
        {
            CheckRange(name, value);
            var setting = Known(name);
            double before = setting.Value;
            try
            {
                setting.Value = value;
                groups.ForEach(group => CheckChanged(group, name));
            }
            catch (ArgumentException)
            {
                setting.Value = before;
                throw;
            }
        }
    }

    /// <summary>The names of the settings that there are besides the learning rate and the weight decay.</summary>
    public IEnumerable<string> SettingNames => settings.Select(static setting => setting.Name);

    /// <summary>Gives the optimizer a setting that groups may have a value of their own for. To be called in the constructor.</summary>
    /// <param name="name">Its name, as PyTorch names it.</param>
    /// <param name="value">Its value.</param>
    /// <param name="least">The least value, allowed itself.</param>
    /// <param name="below">A bound above, not allowed itself.</param>
    /// <param name="most">The largest value, allowed itself.</param>
    /// <param name="above">A bound below, not allowed itself.</param>
    /// <exception cref="ArgumentException">The value, or a group's own, is out of this range.</exception>
    protected void Setting(
        string name, double value, double least = double.NegativeInfinity, double below = double.PositiveInfinity,
        double most = double.PositiveInfinity, double above = double.NegativeInfinity) =>
        Declare(name, value, new Range(least, above, below, most, false));

    /// <summary>Gives the optimizer a setting that is a truth value, 1 or 0 in a group.</summary>
    /// <param name="name">Its name, as PyTorch names it.</param>
    /// <param name="value">Its value.</param>
    protected void Setting(string name, bool value) =>
        Declare(name, value ? 1 : 0, new Range(0, double.NegativeInfinity, double.PositiveInfinity, 1, true));

    void Declare(string name, double value, Range range)
    {
        Throw.Unless(Find(name) is null, $"{GetType().Name}: there is a setting \"{name}\" already.");
        settings.Add(new Named(name, range));
        CheckRange(name, value);
        Known(name).Value = value;
        foreach (var group in groups)
        {
            if (group[name] is { } own)
                CheckRange(name, own);
        }
    }

    /// <summary>The value of a setting for a group: its own, or the optimizer's.</summary>
    protected internal double Setting(ParameterGroup group, string name) => group[name] ?? Known(name).Value;

    /// <summary>Whether a setting that is a truth value holds for a group.</summary>
    protected bool IsSet(ParameterGroup group, string name) => Setting(group, name) != 0;

    /// <summary>Whether a setting is a truth value.</summary>
    internal bool IsFlag(string name) => Find(name) is { Range.IsFlag: true };

    /// <summary>Optimizes more parameters from the next step on. PyTorch: <c>add_param_group</c>.</summary>
    /// <param name="group">The parameters, with settings of their own where they have some.</param>
    /// <exception cref="ArgumentException">No parameters, one that is optimized already, or a setting that there is not or that is out of range;
    /// nothing has been changed.</exception>
    public void AddParameterGroup(ParameterGroup group)
    {
        CheckGroups();
        string name = GetType().Name;
        Throw.Unless(group.Parameters.Count > 0, $"{name}: the group has no parameters. Pass some of model.Parameters().");
        CheckGroup(group);
        Prepare(group);
        int first = states.Count;
        Add(group);
        checkedGroups = groups.Count;
        for (int i = first; i < states.Count; i++)
            kept.ForEach(keep => keep.Begin(states[i]));
    }

    /// <summary>How PyTorch keeps the number of steps; null where it has no such optimizer.</summary>
    internal virtual PyTorchStep? PyTorchSteps => null;

    /// <summary>Gets ready for a group that is added later.</summary>
    private protected virtual void Prepare(ParameterGroup group)
    {
    }

    /// <summary>Refuses settings of a group that do not go together.</summary>
    private protected virtual void CheckTogether(ParameterGroup group)
    {
    }

    void Add(ParameterGroup group)
    {
        var seen = states.Select(static state => state.Parameter).ToHashSet();
        foreach (var parameter in group.Parameters)
            Throw.Unless(seen.Add(parameter), $"{GetType().Name}: a parameter {parameter.Shape} is given twice.");
        _ = group.LearningRate is { } rate ? CheckRate(rate) : 0;
        _ = group.WeightDecay is { } decay ? CheckDecay(decay) : 0;
        groups.Add(group);
        group.Owner = this;
        foreach (var parameter in group.Parameters)
            states.Add(new ParameterState(parameter, group));
    }

    /// <summary>Looks at the settings of groups for which the constructor had no names yet.</summary>
    private protected void CheckGroups()
    {
        for (; checkedGroups < groups.Count; checkedGroups++)
            CheckGroup(groups[checkedGroups]);
    }

    void CheckGroup(ParameterGroup group)
    {
        foreach (string name in group.Own)
            CheckRange(name, group[name]!.Value);

        CheckTogether(group);
    }

    // There are few, and an update asks for them for each parameter: the name is nearly always the same object.
    Named? Find(string name)
    {
        foreach (var setting in settings)
        {
            if (setting.Name == name)
                return setting;
        }

        return null;
    }

    Named Known(string name)
    {
        var setting = Find(name);
        Throw.Unless(setting is not null, $"{GetType().Name}: there is no setting \"{name}\". "
            + $"It has {(settings.Count == 0 ? "none by name" : string.Join(", ", SettingNames))}.");
        return setting!;
    }

    /// <summary>Refuses a value that a group is to have of a setting, and a name that is none.</summary>
    internal void CheckOwn(string name, double? value)
    {
        _ = Known(name);
        if (value is { } given)
            CheckRange(name, given);
    }

    /// <summary>Refuses settings of a group that do not go together, or that need a state that is not kept, after one has changed.</summary>
    internal void CheckChanged(ParameterGroup group, string name)
    {
        CheckTogether(group);
        foreach (var state in states.Where(state => state.Group == group))
        {
            foreach (var keep in kept)
            {
                Throw.Unless(state.Has(keep.Name) || !keep.Wanted(state),
                    $"{GetType().Name}: expected {name} to stay such that no {keep.Name} is needed, which is not kept, got "
                        + $"{(float)Setting(group, name)}. Give it when the optimizer is made, or the group is added.");
            }
        }
    }

    /// <summary>A learning rate, once it is found usable.</summary>
    internal double CheckRate(double rate) => Decent("learning rate", rate);

    /// <summary>A weight decay, once it is found usable.</summary>
    internal double CheckDecay(double decay) => Decent("weight decay", decay);

    double Decent(string what, double value)
    {
        Throw.Unless(float.IsFinite((float)value) && value >= 0, $"{GetType().Name}: expected a {what} of 0 or more, got {(float)value}.");
        return value;
    }

    /// <summary>The learning rate of a group, as steps take it.</summary>
    private protected float Rate(ParameterGroup group) => (float)(group.LearningRate ?? LearningRate);

    void CheckRange(string name, double value)
    {
        var range = Known(name).Range;
        Throw.Unless(range.Holds(value), $"{GetType().Name}: expected {name} {range}, got {(float)value}.");
    }

    sealed class Named(string name, Range range)
    {
        public string Name => name;

        public Range Range => range;

        public double Value { get; set; }
    }

    // The values that a setting may have.
    readonly record struct Range(double Least, double Above, double Below, double Most, bool IsFlag)
    {
        public bool Holds(double value) => !double.IsNaN(value) && double.IsFinite((float)value)
            && value >= Least && (float)value <= Most && value > Above && (float)value < Below && (!IsFlag || value is 0 or 1);

        public override string ToString()
        {
            if (IsFlag)
                return "of 1 or 0";
            if (double.IsFinite(Least))
            {
                return double.IsFinite(Below) ? $"from {Text(Least)} up to, not including, {Text(Below)}"
                    : double.IsFinite(Most) ? $"from {Text(Least)} to {Text(Most)}" : $"of {Text(Least)} or more";
            }

            return !double.IsFinite(Above) ? "that is finite"
                : double.IsFinite(Below) ? $"between {Text(Above)} and {Text(Below)}" : $"above {Text(Above)}";
        }

        static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
    }
}
