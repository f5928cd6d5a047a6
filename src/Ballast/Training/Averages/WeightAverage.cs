using Ballast.Kernels;

namespace Ballast;

/// <summary>An average of a network's weights over the course of training, which often generalizes better than the last weights
/// do. It is kept beside the network; <see cref="Swap"/> puts it in for an evaluation, <see cref="Apply"/> for good. PyTorch:
/// <c>torch.optim.swa_utils.AveragedModel</c>.</summary>
/// <remarks>An average of one's own says when the weights are taken in, by calling <see cref="Update"/> in <see cref="AfterStep"/> or
/// <see cref="AfterEpoch"/>, and how much they count, in <see cref="Share"/>. A checkpoint keeps the average and <see cref="Updates"/>,
/// nothing else: to resume to the same bits, both have to follow from their arguments and the settings. A <see cref="Trainer"/> calls
/// them; a loop of one's own calls them itself.</remarks>
public abstract class WeightAverage
{
    readonly Module model;
    readonly string[] names;
    readonly Tensor[] live;
    readonly Tensor[] averages;

    /// <summary>Begins with a copy of the network's weights.</summary>
    /// <param name="model">The network.</param>
    /// <param name="averageStatistics">Whether running statistics are averaged with the weights. Otherwise a <see cref="Trainer"/>
    /// measures them anew before the average is used.</param>
    /// <exception cref="ArgumentException">A batch normalization without running statistics.</exception>
    protected WeightAverage(Module model, bool averageStatistics)
    {
        string name = GetType().Name;
        foreach (var (path, module) in model.NamedModules())
        {
            Throw.Unless(module is not BatchNorm { RunningMean: null },
                $"{name}: {module} at \"{path}\" tracks no running statistics. Averaged weights are for evaluation, "
                    + $"where it would normalize with whatever batch comes. Track them: trackRunningStats: true.");
        }

        this.model = model;
        var parameters = model.NamedParameters().Select(static entry => (entry.Name, Value: (Tensor)entry.Parameter));
        (string Name, Tensor Value)[] all = [.. parameters, .. averageStatistics ? model.NamedStatistics() : []];
        names = Array.ConvertAll(all, static entry => entry.Name);
        live = Array.ConvertAll(all, static entry => entry.Value);
        averages = Array.ConvertAll(live, static tensor => tensor.Clone());
        HasStatistics = averageStatistics;
    }

    /// <summary>How many times the weights were taken into the average; until the first, it is what the weights were at the
    /// beginning.</summary>
    public long Updates { get; private set; }

    /// <summary>Whether running statistics are averaged with the weights. Otherwise those of the last step do not belong to the
    /// averaged weights and have to be measured anew.</summary>
    public bool HasStatistics { get; }

    /// <summary>How many epochs training must have for the average to have something to average: 0 for any number.</summary>
    public virtual int MinimumEpochs => 0;

    /// <summary>How much the weights count against the average so far, s in average = average + s (weight - average).</summary>
    /// <param name="updates">How many times weights were taken in before, at least 1: the first are the average.</param>
    /// <returns>0 to 1.</returns>
    protected abstract double Share(long updates);

    /// <summary>Says that a step of the optimizer is done.</summary>
    /// <param name="steps">How many are done in all.</param>
    public virtual void AfterStep(long steps)
    {
    }

    /// <summary>Says that an epoch is over. It comes before the epoch's validation.</summary>
    /// <param name="epochs">How many are over.</param>
    public virtual void AfterEpoch(int epochs)
    {
    }

    /// <summary>Takes the present weights into the average. The first are the average. PyTorch: <c>update_parameters</c>.
    /// </summary>
    /// <exception cref="ArgumentException"><see cref="Share"/> is not from 0 to 1; nothing has been changed.</exception>
    public void Update()
    {
        double share = Updates == 0 ? 1 : Share(Updates);
        Throw.Unless(share is >= 0 and <= 1, $"{GetType().Name}.Share: expected 0 to 1, got {share} after {Updates} updates.");
        for (int i = 0; i < live.Length; i++)
        {
            if (Updates == 0)
                averages[i].Assign(live[i]);
            else
                Blend((float)share, i);
        }

        Updates++;
    }

    void Blend(float share, int i) =>
        TensorUpdates.Apply(new BlendRule(share), live[i], averages[i]);

    /// <summary>Puts the average into the network until what is returned is disposed of; then the weights are back.</summary>
    public AverageScope Swap()
    {
        Exchange();
        return new AverageScope(this);
    }

    /// <summary>Puts the average into the network for good.</summary>
    public void Apply()
    {
        for (int i = 0; i < live.Length; i++)
            live[i].Assign(averages[i]);
    }

    internal void Exchange()
    {
        for (int i = 0; i < live.Length; i++)
        {
            var mine = live[i].Clone();
            live[i].Assign(averages[i]);
            averages[i].Assign(mine);
            mine.ReleaseValues();
        }
    }

    /// <summary>The average by the network's keys, and how many updates it has seen. The values are a copy.</summary>
    public StateDict StateDict()
    {
        var state = new StateDict { { "n_averaged", new StateEntry(Updates) } };
        for (int i = 0; i < names.Length; i++)
            state.Add(names[i], averages[i].Clone());
        return state;
    }

    /// <summary>Takes over what another average of the same network was.</summary>
    /// <exception cref="ArgumentException">An entry is missing, unexpected or of another shape; nothing has been changed.
    /// </exception>
    public void LoadStateDict(StateDict state)
    {
        Throw.Unless(state.Count == names.Length + 1 && state.TryGetValue("n_averaged", out var count) && count.Number is >= 0,
            $"{GetType().Name}: expected a state of {names.Length} averages of {model.GetType().Name} and n_averaged, got {state.Count} entries.");
        for (int i = 0; i < names.Length; i++)
        {
            Throw.Unless(state.TryGetValue(names[i], out var entry) && entry.Fits(averages[i]),
                $"{GetType().Name}: the state has no {names[i]} of the shape {averages[i].Shape}. It belongs to another network.");
        }

        Updates = state["n_averaged"].Number!.Value;
        for (int i = 0; i < names.Length; i++)
            averages[i].Assign(state[names[i]].Tensor);
    }
}

/// <summary>Ends when it is disposed of; see <see cref="WeightAverage.Swap"/>.</summary>
public readonly ref struct AverageScope
{
    readonly WeightAverage average;

    internal AverageScope(WeightAverage average) => this.average = average;

    /// <summary>Puts the weights back.</summary>
    public void Dispose() => average.Exchange();
}
