namespace Ballast.Kernels;

/// <summary>What the sum of a window is divided by: a number, or how many values it counts.</summary>
/// <param name="CountPadding">Whether values on the padding count, as zeros.</param>
/// <param name="Fixed">The number; 0 for the count.</param>
readonly record struct PoolDivisor(bool CountPadding, int Fixed = 0)
{
    /// <summary>The divisor of a window.</summary>
    public int Of(in PoolShape shape, Taps planes, Taps rows, Taps columns) => Fixed != 0
        ? Fixed
        : shape.Deep.Counted(planes, CountPadding) * shape.Down.Counted(rows, CountPadding) * shape.Across.Counted(columns, CountPadding);
}
