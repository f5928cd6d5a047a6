namespace Ballast.Kernels;

/// <summary>How the work of a pool is cut: forward by rows of the result, backward, where windows may overlap, by images and
/// blocks of channels.</summary>
static unsafe class PoolParts
{
    const int SerialLength = 1 << 16;

    // Whole cache lines, and parts enough for a single image.
    const int BlockChannels = 64;

    /// <summary>Rows of the result, over all images.</summary>
    public static int Rows(in PoolShape shape) => shape.N * shape.OutH;

    /// <summary>Blocks of channels, over all images.</summary>
    public static int Blocks(in PoolShape shape) => shape.N * BlocksOf(shape.C);

    /// <summary>Which image and channels a block is.</summary>
    public static (int Image, int First, int Last) Block(in PoolShape shape, int block)
    {
        int first = block % BlocksOf(shape.C) * BlockChannels;
        return (block / BlocksOf(shape.C), first, Math.Min(shape.C, first + BlockChannels));
    }

    /// <summary>Runs the parts, on one thread where there is little to do.</summary>
    public static void Run<W>(in W work, int parts, in PoolShape shape)
        where W : struct, IWork
    {
        if (shape.Input.Length < SerialLength)
            work.Run(0, parts);
        else
            Workers.Run(work, parts);
    }

    /// <summary>Sets some channels of each pixel of an image to 0.</summary>
    public static void Clear(float* image, in PoolShape shape, int first, int last)
    {
        int pixels = shape.H * shape.W;
        if (last - first == shape.C)
        {
            new Span<float>(image, pixels * shape.C).Clear();
            return;
        }

        for (int i = 0; i < pixels; i++)
            new Span<float>(image + (nint)i * shape.C + first, last - first).Clear();
    }

    /// <summary>Sets some channels of the pixels to 0 that are right of or below all windows, where these lie side by side.</summary>
    public static void ClearRest(float* image, in PoolShape shape, int first, int last)
    {
        int insideH = shape.OutH * shape.Stride, insideW = shape.OutW * shape.Stride;
        for (int row = 0; row < shape.H; row++)
        {
            for (int column = row < insideH ? insideW : 0; column < shape.W; column++)
                new Span<float>(image + ((nint)row * shape.W + column) * shape.C + first, last - first).Clear();
        }
    }

    static int BlocksOf(int channels) => (channels + BlockChannels - 1) / BlockChannels;
}
