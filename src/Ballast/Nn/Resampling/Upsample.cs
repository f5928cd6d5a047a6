namespace Ballast;

/// <summary>Sequences, images or volumes of another size, each value of which is computed from those around its place; see
/// <see cref="Functional.Interpolate"/>. PyTorch: <c>nn.Upsample</c>.</summary>
/// <param name="size">The positions of the output on each axis; null where the factor is given.</param>
/// <param name="scaleFactor">How many times as large the output is, rounded down; null where the size is given.</param>
/// <param name="mode">How values are computed.</param>
/// <param name="alignCorners">Whether the outermost values keep their places exactly; of the linear modes and the cubic one.</param>
/// <param name="recomputeScaleFactor">Whether places follow from the rounded size of the output and not from the factor.</param>
/// <exception cref="ArgumentException">Both or neither of size and factor, a size below 1, or a factor that is not a finite number above 0.
/// </exception>
public class Upsample(
    PerAxis? size = null, ScaleFactors? scaleFactor = null, InterpolateMode mode = InterpolateMode.Nearest, bool? alignCorners = null,
    bool recomputeScaleFactor = false) : Module
{
    readonly PerAxis? size = Checked(size, scaleFactor);

    /// <summary>The positions of the output on each axis, or null.</summary>
    public PerAxis? Size => size;

    /// <summary>How many times as large the output is, or null.</summary>
    public ScaleFactors? ScaleFactor => scaleFactor;

    /// <summary>How values are computed.</summary>
    public InterpolateMode Mode => mode;

    /// <summary>Whether the outermost values keep their places exactly.</summary>
    public bool? AlignCorners => alignCorners;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">What <see cref="Functional.Interpolate"/> refuses.</exception>
    public override Tensor Forward(Tensor input) => Functional.Interpolate(input, size, scaleFactor, mode, alignCorners, recomputeScaleFactor);

    static PerAxis? Checked(PerAxis? size, ScaleFactors? scaleFactor)
    {
        Throw.Unless(size is null != scaleFactor is null,
            $"Upsample: expected either a size or a scale factor, got {(size is null ? "neither" : "both")}.");
        Throw.Unless(size is not { } sizes || sizes.Fits(sizes.Count, 1), $"Upsample: expected a size of at least 1 on each axis, got {size}.");
        Throw.Unless(scaleFactor is not { } factors || factors.Fits(factors.Count),
            $"Upsample: expected a finite scale factor above 0 on each axis, got {scaleFactor}.");
        return size;
    }

    string Word => mode == InterpolateMode.NearestExact ? "nearest-exact" : PythonText.Of(mode);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr =>
        $"{(scaleFactor is { } factor ? $"scale_factor={factor.Printed}" : $"size={PythonText.Of(size ?? 0)}")}, mode={Word}";

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({(size is { } given ? $"size: {given}" : $"scaleFactor: {scaleFactor}")}, {mode})";
}
