namespace Ballast;

/// <summary>A <see cref="BatchNorm1d"/> whose channels are those of its first input. PyTorch: <c>nn.LazyBatchNorm1d</c>.</summary>
/// <param name="eps">Added to the variance.</param>
/// <param name="momentum">The weight of a batch in the running statistics; null for the plain average.</param>
/// <param name="affine">Whether gamma and beta are learned.</param>
/// <param name="trackRunningStats">Whether running statistics are kept.</param>
public sealed class LazyBatchNorm1d(double eps = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true) : LazyModule
{
    private protected override Module Make(Shape input) => new BatchNorm1d(
        Channels(input, 2, 3), eps, momentum, affine, trackRunningStats);

    private protected override string Settings => PythonText.Norm(0, eps, momentum, affine, trackRunningStats);
}
