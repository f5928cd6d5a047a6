using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The factor that brings a spread to 1.</summary>
static class Deviations
{
    // 1 / sqrt of less is larger than any float.
    const double Least = 1e-76;

    /// <summary>1 / sqrt(square), and 0 where there is no spread: values that are all alike are then 0 when normalized, and get no
    /// gradient. PyTorch: as its batch normalization in training mode.</summary>
    /// <param name="square">The variance, or the mean square, and eps.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Inverse(double square) => Math.Abs(square) < Least ? 0 : 1 / Math.Sqrt(square);

    /// <inheritdoc cref="Inverse(double)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Inverse(Vector<double> square) => Vector.ConditionalSelect(
        Vector.LessThan(Vector.Abs(square), new Vector<double>(Least)), Vector<double>.Zero, Vector<double>.One / Vector.SquareRoot(square));
}
