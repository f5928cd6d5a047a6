namespace Ballast;

/// <summary>What a training step of one's own is given (<see cref="TrainerOptions.OwnStep"/>).</summary>
/// <param name="Model">The network, in training mode.</param>
/// <param name="Batch">The mini-batch.</param>
/// <param name="Epoch">The epoch, from 1.</param>
/// <param name="Step">How many mini-batches are done.</param>
public readonly record struct OwnStep(Module Model, Batch Batch, int Epoch, long Step);
