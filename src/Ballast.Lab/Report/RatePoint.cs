namespace Ballast.Lab;

/// <summary>What the optimizer did at a line of the log.</summary>
/// <param name="Step">How many mini-batches were done.</param>
/// <param name="LearningRate">The learning rate of the last of them.</param>
/// <param name="GradientNorm">The Euclidean norm of its gradient; null where it was not kept.</param>
public readonly record struct RatePoint(long Step, double LearningRate, double? GradientNorm);
