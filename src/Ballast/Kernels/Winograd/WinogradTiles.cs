namespace Ballast.Kernels;

/// <summary>How <see cref="Winograd"/> cuts results into tiles of 4 x 4, and the tiles into blocks whose transforms stay in the
/// second-level cache.</summary>
readonly unsafe struct WinogradTiles
{
    const int BlockLength = 112 << 10; // floats of patches and results that a block keeps in cache

    /// <summary>The rows and columns of a tile.</summary>
    public const int Size = 4;

    /// <summary>The most tiles of a block.</summary>
    public const int Most = 8 * Panels.Rows;

    /// <summary>The cut of a convolution.</summary>
    /// <param name="shape">Its sizes.</param>
    /// <param name="wholeImages">Whether each block is to hold some whole images.</param>
    /// <param name="least">The fewest tiles of a block.</param>
    public WinogradTiles(in ConvolutionShape shape, bool wholeImages = false, int least = 2 * Panels.Rows)
    {
        Down = (shape.OutH + Size - 1) / Size;
        Across = (shape.OutW + Size - 1) / Size;
        Count = shape.N * Down * Across;
        int fitting = BlockLength / (Winograd.Planes * (Winograd.PatchChannels(shape) + 2 * Panels.Lanes)) / Panels.Rows * Panels.Rows;
        BlockTiles = Math.Clamp(fitting, least, Most);
        if (wholeImages)
            BlockTiles = Math.Max(1, (BlockTiles + TilesPerImage / 2) / TilesPerImage) * TilesPerImage;
        RowTiles = (BlockTiles + Panels.Rows - 1) / Panels.Rows * Panels.Rows;
        Blocks = (Count + BlockTiles - 1) / BlockTiles;
    }

    int Down { get; }

    int Across { get; }

    /// <summary>How many tiles there are.</summary>
    public int Count { get; }

    /// <summary>How many tiles a block has, but for the last.</summary>
    public int BlockTiles { get; }

    /// <summary>How many blocks there are.</summary>
    public int Blocks { get; }

    /// <summary>The tiles of a block, filled up to whole groups of rows.</summary>
    public int RowTiles { get; }

    int TilesPerImage => Down * Across;

    /// <summary>The image of a tile, and its first row and column.</summary>
    public (int Image, int Y, int X) Locate(int tile)
    {
        int row = tile / Across;
        return (row / Down, row % Down * Size, tile % Across * Size);
    }

    /// <summary>How many tiles, from one on, lie side by side and are transformed together.</summary>
    /// <param name="tile">The first of them.</param>
    /// <param name="left">The tiles that are left to do.</param>
    public int Run(int tile, int left) => Math.Min(Math.Min(left, Across - tile % Across), WinogradTransforms.MostTiles);

    /// <summary>The pixels that a block's tiles cover, as one piece of memory.</summary>
    /// <param name="start">The block's first tile.</param>
    /// <param name="pixels">[N, height, width, channels].</param>
    /// <param name="channels">The channels of a pixel.</param>
    /// <param name="height">The rows of an image.</param>
    /// <param name="width">The columns of an image.</param>
    /// <param name="above">The rows above a tile's first that belong to its patch.</param>
    public Region Region(int start, float* pixels, int channels, int height, int width, int above)
    {
        var (image, y, _) = Locate(start);
        var (lastImage, lastY, _) = Locate(Math.Min(start + BlockTiles, Count) - 1);
        nint from = (nint)image * height + Math.Max(0, y - above);
        nint until = (nint)lastImage * height + Math.Min(height, lastY - above + (above == 0 ? Size : Size + 2));
        return new Region(pixels + from * width * channels, (int)Math.Min(until - from, 1 << 12) * width * channels);
    }

    /// <summary>How many pixels of the image lie in some tiles.</summary>
    public int Pixels(int start, int count, in ConvolutionShape shape)
    {
        int pixels = 0;
        for (int i = 0; i < count; i++)
        {
            var (_, y, x) = Locate(start + i);
            pixels += Math.Min(Size, shape.OutH - y) * Math.Min(Size, shape.OutW - x);
        }

        return pixels;
    }
}
