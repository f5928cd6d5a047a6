using System.Globalization;

namespace Ballast;

/// <summary>The p-norm of each window of a channel of sequences, (sum of x^p)^(1 / p), from [N, C, L] to [N, C, L']: a sum with p = 1, nearly
/// the largest
/// value with a large p. PyTorch: <c>nn.LPPool1d</c>.</summary>
public sealed class LPPool1d : Module
{
    readonly PerAxis? stride;

    /// <summary>Makes the layer.</summary>
    /// <param name="normType">p.</param>
    /// <param name="kernelSize">The positions of the window.</param>
    /// <param name="stride">Positions from one window to the next; as many as the kernel has when null.</param>
    /// <param name="ceilMode">Whether the size of the result is rounded up.</param>
    /// <exception cref="ArgumentException">A p of 0, or a size below 1.</exception>
    public LPPool1d(double normType, PerAxis kernelSize, PerAxis? stride = null, bool ceilMode = false)
    {
        Throw.Unless(normType != 0 && double.IsFinite(normType), $"LPPool1d: expected a finite p other than 0, got {normType}.");
        (NormType, KernelSize, Stride, CeilMode) = (normType, kernelSize, stride ?? kernelSize, ceilMode);
        this.stride = stride;
        new PoolPlan("LPPool1d", 1, KernelSize, Stride, 0, 1, ceilMode).Checked();
    }

    /// <summary>p.</summary>
    public double NormType { get; }

    /// <summary>The positions of the window on each axis.</summary>
    public PerAxis KernelSize { get; }

    /// <summary>Positions from one window to the next.</summary>
    public PerAxis Stride { get; }

    /// <summary>Whether the size of the result is rounded up.</summary>
    public bool CeilMode { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another number of axes, or an input smaller than the window.</exception>
    public override Tensor Forward(Tensor input) =>
        Functional.LpPool(this, 1, input, NormType, KernelSize, Stride, CeilMode);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => $"norm_type={PythonText.Whole(NormType)}, kernel_size={PythonText.Of(KernelSize)}, "
        + $"stride={(stride is { } given ? PythonText.Of(given) : "None")}, ceil_mode={PythonText.Of(CeilMode)}";

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"LPPool1d({NormType}, {KernelSize})");
}
