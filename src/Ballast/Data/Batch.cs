namespace Ballast;

/// <summary>Some samples and the class of each.</summary>
/// <param name="Inputs">The samples: [N, ...].</param>
/// <param name="Targets">The N classes.</param>
public readonly record struct Batch(Tensor Inputs, Labels Targets);
