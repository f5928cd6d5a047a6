namespace Ballast;

/// <summary>Parameters that share their settings, as PyTorch's parameter groups.</summary>
/// <remarks>Every setting of an optimizer may be a group's own, by its name: <c>new ParameterGroup(net.Head.Parameters()) { LearningRate =
/// 0.1f, ["momentum"] = 0.5, ["nesterov"] = 0 }</c>. A truth value is 1 or 0.</remarks>
/// <param name="parameters">The parameters of the group.</param>
public sealed class ParameterGroup(IEnumerable<Parameter> parameters)
{
    readonly Dictionary<string, double> own = [];

    /// <summary>The parameters of the group.</summary>
    public IReadOnlyList<Parameter> Parameters { get; } = [.. parameters];

    /// <summary>The group's learning rate; null takes the optimizer's. It may be changed between steps.</summary>
    public float? LearningRate { get; set; }

    /// <summary>The group's weight decay; null takes the optimizer's. It may be changed between steps.</summary>
    public float? WeightDecay { get; set; }

    /// <summary>Another setting of the optimizer by its name, as <see cref="Optimizer.SettingNames"/> has it; null takes the optimizer's. It may
    /// be changed between steps, but for one that decides what is kept, such as whether there is a momentum.</summary>
    public double? this[string name]
    {
        get => own.TryGetValue(name, out double value) ? value : null;
        set
        {
            if (value is { } given)
                own[name] = given;
            else
                own.Remove(name);
        }
    }

    /// <summary>The names of the settings that are the group's own.</summary>
    internal IEnumerable<string> Own => own.Keys;
}
