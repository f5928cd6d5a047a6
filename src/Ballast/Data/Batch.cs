namespace Ballast;

/// <summary>Some samples and the class of each.</summary>
/// <param name="Inputs">The samples: [N, ...].</param>
/// <param name="Targets">The class of each sample: int64 [N].</param>
public readonly record struct Batch(Tensor Inputs, Tensor Targets);
