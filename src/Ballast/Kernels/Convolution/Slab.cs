using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Some rows of an image with zeros around them, in working memory: what a kernel slides over without asking where the
/// image ends.</summary>
readonly unsafe struct Slab(float* values, int rows, int width, int channels)
{
    /// <summary>From one row to the next.</summary>
    public nint Pitch => (nint)width * channels;

    /// <summary>How many floats there are.</summary>
    public static int Length(int rows, int width, int channels) => rows * width * channels;

    /// <summary>Makes all of it zero.</summary>
    public void Clear() => new Span<float>(values, Length(rows, width, channels)).Clear();

    /// <summary>Copies rows of an image, normalized where they are to be; what lies outside becomes zero.</summary>
    /// <param name="source">The images.</param>
    /// <param name="image">Which one.</param>
    /// <param name="height">The image's rows.</param>
    /// <param name="imageWidth">The image's columns.</param>
    /// <param name="top">The image's row that becomes the first, perhaps one above it.</param>
    /// <param name="left">The image's column that becomes the first.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill<S, V>(in ImagePrologue source, int image, int height, int imageWidth, int top, int left)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        int from = Math.Max(0, left), until = Math.Min(imageWidth, left + width), inside = Math.Max(0, until - from);
        int before = inside == 0 ? width : from - left;
        for (int row = 0; row < rows; row++)
        {
            float* to = values + row * Pitch;
            int y = top + row;
            if ((uint)y >= (uint)height)
            {
                new Span<float>(to, (int)Pitch).Clear();
                continue;
            }

            new Span<float>(to, before * channels).Clear();
            if (inside > 0)
                source.Copy<S, V>(((nint)image * height + y) * imageWidth + from, inside, to + (nint)before * channels);
            int after = width - before - inside;
            new Span<float>(to + (nint)(before + inside) * channels, after * channels).Clear();
        }
    }
}
