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

    /// <summary>The loss of logits [N, C] and their labels: the mean cross entropy where null.</summary>
    public Func<Tensor, Tensor, Tensor>? Loss { get; init; }

    /// <summary>The loss of a batch, computed from the network and the batch themselves, and the logits [N, C] by which the log counts
    /// what was classified right: for what changes the batch or its labels (mixup, CutMix), needs several outputs, or runs the network
    /// twice. Called once a step, in training mode, in place of the network and <see cref="Loss"/>; what it draws comes from
    /// <see cref="Generator.Default"/>, whose state a checkpoint has. Null, the default, for <see cref="Loss"/>.</summary>
    public Func<Module, Batch, (Tensor Loss, Tensor Outputs)>? BatchLoss { get; init; }

    /// <summary>The mean loss that validation goes by; the cross entropy where null.</summary>
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
}

/// <summary>A line of the log: means over the mini-batches since the last one.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Batch">How many mini-batches of the epoch are done.</param>
/// <param name="Step">How many mini-batches are done in all.</param>
/// <param name="Loss">The mean of the mini-batches' losses.</param>
/// <param name="Accuracy">The share of their samples that were classified right, in training mode, 0 to 1.</param>
public readonly record struct TrainingLine(int Epoch, int Batch, long Step, double Loss, double Accuracy)
{
    // Numbers as they are written everywhere, whatever the culture of the caller.
    bool PrintMembers(StringBuilder builder)
    {
        builder.Append(CultureInfo.InvariantCulture, $"Epoch = {Epoch}, Batch = {Batch}, Step = {Step}, Loss = {Loss}, Accuracy = {Accuracy}");
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
