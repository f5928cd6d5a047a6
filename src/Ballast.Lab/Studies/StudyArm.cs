namespace Ballast.Lab;

/// <summary>One of the things that a study compares.</summary>
/// <param name="Name">Its name in files and tables, one word: <c>before</c>.</param>
/// <param name="Title">What it is, as the end of a sentence: <c>with batch normalization before the activation</c>.</param>
/// <param name="Settings">How it is trained. The seed is each trial's own.</param>
/// <param name="Trial">What is done in each of its trials: a name of <see cref="Trials"/>.</param>
/// <param name="Group">The line that it is a point of, where a study varies a number: <c>batch</c>.</param>
/// <param name="Factor">That number: the batch size.</param>
/// <param name="Numbers">Further numbers that the trial is made with; null for none.</param>
public sealed record StudyArm(
    string Name, string Title, RunSettings Settings, string Trial = "train", string? Group = null, double? Factor = null,
    IReadOnlyDictionary<string, double>? Numbers = null)
{
    /// <summary>One of the trial's numbers.</summary>
    public double Number(string name, double otherwise) =>
        Numbers is not null && Numbers.TryGetValue(name, out double value) ? value : otherwise;
}

/// <summary>One repetition of every arm: the arms' trials of one repetition are compared with each other.</summary>
/// <param name="Seed">The seed of weights and order.</param>
/// <param name="Fold">The fold that is tested on, from 1; null outside of a cross validation.</param>
public readonly record struct StudyRepeat(long Seed, int? Fold = null)
{
    /// <summary>Its name in files: <c>seed42</c>, <c>seed42-fold1</c>.</summary>
    public string Name => Fold is { } fold ? $"seed{Seed}-fold{fold}" : $"seed{Seed}";

    /// <summary>The same in words.</summary>
    public override string ToString() => Fold is { } fold ? $"seed {Seed}, fold {fold}" : $"seed {Seed}";
}
