namespace Ballast.Kernels;

/// <summary>Where a run of tiles of results goes.</summary>
/// <param name="y">The whole result.</param>
/// <param name="at">Where the first tile's upper left value lies in it.</param>
/// <param name="pitch">From one row of pixels to the next.</param>
/// <param name="step">From one pixel to the next.</param>
/// <param name="rows">The rows from the tiles' first to the end of the image.</param>
/// <param name="columns">The columns from the first tile's first to the end of the image.</param>
/// <param name="tiles">How many tiles there are, side by side.</param>
readonly unsafe struct ResultTiles(float* y, nint at, nint pitch, nint step, int rows, int columns, int tiles)
{
    public float* Y => y;

    public nint At { get; init; } = at;

    public nint Pitch => pitch;

    public nint Step => step;

    public int Rows => rows;

    public int Columns => columns;

    public int Tiles => tiles;
}
