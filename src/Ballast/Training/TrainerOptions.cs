namespace Ballast;

/// <summary>How long to train, what to report, and where to keep checkpoints.</summary>
public sealed record TrainerOptions
{
    /// <summary>How many times to go through the data: 5.</summary>
    public int Epochs { get; init; } = 5;

    /// <summary>After how many mini-batches in all training ends, in the middle of the last epoch if need be; null, the default,
    /// for whole epochs.</summary>
    public long? Steps { get; init; }

    /// <summary>What is minimized: the cross entropy, the default without label smoothing.</summary>
    public CrossEntropyLoss Loss { get; init; } = new();

    /// <summary>How the learning rate changes from mini-batch to mini-batch; null, the default, for not at all. Its factors
    /// multiply the rates that the optimizer has when the <see cref="Trainer"/> is made.</summary>
    public LearningRateSchedule? Schedule { get; init; }

    /// <summary>Slow weights that pull the network's back; null, the default, for none.</summary>
    public LookaheadOptions? Lookahead { get; init; }

    /// <summary>After how many mini-batches their mean loss is reported: 500, as in the tutorial.</summary>
    public int LogEvery { get; init; } = 500;

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

    /// <summary>Called when an epoch is over, on the training thread, with its number from 1.</summary>
    public Action<int>? OnEpoch { get; init; }
}

/// <summary>A line of the log: means over the mini-batches since the last one.</summary>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Batch">How many mini-batches of the epoch are done.</param>
/// <param name="Step">How many mini-batches are done in all.</param>
/// <param name="Loss">The mean of the mini-batches' losses.</param>
/// <param name="Accuracy">The share of their samples that were classified right, in training mode, 0 to 1.</param>
public readonly record struct TrainingLine(int Epoch, int Batch, long Step, double Loss, double Accuracy);

/// <summary>How far training is.</summary>
/// <param name="Step">How many mini-batches are done.</param>
/// <param name="Steps">How many there are in all.</param>
/// <param name="SamplesPerSecond">The speed since training started or was resumed.</param>
/// <param name="Remaining">How long the rest takes at that speed.</param>
public readonly record struct TrainingProgress(long Step, long Steps, double SamplesPerSecond, TimeSpan Remaining);

/// <summary>How training ended.</summary>
/// <param name="Completed">Whether it ran to its end; otherwise it was cancelled and can be resumed from its checkpoint.</param>
/// <param name="Step">How many mini-batches are done.</param>
/// <param name="Elapsed">How long it took, since it started or was resumed.</param>
/// <param name="SamplesPerSecond">The speed.</param>
public sealed record TrainingResult(bool Completed, long Step, TimeSpan Elapsed, double SamplesPerSecond);

/// <summary>The loss is no longer a finite number. The checkpoint from before is untouched.</summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Names the step and the loss.</summary>
    public TrainingDivergedException(long step, int epoch, float loss, string? checkpoint)
        : base(
            $"The loss became {loss.ToString(System.Globalization.CultureInfo.InvariantCulture)} at step {step} (epoch {epoch}). " +
            "Lower the learning rate, or look for values that are not finite in the data. " +
            (checkpoint is null ? "There is no checkpoint." : $"The last good checkpoint is {checkpoint}.")) =>
        Step = step;

    /// <summary>The step, from 1, whose loss was not finite.</summary>
    public long Step { get; }
}
