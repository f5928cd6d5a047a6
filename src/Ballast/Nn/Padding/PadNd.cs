namespace Ballast;

/// <summary>Sequences, images or volumes with more around them, what the padding layers share.</summary>
public abstract class PadNd : Module
{
    readonly int axes;
    readonly int[] padding;
    readonly PadMode mode;
    readonly double value;

    private protected PadNd(int axes, int padding, PadMode mode, double value)
        : this(axes, [.. Enumerable.Repeat(padding, 2 * axes)], mode, value)
    {
    }

    private protected PadNd(int axes, ReadOnlySpan<int> padding, PadMode mode, double value)
    {
        Throw.Unless(padding.Length == 2 * axes,
            $"{GetType().Name}: expected {2 * axes} numbers, before and after each axis, the last axis first, got {Shape.Describe(padding)}.");
        (this.axes, this.padding, this.mode, this.value) = (axes, padding.ToArray(), mode, value);
    }

    /// <summary>The positions before and after each axis, the last axis first.</summary>
    public ReadOnlySpan<int> Padding => padding;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another number of axes, or more positions than there are values for.</exception>
    public override Tensor Forward(Tensor input)
    {
        Throw.Unless(input.Shape.Rank == axes + 2 || input.Shape.Rank == axes + 1,
            $"{this}: expected input of {axes + 2} axes [N, C, ...], or {axes + 1} of a single one, got {input.Shape}.");
        return input.Pad(padding, mode, value);
    }

    /// <inheritdoc/>
    protected internal override string? ExtraRepr => IsConstant ? $"padding={Sizes}, value={PythonText.Whole(value)}" : Sizes;

    string Sizes => PythonText.Tuple(Array.ConvertAll(padding, static size => PythonText.Whole(size)));

    bool IsConstant => this is ConstantPad1d or ConstantPad2d or ConstantPad3d;

    /// <inheritdoc/>
    public override string ToString() => $"{GetType().Name}({Shape.Describe(padding)}"
        + (IsConstant
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $", {value})") : ")");
}
