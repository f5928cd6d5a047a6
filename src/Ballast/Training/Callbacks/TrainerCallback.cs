namespace Ballast;

/// <summary>What is told of a training and may stop it. Derive from it, override what is of interest, and give it in
/// <see cref="TrainerOptions.Callbacks"/>. All methods are called on the training thread. Keras: <c>Callback</c>; Lightning:
/// <c>Callback</c>.</summary>
/// <remarks>A callback that changes what is trained (a weight, a learning rate) keeps a resumed run at the same bits as long as what it does follows
/// from the state and from what <see cref="SaveState"/> gives.</remarks>
public abstract class TrainerCallback
{
    /// <summary>Training begins or goes on.</summary>
    public virtual void OnTrainingStart(TrainerState state)
    {
    }

    /// <summary>An epoch begins or is taken up again.</summary>
    public virtual void OnEpochStart(TrainerState state)
    {
    }

    /// <summary>A mini-batch is about to be trained on.</summary>
    public virtual void OnStepStart(TrainerState state, Batch batch)
    {
    }

    /// <summary>A mini-batch was trained on. <see cref="TrainerState.Step"/> counts it.</summary>
    /// <param name="state">Where training is.</param>
    /// <param name="loss">Its loss.</param>
    /// <param name="parts">The parts of its loss.</param>
    public virtual void OnStepEnd(TrainerState state, double loss, MetricValues parts)
    {
    }

    /// <summary>A line of the log.</summary>
    public virtual void OnLine(TrainerState state, TrainingLine line)
    {
    }

    /// <summary>How far training is: after the first mini-batch and then about ten times a second.</summary>
    public virtual void OnProgress(TrainerState state, TrainingProgress progress)
    {
    }

    /// <summary>An epoch is over, before its validation.</summary>
    public virtual void OnEpochEnd(TrainerState state, EpochLine line)
    {
    }

    /// <summary>The network was validated.</summary>
    public virtual void OnEvaluation(TrainerState state, ValidationLine line)
    {
    }

    /// <summary>A checkpoint was written.</summary>
    public virtual void OnCheckpoint(TrainerState state, string path)
    {
    }

    /// <summary>Training is over, stopped or cancelled.</summary>
    public virtual void OnTrainingEnd(TrainerState state, TrainingResult result)
    {
    }

    /// <summary>What the callback remembers, numbers by their names: a checkpoint has them, exactly. Nothing unless this is overridden.</summary>
    public virtual IReadOnlyDictionary<string, double> SaveState() => new Dictionary<string, double>();

    /// <summary>Takes over what it remembered.</summary>
    /// <param name="state">Numbers under the names that <see cref="SaveState"/> gave.</param>
    public virtual void LoadState(IReadOnlyDictionary<string, double> state)
    {
    }
}

/// <summary>Where a training is, and what it trains.</summary>
public sealed class TrainerState
{
    internal TrainerState(Module model, Optimizer optimizer, DataLoader loader) =>
        (Model, Optimizer, Loader) = (model, optimizer, loader);

    /// <summary>The network.</summary>
    public Module Model { get; }

    /// <summary>The optimizer.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>The training data.</summary>
    public DataLoader Loader { get; }

    /// <summary>The epoch, from 1.</summary>
    public int Epoch { get; internal set; }

    /// <summary>How many mini-batches of the epoch are done.</summary>
    public int Batch { get; internal set; }

    /// <summary>How many mini-batches are done in all.</summary>
    public long Step { get; internal set; }

    /// <summary>How many mini-batches there are in all.</summary>
    public long Steps { get; internal set; }

    /// <summary>Whether <see cref="Stop"/> was called.</summary>
    public bool IsStopped { get; internal set; }

    /// <summary>Ends training after this step, or after this epoch where it is over: a checkpoint is written, and the result says that it stopped
    /// early.</summary>
    public void Stop() => IsStopped = true;
}

/// <summary>Writes each line, epoch and validation as a line of text: <c>epoch 1, step 500: loss 2.144, accuracy 0.2150</c>.</summary>
/// <param name="writer">Where to; the console where null.</param>
public sealed class LineWriter(TextWriter? writer = null) : TrainerCallback
{
    TextWriter Writer => writer ?? Console.Out;

    /// <inheritdoc/>
    public override void OnLine(TrainerState state, TrainingLine line) =>
        Write($"epoch {line.Epoch}, step {line.Step}", line.Loss, line.Parts, line.Metrics);

    /// <inheritdoc/>
    public override void OnEpochEnd(TrainerState state, EpochLine line) =>
        Write($"epoch {line.Epoch} trained", line.Loss, line.Parts, line.Metrics);

    /// <inheritdoc/>
    public override void OnEvaluation(TrainerState state, ValidationLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        Write($"epoch {line.Epoch} validated", line.Result.Loss, line.Result.Parts, line.Result.Metrics, line.IsBest ? ", best so far" : "");
    }

    void Write(string what, double loss, MetricValues parts, MetricValues metrics, string end = "")
    {
        IEnumerable<MetricValue> all = double.IsNaN(loss) && parts.Count + metrics.Count > 0 ? [] : [new MetricValue("loss", loss)];
        var texts = all.Concat(parts).Concat(metrics).Select(static value =>
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value.Name} {value.Value:0.0000}"));
        Writer.WriteLine($"{what}: {string.Join(", ", texts)}{end}");
    }
}

/// <summary>The functions of <see cref="TrainerOptions"/> as a callback.</summary>
sealed class OptionActions(TrainerOptions options) : TrainerCallback
{
    public override void OnEpochStart(TrainerState state) => options.OnEpochStart?.Invoke(state.Epoch);

    public override void OnLine(TrainerState state, TrainingLine line) => options.OnLine?.Invoke(line);

    public override void OnProgress(TrainerState state, TrainingProgress progress) => options.OnProgress?.Invoke(progress);

    public override void OnEpochEnd(TrainerState state, EpochLine line)
    {
        options.OnEpoch?.Invoke(line.Epoch);
        options.OnEpochEnd?.Invoke(line);
    }

    public override void OnEvaluation(TrainerState state, ValidationLine line) => options.OnValidation?.Invoke(line);
}
