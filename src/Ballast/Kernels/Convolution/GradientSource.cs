using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>The gradient of a convolution's result as its kernels read it: as it lies, or through a normalization behind the
/// convolution, applied on the way.</summary>
readonly unsafe struct GradientSource(float* gradient, float* x = null, float* table = null, float* more = null, bool gated = false)
{
    /// <summary>The gradient, before the normalization where there is one.</summary>
    public float* Gradient { get; } = gradient;

    /// <summary>Whether it is read as it lies.</summary>
    public bool IsPlain => X is null;

    float* X { get; } = x;

    float* Table { get; } = table;

    float* More { get; } = more;

    bool IsGated { get; } = gated;

    /// <summary>Copies some channels of some pixels, with zeros past the last channel.</summary>
    /// <param name="pixel">The first pixel, counted over all images.</param>
    /// <param name="count">How many pixels there are.</param>
    /// <param name="channels">The channels of a pixel.</param>
    /// <param name="start">The first channel.</param>
    /// <param name="valid">How many channels there are.</param>
    /// <param name="to">[count, width].</param>
    /// <param name="width">The channels that are written.</param>
    public void Copy<S, V>(nint pixel, int count, int channels, int start, int valid, float* to, int width)
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        nint offset = pixel * channels + start;
        if (IsPlain)
        {
            for (int i = 0; i < count; i++)
            {
                new Span<float>(Gradient + offset + (nint)i * channels, valid).CopyTo(new Span<float>(to + (nint)i * width, valid));
                new Span<float>(to + (nint)i * width + valid, width - valid).Clear();
            }

            return;
        }

        for (int i = 0; i < count && valid < width; i++)
            new Span<float>(to + (nint)i * width + valid, width - valid).Clear();
        int done = IsGated
            ? Map<GradientMap<ReluGate>, S, V>(offset, count, channels, start, valid, to, width, 0)
            : Map<GradientMap<OpenGate>, S, V>(offset, count, channels, start, valid, to, width, 0);
        if (IsGated)
            Map<GradientMap<ReluGate>, SimdScalar, float>(offset, count, channels, start, valid, to, width, done);
        else
            Map<GradientMap<OpenGate>, SimdScalar, float>(offset, count, channels, start, valid, to, width, done);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    int Map<M, S, V>(nint offset, int count, int channels, int start, int valid, float* to, int width, int c)
        where M : struct, IChannelMap
        where S : struct, ISimd<V>
        where V : unmanaged
    {
        for (; c <= valid - S.Width; c += S.Width)
        {
            float* table = Table + start + c, more = More + start + c;
            Channel<V> channel = new(S.Load(table), S.Load(table + channels), S.Load(table + 2 * channels));
            Channel<V> a = new(S.Load(more), S.Load(more + channels), S.Load(more + 2 * channels));
            float* x = X + offset + c, g = Gradient + offset + c;
            for (int i = 0; i < count; i++, x += channels, g += channels)
                S.Store(to + (nint)i * width + c, M.Apply<S, V>(S.Load(x), S.Load(g), channel, a));
        }

        return c;
    }
}
