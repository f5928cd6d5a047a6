using Ballast.Kernels;

namespace Ballast;

/// <summary>Parameters that share their settings, as PyTorch's parameter groups.</summary>
/// <param name="parameters">The parameters of the group.</param>
public sealed class ParameterGroup(IEnumerable<Parameter> parameters)
{
    /// <summary>The parameters of the group.</summary>
    public IReadOnlyList<Parameter> Parameters { get; } = [.. parameters];

    /// <summary>The group's learning rate; null takes the optimizer's. It may be changed between steps.</summary>
    public float? LearningRate { get; set; }

    /// <summary>The group's weight decay; null takes the optimizer's. It may be changed between steps.</summary>
    public float? WeightDecay { get; set; }
}

/// <summary>Changes parameters by their gradients. PyTorch: <c>torch.optim.Optimizer</c>.</summary>
public abstract partial class Optimizer
{
    readonly List<ParameterState> states = [];
    bool backwards;

    private protected Optimizer(IEnumerable<ParameterGroup> groups, double learningRate, double weightDecay, int stateCount)
    {
        string name = GetType().Name;
        LearningRate = (float)learningRate;
        WeightDecay = (float)weightDecay;
        Throw.Unless(float.IsFinite(LearningRate) && LearningRate >= 0,
            $"{name}: expected a learning rate of 0 or more, got {LearningRate}.");
        Throw.Unless(float.IsFinite(WeightDecay) && WeightDecay >= 0,
            $"{name}: expected a weight decay of 0 or more, got {WeightDecay}.");
        Groups = [.. groups];
        var seen = new HashSet<Parameter>();
        foreach (var group in Groups)
        {
            foreach (var parameter in group.Parameters)
            {
                Throw.Unless(seen.Add(parameter), $"{name}: a parameter {parameter.Shape} is given twice.");
                states.Add(new ParameterState(parameter, group, stateCount));
            }
        }

        Throw.Unless(states.Count > 0, $"{name}: there are no parameters. Pass model.Parameters().");
    }

    /// <summary>The groups of parameters.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>The learning rate of the groups that have none of their own. It may be changed between steps.</summary>
    public float LearningRate { get; set; }

    /// <summary>The weight decay of the groups that have none of their own. It may be changed between steps.</summary>
    public float WeightDecay { get; set; }

    /// <summary>Forgets the gradients of all parameters.</summary>
    public void ZeroGrad()
    {
        foreach (var state in states)
            state.Parameter.ZeroGrad();
    }

    /// <summary>Changes every parameter that has a gradient and is not frozen.</summary>
    public void Step()
    {
        foreach (var state in states)
        {
            if (state.Parameter.Frozen || state.Parameter.Gradient.IsEmpty)
                continue;
            state.Steps++;
            Update(state, state.Group.LearningRate ?? LearningRate, state.Group.WeightDecay ?? WeightDecay);
        }

        // Large weights are gone through in alternating directions: each step finds the end of the last one in cache.
        backwards = !backwards;
    }

    /// <summary>Whether <see cref="SetMomentum"/> has something to set.</summary>
    internal abstract bool HasMomentum { get; }

    /// <summary>Sets the momentum, Adam's beta1, from the next step on.</summary>
    internal abstract void SetMomentum(double momentum);

    private protected abstract void Update(ParameterState state, float learningRate, float weightDecay);

    /// <summary>Applies a rule to a parameter, from its gradient in memory or from the factors of it.</summary>
    private protected void Apply<R>(ParameterState state, R rule)
        where R : struct, IUpdateRule
    {
        var parameter = state.Parameter;
        int length = parameter.Length;
        var weight = parameter.Mutate();
        var first = R.States > 0 ? state.Values[0].Span(length) : default;
        var second = R.States > 1 ? state.Values[1].Span(length) : default;
        if (parameter.Gradient.Recipe is OuterProduct product)
            product.Apply(rule, weight, first, second, backwards);
        else
            Updates.Apply(rule, parameter.ReadGradient().Span(length), weight, first, second);
    }

    /// <summary>What an optimizer remembers of one parameter.</summary>
    private protected sealed class ParameterState
    {
        public ParameterState(Parameter parameter, ParameterGroup group, int count)
        {
            Parameter = parameter;
            Group = group;
            Values = new Buffer[count];
            for (int i = 0; i < count; i++)
            {
                Values[i] = Buffer.Rent(parameter.Length);
                Values[i].Span(parameter.Length).Clear();
            }
        }

        public Parameter Parameter { get; }
        public ParameterGroup Group { get; }
        public Buffer[] Values { get; }
        public long Steps { get; set; }
    }
}
