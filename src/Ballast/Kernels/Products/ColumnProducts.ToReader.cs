namespace Ballast.Kernels;

static unsafe partial class ColumnProducts
{
    /// <summary>Gives c to a reader, piece by piece.</summary>
    /// <param name="reader">Takes the pieces as blocks.</param>
    /// <param name="pieces">How many pieces a row has, of <see cref="LongestChunk"/> values but for the last.</param>
    /// <param name="columns">How many columns there are.</param>
    public readonly struct ToReader(BlockReader reader, int pieces, int columns) : IRowEpilogue
    {
        /// <inheritdoc/>
        public void Take(int row, int column, float* values, int length) =>
            reader.Take(row * pieces + column / LongestChunk, (nint)row * columns + column, values, length);

        /// <inheritdoc/>
        public float* Memory => null;

        /// <inheritdoc/>
        public int Stride => 0;
    }
}
