namespace Ballast;

/// <summary>An <see cref="InstanceNorm2d"/> whose channels are those of its first input. PyTorch: <c>nn.LazyInstanceNorm2d</c>, which learns and
/// tracks unless it is told not to.</summary>
/// <param name="eps">Added to the variance.</param>
/// <param name="momentum">The weight of a batch in the running statistics.</param>
/// <param name="affine">Whether gamma and beta are learned.</param>
/// <param name="trackRunningStats">Whether running statistics are kept.</param>
public sealed class LazyInstanceNorm2d(double eps = 1e-5, double momentum = 0.1, bool affine = true, bool trackRunningStats = true) : LazyModule
{
    private protected override Module Make(Shape input) => new InstanceNorm2d(
        Channels(input, 2), eps, momentum, affine, trackRunningStats);

    private protected override string Settings => PythonText.Norm(0, eps, momentum, affine, trackRunningStats);
}
