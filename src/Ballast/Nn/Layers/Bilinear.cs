namespace Ballast;

/// <summary>y[o] = x1^T A[o] x2 + b[o], from [..., in1] and [..., in2] to [..., out]. PyTorch: <c>nn.Bilinear</c>, with its initial values.
/// </summary>
public sealed class Bilinear : PairModule, IReweightedPair
{
    /// <summary>Makes the layer and draws its initial weights: uniform on +-1 / sqrt(in1), weight first, then bias.</summary>
    /// <param name="in1Features">The size of the first input's last axis.</param>
    /// <param name="in2Features">The size of the second input's last axis.</param>
    /// <param name="outFeatures">The size of the output's last axis.</param>
    /// <param name="bias">Whether b is there.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public Bilinear(int in1Features, int in2Features, int outFeatures, bool bias = true, Generator? generator = null)
    {
        Throw.Unless(in1Features > 0 && in2Features > 0 && outFeatures > 0,
            $"Bilinear: expected sizes of at least 1, got {in1Features} and {in2Features} inputs and {outFeatures} outputs.");
        Weight = Register("weight", new Parameter([outFeatures, in1Features, in2Features]));
        Bias = bias ? Register("bias", new Parameter([outFeatures])) : null;
        float bound = (float)(1 / Math.Sqrt(in1Features));
        (generator ?? Generator.Default).Uniform(Weight.Mutate(), -bound, bound);
        if (Bias is not null)
            (generator ?? Generator.Default).Uniform(Bias.Mutate(), -bound, bound);
    }

    /// <summary>A: [out, in1, in2].</summary>
    public Parameter Weight { get; }

    /// <summary>b: [out], or null.</summary>
    public Parameter? Bias { get; }

    int IReweighted.OutputAxis => 0;

    Tensor IReweighted.Forward(Tensor input, Tensor weight) => Forward(input: input);

    Tensor IReweightedPair.Forward(Tensor first, Tensor second, Tensor weight) => Functional.Bilinear(first, second, weight, Bias);

    private protected override Tensor Compute(Tensor first, Tensor second) => Functional.Bilinear(first, second, Weight, Bias);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"in1_features={Weight.Shape[1]}, in2_features={Weight.Shape[2]}, "
        + $"out_features={Weight.Shape[0]}, bias={PythonText.Of(Bias is not null)}";

    /// <inheritdoc/>
    protected internal override long MultiplyAdds(ReadOnlySpan<Shape> inputs, Shape output) =>
        (long)output.Length / Weight.Shape[0] * Weight.Length;

    /// <inheritdoc/>
    public override string ToString() =>
        $"Bilinear({Weight.Shape[1]}, {Weight.Shape[2]}, {Weight.Shape[0]}{(Bias is null ? ", bias: false" : "")})";
}
