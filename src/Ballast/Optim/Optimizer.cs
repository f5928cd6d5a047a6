namespace Ballast;

/// <summary>A rule that changes parameters by their gradients. PyTorch: <c>torch.optim.Optimizer</c>.</summary>
/// <remarks>
/// An optimizer of one's own asks in its constructor for what it keeps of each parameter, and changes one parameter at a time. Groups,
/// schedules, frozen parameters, clipping and checkpoints are the base's affair.
/// <code>
/// sealed class Signs : Optimizer
/// {
///     public Signs(IEnumerable&lt;Parameter&gt; parameters, double learningRate)
///         : base([new ParameterGroup(parameters)], learningRate) => KeepTensor("momentum_buffer");
///
///     protected override void Update(ParameterState state, float learningRate, float weightDecay)
///     {
///         var gradient = state.Parameter.Grad!.AsSpan();
///         var momentum = state.Values("momentum_buffer");
///         var weight = state.Parameter.AsWritableSpan();
///         for (int i = 0; i &lt; weight.Length; i++)
///         {
///             momentum[i] = 0.9f * momentum[i] + gradient[i];
///             weight[i] -= learningRate * float.Sign(momentum[i]);
///         }
///     }
/// }
/// </code>
/// </remarks>
public abstract partial class Optimizer
{
    readonly List<ParameterState> states = [];
    readonly List<ParameterGroup> groups = [];
    bool backwards;

    /// <summary>Takes the parameters and the settings that every optimizer has.</summary>
    /// <param name="groups">What to optimize.</param>
    /// <param name="learningRate">The step size of the groups that have none of their own.</param>
    /// <param name="weightDecay">The weight decay of the groups that have none of their own.</param>
    /// <exception cref="ArgumentException">No parameters, one twice, or a setting out of range.</exception>
    protected Optimizer(IEnumerable<ParameterGroup> groups, double learningRate, double weightDecay = 0)
    {
        string name = GetType().Name;
        LearningRate = learningRate;
        WeightDecay = weightDecay;
        foreach (var group in groups)
            Add(group);
        Throw.Unless(states.Count > 0, $"{name}: there are no parameters. Pass model.Parameters().");
    }

    /// <summary>The groups of parameters.</summary>
    public IReadOnlyList<ParameterGroup> Groups => groups;

    /// <summary>The learning rate of the groups that have none of their own. It may be changed between steps, which take it as float32.</summary>
    /// <exception cref="ArgumentException">A rate below 0 or not finite.</exception>
    public double LearningRate
    {
        get;
        set => field = CheckRate(value);
    }

    /// <summary>The weight decay of the groups that have none of their own. It may be changed between steps, which take it as float32.</summary>
    /// <exception cref="ArgumentException">A decay below 0 or not finite.</exception>
    public double WeightDecay
    {
        get;
        set => field = CheckDecay(value);
    }

    /// <summary>Forgets the gradients of all parameters.</summary>
    public void ZeroGrad()
    {
        foreach (var state in states)
            state.Parameter.ZeroGrad();
    }

    /// <summary>Changes every parameter that has a gradient and is not frozen.</summary>
    public virtual void Step()
    {
        CheckGroups();
        using var off = Tensor.NoGrad();
        foreach (var state in states)
        {
            if (state.Parameter.Frozen || state.Parameter.Gradient.IsEmpty)
                continue;
            state.Steps++;
            Update(state, Rate(state.Group), (float)(state.Group.WeightDecay ?? WeightDecay));
        }

        // Large weights are gone through in alternating directions: each step finds the end of the last one in cache.
        backwards = !backwards;
    }

    /// <summary>Computes a loss and its gradients, then steps. PyTorch: <c>step(closure)</c>.</summary>
    /// <param name="closure">Forgets the gradients, computes the loss, goes back through it, and returns it. An optimizer that looks for
    /// a good step, <see cref="LBFGS"/>, calls it several times.</param>
    /// <returns>The loss before the step.</returns>
    public virtual Tensor Step(Func<Tensor> closure)
    {
        var loss = closure();
        Step();
        return loss;
    }

    /// <summary>Whether <see cref="SetMomentum"/> has something to set: a schedule that changes the momentum is refused otherwise.</summary>
    protected internal virtual bool HasMomentum => MomentumSetting is { } name && groups.Exists(group => Setting(group, name) > 0);

    /// <summary>The name of the setting that a schedule of the momentum changes; null where there is none.</summary>
    private protected virtual string? MomentumSetting => null;

    /// <summary>Sets the momentum, Adam's beta1, of all groups from the next step on. It is called before a step, by a schedule that changes
    /// the momentum, where <see cref="HasMomentum"/> says so.</summary>
    /// <param name="momentum">0 up to, not including, 1.</param>
    protected internal virtual void SetMomentum(double momentum)
    {
        if (MomentumSetting is not { } name)
            return;
        this[name] = momentum;
        foreach (var group in groups)
            group[name] = group[name] is null ? null : momentum;
    }

    /// <summary>Changes one parameter. It is called once in each <see cref="Step()"/> for each parameter that has a gradient and is not
    /// frozen, in the order in which they were given, on the thread that steps; no operation is recorded. The gradient is
    /// <see cref="Parameter.Grad"/>, which is there; the values are written by <see cref="Parameter.AsWritableSpan"/> or
    /// <see cref="Parameter.CopyFrom(Tensor)"/>.</summary>
    /// <remarks>To resume to the same bits, what is written has to follow from the gradient, the values, the state that is kept, the
    /// settings, and draws from <see cref="Generator.Default"/>: nothing else is in a checkpoint.</remarks>
    /// <param name="state">The parameter and what is kept of it.</param>
    /// <param name="learningRate">The learning rate of its group for this step.</param>
    /// <param name="weightDecay">The weight decay of its group for this step.</param>
    protected abstract void Update(ParameterState state, float learningRate, float weightDecay);
}
