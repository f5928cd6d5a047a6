namespace Ballast.Lab;

/// <summary>What a run's network did with each sample that it was not trained on: what the page shows of it chooses itself by what is there.</summary>
public sealed record RunFindings;
