namespace Ballast.Lab;

/// <summary>What a <see cref="FileRun"/> learns: the samples of a file that are trained on and held out, the network for them, and what is
/// looked at afterwards.</summary>
public abstract class FileTask
{
    /// <summary>What a sample is, for several of them: <c>rows</c>.</summary>
    public abstract string Samples { get; }

    /// <summary>The samples that are trained on.</summary>
    public abstract Dataset Trained { get; }

    /// <summary>The samples that are held out, and looked at after each epoch.</summary>
    public abstract Dataset Held { get; }

    /// <summary>How many samples a mini-batch has where nothing else is asked for.</summary>
    public abstract int BatchSize { get; }

    /// <summary>The loss of outputs and targets; null for classes, whose loss the settings name.</summary>
    public abstract Func<Tensor, Tensor, Tensor>? Loss { get; }

    /// <summary>What is measured besides the loss: new objects each time.</summary>
    public abstract IReadOnlyList<TrainerMetric> MakeMetrics();

    /// <summary>Makes the network, its weights drawn from <see cref="Generator.Default"/>.</summary>
    public abstract Module Build();

    /// <summary>Makes the network that a state belongs to, with the state's values.</summary>
    /// <exception cref="ArgumentException">A state of another network.</exception>
    public virtual Module Build(StateDict state)
    {
        var network = Build();
        network.LoadStateDict(state);
        return network;
    }

    /// <summary>How networks of all samples are averaged; null where they are not.</summary>
    public virtual AveragedNetworks? Averaged => null;

    /// <summary>Text that is kept with weights, so that they can be used without the file.</summary>
    public abstract IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Looks at what a trained network does with the samples held out.</summary>
    /// <param name="network">The network, which <see cref="Build()"/> made.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public abstract FileResult Look(Module network, CancellationToken cancellation);

    /// <summary>Looks at what the network of a fold does with the samples of the fold, of which training saw nothing; null where there is no fold.
    /// </summary>
    /// <param name="network">The network, which <see cref="Build(StateDict)"/> made.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public virtual FileResult? Test(Module network, CancellationToken cancellation) => null;

    /// <summary>What the file holds, for a person: a line each.</summary>
    public abstract IEnumerable<string> Describe();

    /// <summary>The file, for the provenance.</summary>
    public abstract IReadOnlyList<DataFile> Files { get; }

    /// <summary>How it measures: the metrics, and the loss where it has one of its own.</summary>
    protected EvaluationOptions Evaluated => new() { Loss = Loss, Metrics = MakeMetrics() };
}

/// <summary>How several networks are trained on all samples, those held out among them, and averaged.</summary>
/// <param name="Usual">How many where nothing else is asked for.</param>
/// <param name="Count">How many samples there are.</param>
/// <param name="LeastEpochs">For how many epochs they are trained at least, where training has as many.</param>
/// <param name="Samples">Gives the samples.</param>
/// <param name="Average">Makes one network of them.</param>
public sealed record AveragedNetworks(
    int Usual, int Count, int LeastEpochs, Func<Dataset> Samples, Func<IReadOnlyList<Module>, Module> Average);

/// <summary>What a trained network does with the samples held out.</summary>
/// <param name="Held">The loss and the metrics.</param>
/// <param name="Metadata">Text that is kept with its weights: <see cref="FileTask.Metadata"/> and what was found.</param>
public sealed record FileResult(Evaluation Held, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>What it did with each sample; null where that is not shown.</summary>
    public RunFindings? Findings { get; init; }
}
