using System.Buffers;
using Ballast.Kernels;

namespace Ballast;

/// <summary>y = x / max(sqrt(batch variance + eps), v x + sqrt(instance variance + eps)) gamma + beta. Liu et al. 2020,
/// EvoNorm-B0.</summary>
sealed unsafe class EvoNormB0Operation : SampleOperation
{
    // The center less the batch's mean.
    static float* BatchLag(SampleRows rows) => rows.Own;

    // The center less the sample's mean.
    static float* Lag(SampleRows rows) => rows.Second;

    readonly bool batchStatistics;
    Parameter? v;

    EvoNormB0Operation(
        Tensor x, Parameter gamma, Parameter beta, Parameter v, bool batchStatistics, Buffer source, Buffer constants,
        MemoryOrder order)
        : base(x, gamma, beta, source, constants, order) => (this.v, this.batchStatistics) = (v, batchStatistics);

    /// <summary>The mean and the biased variance of each channel of each sample, in memory that the caller gives back.</summary>
    public static double[] Moments(Tensor x, ChannelLayout layout)
    {
        double[] moments = ArrayPool<double>.Shared.Rent(2 * layout.N * layout.C);
        var chunks = new ChannelChunks(MemoryOrder.Of(x, layout).Layout, layout.N);
        NormalizationOperation.Statistics(x, chunks, moments.AsSpan(0, 2 * layout.N * layout.C));
        return moments;
    }

    /// <summary>The mean and the biased variance of a channel over all samples.</summary>
    public static (double Mean, double Variance) OfBatch(ReadOnlySpan<double> moments, ChannelLayout layout, int c)
    {
        int stride = 2 * layout.C, length = (layout.N - 1) * stride + 1;
        return JoinedMoments.Of(moments.Slice(c, length), moments.Slice(layout.C + c, length), stride);
    }

    /// <summary>The forward pass.</summary>
    /// <param name="x">[N, C, ...].</param>
    /// <param name="gamma">[C].</param>
    /// <param name="beta">[C].</param>
    /// <param name="v">[C].</param>
    /// <param name="layout">Where the channels lie if x is row-major.</param>
    /// <param name="moments">What <see cref="Moments"/> gave.</param>
    /// <param name="statistics">The mean and the biased variance over the batch, or the running variance: [2, C].</param>
    /// <param name="epsilon">Added to both variances.</param>
    /// <param name="batchStatistics">The statistics are those of x itself: the gradient goes through them too.</param>
    public static Tensor Run(
        Tensor x, Parameter gamma, Parameter beta, Parameter v, ChannelLayout layout, ReadOnlySpan<double> moments,
        ReadOnlySpan<double> statistics, double epsilon, bool batchStatistics)
    {
        if (Backend.Current is { } other)
        {
            return other.Apply("evo_norm_b0", [x, gamma, beta, v],
                ("statistics", batchStatistics ? null : statistics.ToArray()), ("eps", epsilon));
        }

        int channels = layout.C;
        var order = MemoryOrder.Of(x, layout);
        var source = order.Hold(x);
        var constants = Buffer.Rent(ConstantCount(layout));
        ReadOnlySpan<float> bend = v.AsSpan(), scale = gamma.AsSpan(), shift = beta.AsSpan();
        for (int n = 0; n < layout.N; n++)
        {
            var rows = Rows(constants, layout, n);
            var own = moments.Slice(n * 2 * channels, 2 * channels);
            for (int c = 0; c < channels; c++)
            {
                float center = (float)statistics[c];
                rows.Bound[c] = (float)Math.Sqrt(statistics[channels + c] + epsilon);
                rows.Bend[c] = bend[c];
                rows.Spread[c] = (float)Math.Sqrt(own[channels + c] + epsilon);
                rows.Scale[c] = scale[c];
                rows.Shift[c] = shift[c];
                rows.Center[c] = center;
                BatchLag(rows)[c] = (float)(center - statistics[c]);
                Lag(rows)[c] = (float)(center - own[c]);
            }
        }

        var values = Map<EvoNormB0Map>(source, constants, order);
        var output = Records(x, gamma, beta, v)
            ? new EvoNormB0Operation(x, gamma, beta, v, batchStatistics, source, constants, order).Produce(x.Shape, values)
            : new Tensor(x.Shape, values);
        source.Release();
        constants.Release();
        return output;
    }

    /// <summary>With g the gradient, d the denominator, l = sqrt(batch variance + eps) and i = sqrt(instance variance + eps), and
    /// e = -g gamma x / d^2 the gradient of d: dbeta = sum g, dgamma = sum g x / d, and where d is not l: dv = sum e x and
    /// dx gets e v. With m values of a channel in the batch and L in a sample,
    /// dx = g gamma / d + ... + (x - batch mean) / (l m) sum of e where d is l + (x - instance mean) / (i L) sum of e where it is
    /// not; without batch statistics the former of these drops out.</summary>
    public override void Backward(Values gradient) => Backward<EvoNormB0Term, EvoNormB0Gradient>(gradient);

    /// <inheritdoc/>
    protected override void Finish(ReadOnlySpan<double> sums)
    {
        int channels = Layout.C;
        double[] rented = ArrayPool<double>.Shared.Rent(4 * channels);
        var totals = rented.AsSpan(0, 4 * channels);
        totals.Clear();
        for (int n = 0; n < Layout.N; n++)
        {
            var rows = Rows(n);
            var own = Own(sums, n);
            for (int c = 0; c < channels; c++)
            {
                double gamma = rows.Scale[c];
                totals[c] += own[channels + c];
                totals[channels + c] += own[c];
                totals[2 * channels + c] -= gamma * own[4 * channels + c];
                totals[3 * channels + c] -= gamma * own[2 * channels + c];
            }
        }

        for (int n = 0; n < Layout.N; n++)
        {
            var rows = Rows(n);
            var own = Own(sums, n);
            for (int c = 0; c < channels; c++)
            {
                double ofBatch = batchStatistics
                    ? totals[3 * channels + c] / ((double)rows.Bound[c] * Layout.PerChannel) : 0;
                double ofSample = -rows.Scale[c] * own[3 * channels + c] / ((double)rows.Spread[c] * Layout.L);
                rows.Slope[c] = (float)(ofBatch + ofSample);
                rows.Offset[c] = (float)(BatchLag(rows)[c] * ofBatch + Lag(rows)[c] * ofSample);
            }
        }

        Give((Parameter)Second!, totals[..channels]);
        Give((Parameter)Third!, totals[channels..]);
        Give(v, totals[(2 * channels)..]);
        ArrayPool<double>.Shared.Return(rented);
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        base.ReleaseSaved();
        v = null;
    }
}
