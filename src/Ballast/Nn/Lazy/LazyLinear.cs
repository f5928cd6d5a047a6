namespace Ballast;

/// <summary>A <see cref="Linear"/> whose inputs are those of its first input. PyTorch: <c>nn.LazyLinear</c>.</summary>
/// <param name="outFeatures">The size of the output's last axis.</param>
/// <param name="bias">Whether b is there.</param>
/// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
public sealed class LazyLinear(int outFeatures, bool bias = true, Generator? generator = null) : LazyModule
{
    private protected override Module Make(Shape input) => new Linear(
        input.Rank > 0 ? input[^1] : 0, outFeatures, bias, generator);

    private protected override string Settings => $"in_features=0, out_features={outFeatures}, bias={PythonText.Of(bias)}";
}
