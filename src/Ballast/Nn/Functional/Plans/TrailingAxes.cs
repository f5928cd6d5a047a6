using Ballast.Kernels;

namespace Ballast;

/// <summary>The axes that <see cref="LayerNorm"/> and <see cref="RMSNorm"/> normalize over: the last ones of an input.</summary>
static class TrailingAxes
{
    /// <summary>The distance from 1 to the next float, which PyTorch takes where no eps is given.</summary>
    public const double FloatEpsilon = 1.1920928955078125e-7;

    /// <summary>Refuses axes that nothing can be normalized over.</summary>
    public static void Check(string layer, Shape normalizedShape, double eps)
    {
        Throw.Unless(normalizedShape.Rank > 0,
            $"{layer}: expected the sizes of one or more trailing axes, got none. For inputs [N, 768] it is [768].");
        Throw.Unless(normalizedShape.Length > 0,
            $"{layer}: expected axes of at least 1 value, got {normalizedShape}.");
        NormalizationChecks.Eps(layer, eps);
    }

    /// <summary>One row for each position of the leading axes.</summary>
    public static RowLayout Layout(object layer, Shape input, Shape normalizedShape)
    {
        int leading = input.Rank - normalizedShape.Rank;
        bool fits = leading >= 0;
        for (int axis = 0; fits && axis < normalizedShape.Rank; axis++)
            fits = input[leading + axis] == normalizedShape[axis];
        if (!fits)
        {
            string sizes = string.Join(", ", normalizedShape.ToArray());
            Throw.Argument(
                $"{layer}: expected input [..., {sizes}], got {input}. " +
                "Its last axes must be those of normalizedShape: change it, or the layer before.");
        }

        return new RowLayout(input.Length / normalizedShape.Length, 1, normalizedShape.Length);
    }
}
