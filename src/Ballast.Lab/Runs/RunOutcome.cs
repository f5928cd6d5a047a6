namespace Ballast.Lab;

/// <summary>How a run ended.</summary>
/// <param name="Completed">Whether it was trained to its end; otherwise it was stopped and can be resumed.</param>
/// <param name="Test">How well it does on the test images; null without any, or when it was stopped.</param>
public sealed record RunOutcome(bool Completed, Evaluation? Test);
