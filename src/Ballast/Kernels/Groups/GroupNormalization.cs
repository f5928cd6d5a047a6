namespace Ballast.Kernels;

/// <summary>Normalization of groups of values inside each sample: layer, group, instance and root-mean-square normalization
/// are this with one layout or another. A group is read from memory once in each direction and stays in the cache for the
/// passes over it.</summary>
static unsafe partial class GroupNormalization
{
    const int SerialLength = 1 << 15;

    /// <summary>y = (x - mean) / sqrt(variance + eps) gamma + beta.</summary>
    /// <param name="x">The values.</param>
    /// <param name="gamma">[C], or empty for 1.</param>
    /// <param name="beta">[C], or empty for 0.</param>
    /// <param name="layout">Where the groups lie.</param>
    /// <param name="statistics">Which statistics to use.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="moments">The statistics of each group: read where they are given, else written.</param>
    /// <param name="y">The results.</param>
    public static void Forward(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, GroupLayout layout,
        GroupStatistics statistics, double epsilon, Span<float> moments, Span<float> y)
    {
        float* affine = Affine(gamma, beta, layout.C);
        fixed (float* from = x, to = y, m = moments)
        {
            var work = new ForwardWork
            {
                X = from,
                Y = to,
                Moments = (GroupMoments*)m,
                Affine = affine,
                Layout = layout,
                Statistics = statistics,
                Epsilon = epsilon,
                Away = layout.Length >= Channels.AwayLength && to != from,
            };
            if (layout.Length < SerialLength)
                work.Run(0, layout.Count);
            else
                Workers.Run(work, layout.Count);
        }
    }

    /// <summary>The gradients. With g the gradient of y, h = (x - mean) / sqrt(variance + eps), and means over the group:
    /// dgamma = sum of g h, dbeta = sum of g, dx = (g gamma - mean(g gamma) - h mean(g gamma h)) / sqrt(variance + eps).
    /// Without a mean its term drops out; with given statistics both do.</summary>
    /// <param name="x">The values.</param>
    /// <param name="gradient">The gradient of the results.</param>
    /// <param name="gamma">[C], or empty for 1.</param>
    /// <param name="layout">Where the groups lie.</param>
    /// <param name="statistics">Which statistics the forward pass used.</param>
    /// <param name="moments">The statistics of each group.</param>
    /// <param name="dx">The gradient of the values, which may be where <paramref name="gradient"/> is.</param>
    /// <param name="sums">dgamma and dbeta: [2, C].</param>
    public static void Backward(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gradient, ReadOnlySpan<float> gamma, GroupLayout layout,
        GroupStatistics statistics, ReadOnlySpan<float> moments, Span<float> dx, Span<float> sums)
    {
        // Sums of a column run over PartSamples samples, those of a run over one.
        bool columns = layout.L == 1 && statistics != GroupStatistics.Given;
        int parts = columns ? Parts(layout.N) : layout.Count;
        int rows = columns ? parts : layout.N;
        float* affine = Affine(gamma, default, layout.C);
        float[] partial = System.Buffers.ArrayPool<float>.Shared.Rent(Math.Max(1, rows) * 2 * layout.C);
        fixed (float* from = x, g = gradient, to = dx, m = moments, p = partial)
        {
            var work = new BackwardWork
            {
                X = from,
                G = g,
                Dx = to,
                Moments = (GroupMoments*)m,
                Affine = affine,
                Sums = p,
                Layout = layout,
                Statistics = statistics,
                Away = layout.Length >= Channels.AwayLength && to != from && to != g,
            };
            if (layout.Length < SerialLength)
                work.Run(0, parts);
            else
                Workers.Run(work, parts);
        }

        Reductions.SumRows(partial.AsSpan(0, rows * 2 * layout.C), rows, 2 * layout.C, sums);
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
        public GroupMoments* Moments;
        public GroupLayout Layout;
        public GroupStatistics Statistics;
        public double Epsilon;
        public bool Away;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            int length = Layout.PerGroup;
            for (int group = first; group < last; group++)
            {
                float* x = X + (nint)group * length, y = Y + (nint)group * length;
                float* gamma = Affine + group % Layout.Groups * Layout.Channels, beta = gamma + Layout.C;
                if (Statistics != GroupStatistics.Given)
                    Moments[group] = GroupMoments.Measure<S, V>(x, length, Statistics == GroupStatistics.MeanAndVariance, Epsilon);
                if (Layout.L == 1)
                    Columns<S, V>(x, y, length, Moments[group], gamma, beta);
                else
                    Runs<S, V>(x, y, Layout, Moments[group], gamma, beta, Away);
            }

            if (Away)
                StoresAway.Fence();
        }
    }

    struct BackwardWork : IWork, IWideWork
    {
        public static int Pieces => 4;

        public float* X, G, Dx, Affine, Sums;
        public GroupMoments* Moments;
        public GroupLayout Layout;
        public GroupStatistics Statistics;
        public bool Away;

        public readonly void Run(int first, int last) => Simd.Run(this, first, last);

        public readonly void Run<S, V>(int first, int last)
            where S : struct, ISimd<V>
            where V : unmanaged
        {
            for (int part = first; part < last; part++)
            {
                if (Layout.L == 1 && Statistics != GroupStatistics.Given)
                    ColumnGradients<S, V>(this, part);
                else
                    RunGradients<S, V>(this, part);
            }

            if (Away)
                StoresAway.Fence();
        }
    }

    // What a group's gradient is made of: dx = g gamma Scale + h Slope + Offset, with h the normalized value.
    readonly struct GroupGradient
    {
        public GroupGradient(in GroupMoments moments, double sum, double product, int length, GroupStatistics statistics)
        {
            Scale = moments.Inverse;
            Slope = statistics == GroupStatistics.Given ? 0 : (float)(-moments.Inverse * product / length);
            Offset = statistics == GroupStatistics.MeanAndVariance ? (float)(-moments.Inverse * sum / length) : 0;
        }

        public float Scale { get; }
        public float Slope { get; }
        public float Offset { get; }
    }
}
