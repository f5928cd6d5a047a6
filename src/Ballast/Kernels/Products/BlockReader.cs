namespace Ballast.Kernels;

/// <summary>Reader of values that are never written as a whole: it gets them block by block, each while it is in a near cache.</summary>
abstract unsafe class BlockReader
{
    /// <summary>The values of a block.</summary>
    /// <param name="block">Which block.</param>
    /// <param name="start">Where its first value stands among all, row-major.</param>
    /// <param name="values">The values.</param>
    /// <param name="count">How many there are.</param>
    public abstract void Take(int block, nint start, float* values, int count);
}
