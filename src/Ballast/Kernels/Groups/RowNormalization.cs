using System.Runtime.CompilerServices;

namespace Ballast.Kernels;

/// <summary>Normalization of rows of values, each by its own statistics and scaled column by column: layer and root-mean-square normalization,
/// and group normalization of one value a channel. A row is read from memory once in each direction and stays in the cache for the
/// passes over it.</summary>
static unsafe partial class RowNormalization
{
    /// <summary>y = (x - mean) / sqrt(variance + eps) gamma + beta.</summary>
    /// <param name="x">The values.</param>
    /// <param name="gamma">[C], or empty for 1.</param>
    /// <param name="beta">[C], or empty for 0.</param>
    /// <param name="layout">Where the rows lie.</param>
    /// <param name="centered">Whether the mean is subtracted and the variance taken; otherwise the mean of the squares.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="moments">Takes the statistics of each row.</param>
    /// <param name="y">The results.</param>
    public static void Forward(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, RowLayout layout,
        bool centered, double epsilon, Span<float> moments, Span<float> y)
    {
        float* affine = Affine(gamma, beta, layout.C);
        fixed (float* from = x, to = y, m = moments)
        {
            var work = new ForwardWork
            {
                X = from,
                Y = to,
                Moments = (RowMoments*)m,
                Affine = affine,
                Layout = layout,
                Centered = centered,
                Epsilon = epsilon,
            };
            Workers.Run(work, layout.Count, layout.Length, SharedFrom.Cache);
        }
    }

    /// <summary>The gradients. With g the gradient of y, h = (x - mean) / sqrt(variance + eps), and means over the row:
    /// dgamma = sum of g h, dbeta = sum of g, dx = (g gamma - mean(g gamma) - h mean(g gamma h)) / sqrt(variance + eps).
    /// Without a mean its term drops out.</summary>
    /// <param name="x">The values.</param>
    /// <param name="gradient">The gradient of the results.</param>
    /// <param name="gamma">[C], or empty for 1.</param>
    /// <param name="layout">Where the rows lie.</param>
    /// <param name="centered">What the forward pass did.</param>
    /// <param name="moments">The statistics of each row.</param>
    /// <param name="dx">The gradient of the values, which may be where <paramref name="gradient"/> is.</param>
    /// <param name="sums">dgamma and dbeta: [2, C].</param>
    public static void Backward(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ReadOnlySpan<float> gamma, RowLayout layout,
        bool centered, ReadOnlySpan<float> moments, Span<float> dx, Span<float> sums)
    {
        int parts = Parts(layout.N);
        float* affine = Affine(gamma, default, layout.C);
        float[] partial = System.Buffers.ArrayPool<float>.Shared.Rent(Math.Max(1, parts) * 2 * layout.C);
        fixed (float* from = x, g = gradient, to = dx, m = moments, p = partial)
        {
            var work = new BackwardWork
            {
                X = from,
                G = g,
                Dx = to,
                Moments = (RowMoments*)m,
                Affine = affine,
                Sums = p,
                Layout = layout,
                Centered = centered,
            };
            Workers.Run(work, parts, layout.Length, SharedFrom.Cache);
        }

        Reductions.SumRows(partial.AsSpan(0, parts * 2 * layout.C), parts, 2 * layout.C, sums);
        System.Buffers.ArrayPool<float>.Shared.Return(partial);
    }

    // At most 256 samples a part, so that a sum in float keeps its digits, and about 64 parts where there are fewer.
    static int PartSamples(int samples) => Math.Clamp((samples + 63) / 64, 4, 256);

    static int Parts(int samples) => (samples + PartSamples(samples) - 1) / PartSamples(samples);

    // gamma and beta, [2, C], ones and zeros where there are none.
    static float* Affine(ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, int channels)
    {
        float* affine = Scratch.TakeShared(2 * channels);
        Span<float> scale = new(affine, channels), shift = new(affine + channels, channels);
        if (gamma.IsEmpty)
            scale.Fill(1);
        else
            gamma.CopyTo(scale);
        if (beta.IsEmpty)
            shift.Clear();
        else
            beta.CopyTo(shift);
        return affine;
    }

    struct ForwardWork : IWork, IWideWork
    {
        public static int Pieces => 4;

        public float* X, Y, Affine;
        public RowMoments* Moments;
        public RowLayout Layout;
        public bool Centered;
        public double Epsilon;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int length = Layout.Channels;
            for (int group = first; group < last; group++)
            {
                float* x = X + (nint)group * length, y = Y + (nint)group * length;
                float* gamma = Affine + group % Layout.Groups * Layout.Channels, beta = gamma + Layout.C;
                Moments[group] = RowMoments.Measure<S, V>(x, length, Centered, Epsilon);
                Columns<S, V>(x, y, length, Moments[group], gamma, beta);
            }
        }
    }

    struct BackwardWork : IWork, IWideWork
    {
        public static int Pieces => 4;

        public float* X, G, Dx, Affine, Sums;
        public RowMoments* Moments;
        public RowLayout Layout;
        public bool Centered;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int part = first; part < last; part++)
                ColumnGradients<S, V>(this, part);
        }
    }

    // What a row's gradient is made of: dx = g gamma Scale + h Slope + Offset, with h the normalized value.
    readonly struct RowGradient
    {
        public RowGradient(in RowMoments moments, double sum, double product, int length, bool centered)
        {
            Scale = moments.InverseDeviation;
            Slope = (float)(-moments.InverseDeviation * product / length);
            Offset = centered ? (float)(-moments.InverseDeviation * sum / length) : 0;
        }

        public float Scale { get; }
        public float Slope { get; }
        public float Offset { get; }
    }
}
