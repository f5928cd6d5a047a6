namespace Ballast;

/// <summary>Sequences, images or volumes of another size, each value of which is computed from those around its place; see
/// <see cref="Functional.Interpolate"/>. PyTorch: <c>nn.Upsample</c>.</summary>
/// <param name="size">The positions of the output on each axis; null where the factor is given.</param>
/// <param name="scaleFactor">How many times as large the output is, rounded down; null where the size is given.</param>
/// <param name="mode">How values are computed.</param>
/// <param name="alignCorners">Whether the outermost values keep their places exactly; of the linear modes and the cubic one.</param>
/// <param name="recomputeScaleFactor">Whether places follow from the rounded size of the output and not from the factor.</param>
public class Upsample(
    PerAxis? size = null, ScaleFactors? scaleFactor = null, InterpolateMode mode = InterpolateMode.Nearest, bool? alignCorners = null,
    bool recomputeScaleFactor = false) : Module
{
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

    string Word => mode == InterpolateMode.NearestExact ? "nearest-exact" : PythonText.Of(mode);

    /// <inheritdoc/>
    protected internal override string? ExtraRepr =>
        $"{(scaleFactor is { } factor ? $"scale_factor={factor.Printed}" : $"size={PythonText.Of(size ?? 0)}")}, mode={Word}";

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({(size is { } given ? $"size: {given}" : $"scaleFactor: {scaleFactor}")}, {mode})";
}
