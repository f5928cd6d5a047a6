using System.Globalization;
using System.Text;

namespace Ballast;

/// <summary>How long to train, what to report, and where to keep checkpoints.</summary>
public sealed record TrainerOptions
{
    /// <summary>How many times to go through the data: 5.</summary>
    public int Epochs { get; init; } = 5;

    /// <summary>After how many mini-batches in all training ends, in the middle of the last epoch if need be; null, the default,
    /// for whole epochs.</summary>
    public long? Steps { get; init; }

    /// <summary>After how many mini-batches their mean loss is reported: 500, as in the tutorial.</summary>
    public int LogEvery { get; init; } = 500;

    /// <summary>The loss of the first output and the first target: the mean cross entropy of logits [N, C] and their classes where
    /// null.</summary>
    public Func<Tensor, Tensor, Tensor>? Loss { get; init; }

    /// <summary>The loss of a batch and all that the network made of it, with parts that lines show: for an autoencoder, which looks at
    /// <c>batch.Inputs</c>, several outputs or several targets. Null, the default, for <see cref="Loss"/>.</summary>
    public Func<Batch, TensorList, LossValue>? Objective { get; init; }

    /// <summary>The loss of a batch, computed from the network and the batch themselves, and the outputs that metrics look at: for what runs the
    /// network twice, or on something else than the batch. Called once a step, in training mode, in place of the network and <see cref="Loss"/>;
    /// what it draws comes from <see cref="Generator.Default"/>, whose state a checkpoint has. Null, the default, for <see cref="Loss"/>.</summary>
    public Func<Module, Batch, (Tensor Loss, Tensor Outputs)>? BatchLoss { get; init; }

    /// <summary>All of a training step, in place of the loss, the backward pass and the optimizer: for several optimizers, as a GAN has them. It
    /// gives the numbers that lines show. What it draws comes from <see cref="Generator.Default"/>; optimizers that it steps besides the
    /// trainer's are named in <see cref="MoreOptimizers"/>. Null, the default, for a usual step.</summary>
    public Func<OwnStep, StepLoss>? OwnStep { get; init; }

    /// <summary>Optimizers besides the trainer's, by names without dots: checkpoints have their states, and <see cref="Schedule"/> sets their
    /// learning rates too.</summary>
    public IReadOnlyDictionary<string, Optimizer> MoreOptimizers { get; init; } = new Dictionary<string, Optimizer>();

    /// <summary>Over how many mini-batches gradients are averaged before the optimizer steps: 1. A step of fewer ends an epoch that they do not
    /// divide. Everything else goes on counting mini-batches: lines, <see cref="Steps"/>, schedules, checkpoints, which are written between
    /// two steps of the optimizer.</summary>
    public int AccumulateSteps { get; init; } = 1;

    /// <summary>What lines, validation and early stopping show besides the loss; null, the default, for the accuracy where the samples have
    /// classes and there is no <see cref="Objective"/> or <see cref="OwnStep"/>, and otherwise for none. Validation uses these very
    /// objects; lines have copies.</summary>
    public IReadOnlyList<TrainerMetric>? Metrics { get; init; }

    /// <summary>Who is told of what happens, in this order: none.</summary>
    public IReadOnlyList<TrainerCallback> Callbacks { get; init; } = [];

    /// <summary>The mean loss that validation goes by; where null, the cross entropy for classes, and otherwise what training goes by.</summary>
    public Func<Tensor, Tensor, Tensor>? ValidationLoss { get; init; }

    /// <summary>How the learning rate changes from step to step; null where it stays.</summary>
    public LearningRateSchedule? Schedule { get; init; }

    /// <summary>How gradients are clipped before each step; null for not at all.</summary>
    public GradientClipping? Clipping { get; init; }

    /// <summary>The average of the network's weights that is kept along; null for none. What is validated is then the average,
    /// once there is one.</summary>
    public WeightAverage? Average { get; init; }

    /// <summary>What is looked at after each epoch, to keep the best weights and to stop early; null for nothing.</summary>
    public ValidationOptions? Validation { get; init; }

    /// <summary>Where the checkpoint is kept; null, the default, for none.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>After how many mini-batches the checkpoint is written, besides at the end of each epoch, on cancellation and
    /// when training is over: 0, the default, for no more than that.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>Text that is kept in the checkpoint, for whoever resumes from it.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Called with each line of the log, on the training thread.</summary>
    public Action<TrainingLine>? OnLine { get; init; }

    /// <summary>Called after the first mini-batch and then about ten times a second, on the training thread.</summary>
    public Action<TrainingProgress>? OnProgress { get; init; }

    /// <summary>Called before an epoch begins or is taken up again, on the training thread, with its number from 1.</summary>
    public Action<int>? OnEpochStart { get; init; }

    /// <summary>Called with each validation, on the training thread.</summary>
    public Action<ValidationLine>? OnValidation { get; init; }

    /// <summary>Called when an epoch is over, on the training thread, with its number from 1.</summary>
    public Action<int>? OnEpoch { get; init; }

    /// <summary>Called when an epoch is over, on the training thread, with its mean loss and accuracy.</summary>
    public Action<EpochLine>? OnEpochEnd { get; init; }

    /// <summary>How many steps training has with a loader.</summary>
    internal long StepsOf(DataLoader loader) => Steps ?? (long)Epochs * loader.Count;

    /// <summary>Refuses settings that do not go together.</summary>
    internal void Check()
    {
        Throw.Unless(Loss is null || BatchLoss is null, $"Trainer: expected Loss or BatchLoss, got both. Leave one out.");
        Throw.Unless(Objective is null || (Loss is null && BatchLoss is null),
            $"Trainer: expected one of Loss, Objective and BatchLoss, got more. Leave the others out.");
        Throw.Unless(OwnStep is null || (Loss is null && Objective is null && BatchLoss is null && Clipping is null && AccumulateSteps == 1),
            $"Trainer: OwnStep does all of a step. Leave Loss, Objective, BatchLoss, Clipping and AccumulateSteps out, and do it there.");
        Throw.Unless(AccumulateSteps > 0, $"Trainer: expected to average the gradients of 1 mini-batch or more, got {AccumulateSteps}.");
        foreach (string name in MoreOptimizers.Keys)
            Throw.Unless(name.Length > 0 && !name.Contains('.'), $"Trainer: expected names of optimizers without dots, got \"{name}\".");
        string[] names = [.. (Metrics ?? []).Select(static metric => metric.Name)];
        Throw.Unless(names.Distinct().Count() == names.Length,
            $"Trainer: expected metrics of different names, got {string.Join(", ", names)}. Set the Name of one.");
    }

    /// <summary>The metrics of a training.</summary>
    internal IReadOnlyList<TrainerMetric> MetricsFor(DataLoader loader) =>
        Metrics ?? (loader.HasClasses && Objective is null && OwnStep is null ? [new Accuracy()] : []);

    /// <summary>The loss of a batch and what the network made of it.</summary>
    internal Func<Batch, TensorList, LossValue> LossFor(DataLoader loader)
    {
        if (Objective is { } objective)
            return objective;
        Throw.Unless(Loss is not null || BatchLoss is not null || OwnStep is not null || EvaluationOptions.TakesCrossEntropy(loader.Dataset),
            $"Trainer: the targets are {Dataset.Describe(loader.Dataset.Targets)}, and the cross entropy takes classes, int64. Set Loss, such as "
                + $"new MSELoss().Forward, or Objective.");
        var loss = Loss ?? new CrossEntropyLoss().Forward;
        return (batch, outputs) => loss(outputs[0], batch.Targets);
    }

    /// <summary>What validation goes by where it has no loss of its own; null for the cross entropy, or for none.</summary>
    internal Func<Batch, TensorList, LossValue>? ValidationObjective(Dataset dataset)
    {
        if (Objective is not null || Loss is null || EvaluationOptions.HasClasses(dataset))
            return Objective;
        return (batch, outputs) => Loss(outputs[0], batch.Targets);
    }
}

/// <summary>A line of the log: means over the mini-batches since the last one.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Batch">How many mini-batches of the epoch are done.</param>
/// <param name="Step">How many mini-batches are done in all.</param>
/// <param name="Loss">The mean of the mini-batches' losses.</param>
/// <param name="Accuracy">The share of their samples that were classified right, in training mode, 0 to 1; NaN where it is none of the
/// metrics.</param>
public readonly record struct TrainingLine(int Epoch, int Batch, long Step, double Loss, double Accuracy)
{
    readonly MetricValues? metrics, parts;

    /// <summary>The metrics: the accuracy, unless <see cref="TrainerOptions.Metrics"/> names others.</summary>
    public MetricValues Metrics
    {
        get => metrics ?? new MetricValues(new MetricValue("accuracy", Accuracy));
        init => metrics = value;
    }

    /// <summary>The means of the parts of the loss; none where it has none.</summary>
    public MetricValues Parts
    {
        get => parts ?? MetricValues.None;
        init => parts = value;
    }

    /// <summary>The line of what was added up.</summary>
    internal static TrainingLine Of(RunningMeans sums, int epoch, int batch, long step, int batches)
    {
        var line = new TrainingLine(epoch, batch, step, sums.Loss / batches, sums.Accuracy);
        return sums.HasAccuracyAlone && sums.PartSums.Count == 0 ? line
            : line with { Metrics = sums.Metrics(), Parts = sums.Parts(batches) };
    }

    // Numbers as they are written everywhere, whatever the culture of the caller.
    bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"Epoch = {Epoch}, Batch = {Batch}, Step = {Step}, Loss = {Loss}");
        LineText.Append(builder, metrics, parts, Accuracy);
        return true;
    }
}

/// <summary>How far training is.</summary>
/// <param name="Step">How many mini-batches are done.</param>
/// <param name="Steps">How many there are in all.</param>
/// <param name="SamplesPerSecond">The speed since training started or was resumed.</param>
/// <param name="Remaining">How long the rest takes at that speed.</param>
public readonly record struct TrainingProgress(long Step, long Steps, double SamplesPerSecond, TimeSpan Remaining)
{
    // Numbers as they are written everywhere, whatever the culture of the caller.
    bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture,
            $"Step = {Step}, Steps = {Steps}, SamplesPerSecond = {SamplesPerSecond}, Remaining = {Remaining}");
        return true;
    }
}

/// <summary>How training ended.</summary>
/// <param name="Completed">Whether it ran to its end; otherwise it was cancelled and can be resumed from its checkpoint.</param>
/// <param name="Step">How many mini-batches are done.</param>
/// <param name="Elapsed">How long it took, since it started or was resumed.</param>
/// <param name="SamplesPerSecond">The speed.</param>
public sealed record TrainingResult(bool Completed, long Step, TimeSpan Elapsed, double SamplesPerSecond)
{
    /// <summary>Whether it ended before its last epoch because validation had stopped getting better.</summary>
    public bool StoppedEarly { get; init; }

    // Numbers as they are written everywhere, whatever the culture of the caller.
    bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture,
            $"Completed = {Completed}, Step = {Step}, Elapsed = {Elapsed}, SamplesPerSecond = {SamplesPerSecond}, StoppedEarly = {StoppedEarly}");
        return true;
    }
}
