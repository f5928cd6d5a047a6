namespace Ballast;

/// <summary>Parameters that share their settings, as PyTorch's parameter groups.</summary>
/// <remarks>Every setting of an optimizer may be a group's own, by its name: <c>new ParameterGroup(net.Head.Parameters()) { LearningRate =
/// 0.1, ["momentum"] = 0.5, ["nesterov"] = 0 }</c>. A truth value is 1 or 0.</remarks>
/// <param name="parameters">The parameters of the group.</param>
public sealed class ParameterGroup(IEnumerable<Parameter> parameters)
{
    readonly Dictionary<string, double> own = [];

    /// <summary>The parameters of the group.</summary>
    public IReadOnlyList<Parameter> Parameters { get; } = [.. parameters];

    /// <summary>The optimizer that the group belongs to, which checks what is changed; null before it was given to one.</summary>
    internal Optimizer? Owner { get; set; }

    /// <summary>The group's learning rate; null takes the optimizer's. It may be changed between steps, which take it as float32.</summary>
    /// <exception cref="ArgumentException">A rate below 0 or not finite, of a group that belongs to an optimizer.</exception>
    public double? LearningRate
    {
        get;
        set => field = value is { } rate && Owner is not null ? Owner.CheckRate(rate) : value;
    }

    /// <summary>The group's weight decay; null takes the optimizer's. It may be changed between steps, which take it as float32.</summary>
    /// <exception cref="ArgumentException">A decay below 0 or not finite, of a group that belongs to an optimizer.</exception>
    public double? WeightDecay
    {
        get;
        set => field = value is { } decay && Owner is not null ? Owner.CheckDecay(decay) : value;
    }

    /// <summary>Another setting of the optimizer by its name, as <see cref="Optimizer.SettingNames"/> has it; null takes the optimizer's. It may
    /// be changed between steps, but for one that decides what is kept, such as whether there is a momentum.</summary>
    /// <exception cref="ArgumentException">Of a group that belongs to an optimizer: there is no such setting, a value out of its range, or one
    /// that does not go with the others; nothing has been changed.</exception>
    public double? this[string name]
    {
        get => own.TryGetValue(name, out double value) ? value : null;
        set
        {
            Owner?.CheckOwn(name, value);
            double? before = this[name];
            try
            {
                Put(name, value);
                Owner?.CheckChanged(this, name);
            }
            catch (ArgumentException)
            {
                Put(name, before);
                throw;
            }
        }
    }

    void Put(string name, double? value)
    {
        if (value is { } given)
            own[name] = given;
        else
            own.Remove(name);
    }

    /// <summary>The names of the settings that are the group's own.</summary>
    internal IEnumerable<string> Own => own.Keys;
}
