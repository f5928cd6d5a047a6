namespace Ballast.Lab;

/// <summary>One point of a loss curve: what the tutorial's program prints as one line.</summary>
/// <param name="Step">The mini-batch after which it was taken, counted from 1 over the whole training, not from the
/// start of the epoch.</param>
/// <param name="Epoch">The epoch, counted from 1.</param>
/// <param name="Loss">The mean loss of the last <see cref="ComparisonReport.LogEvery"/> mini-batches; not a number
/// where training diverged.</param>
public readonly record struct LossPoint(int Step, int Epoch, double Loss);
