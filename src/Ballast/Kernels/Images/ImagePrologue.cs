using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Images [N, H, W, C] as a convolution or a pool reads them: as they lie, or normalized on the way, with a ReLU or
/// not. Normalized values are made in the reader's cache and never written to memory.</summary>
readonly unsafe struct ImagePrologue(float* pixels, int channels, float* table = null, bool relu = false)
{
    /// <summary>The values as they lie.</summary>
    public float* Pixels { get; } = pixels;

    /// <summary>C, the channels of a pixel.</summary>
    public int Channels { get; } = channels;

    /// <summary>center, scale and shift: [3, C]; null where the values are read as they lie.</summary>
    public float* Table { get; } = table;

    /// <summary>Whether a ReLU follows the normalization.</summary>
    public bool HasRelu { get; } = relu;

    /// <summary>Whether the values are read as they lie.</summary>
    public bool IsPlain => Table is null;

    /// <summary>One register of channels of a pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Normalize<S, V>(V x, V center, V scale, V shift, V floor)
        where S : struct, ISimd<V>
        where V : unmanaged => S.Max(S.Fma(S.Subtract(x, center), scale, shift), floor);

    /// <summary>What a ReLU keeps values above: 0, or no bound without one.</summary>
    public float Floor => HasRelu ? 0 : float.NegativeInfinity;

    /// <summary>One register of channels, from <paramref name="c"/> on, of the pixel at <paramref name="from"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Read<S, V>(float* from, int c)
        where S : struct, ISimd<V>
        where V : unmanaged => IsPlain
            ? S.Load(from)
            : Normalize<S, V>(
                S.Load(from), S.Load(Table + c), S.Load(Table + Channels + c), S.Load(Table + 2 * Channels + c), S.Broadcast(Floor));

    /// <summary>Copies whole pixels, normalized where they are to be.</summary>
    /// <param name="pixel">The first pixel, counted over all images.</param>
    /// <param name="count">How many pixels there are.</param>
    /// <param name="to">[count, C].</param>
    public void Copy<S, V>(nint pixel, int count, float* to)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        float* from = Pixels + pixel * Channels;
        if (IsPlain)
        {
            System.Buffer.MemoryCopy(from, to, (long)count * Channels * sizeof(float), (long)count * Channels * sizeof(float));
            return;
        }

        Simd.Columns<S, V, CopyColumns>(new CopyColumns { Images = this, From = from, To = to, Count = count }, 0, Channels);
    }

    struct CopyColumns : IColumns
    {
        public ImagePrologue Images;
        public float* From, To;
        public int Count;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V, L>(int first, int last, int done)
            where S : struct, ISimd<V>
            where V : unmanaged
            where L : struct, ILanes
        {
            int channels = Images.Channels, count = Count;
            float* from = From, to = To, table = Images.Table;
            V floor = S.Broadcast(Images.Floor);
            for (int i = 0; i < count; i++, from += channels, to += channels)
            {
                for (int c = first; c < last; c += S.Width)
                {
                    S.Store(to + c, Normalize<S, V>(
                        S.Load(from + c), S.Load(table + c), S.Load(table + channels + c), S.Load(table + 2 * channels + c), floor));
                }
            }
        }
    }
}
