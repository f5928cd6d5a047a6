namespace Ballast.Kernels;

/// <summary>gamma and beta as a kernel reads them: [C] each, empty for 1 and 0.</summary>
readonly ref struct Affine(ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta)
{
    /// <summary>gamma.</summary>
    public ReadOnlySpan<float> Gamma { get; } = gamma;

    /// <summary>beta.</summary>
    public ReadOnlySpan<float> Beta { get; } = beta;
}
