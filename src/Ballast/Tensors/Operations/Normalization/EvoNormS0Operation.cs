using System.Buffers;
using Ballast.Kernels;

namespace Ballast;

/// <summary>y = x sigmoid(v x) / sqrt(group variance + eps) gamma + beta. Liu et al. 2020, EvoNorm-S0.</summary>
sealed unsafe class EvoNormS0Operation : SampleOperation
{
    // 1 / sqrt(group variance + eps).
    static float* InverseDeviation(SampleRows rows) => rows.Own;

    static float* Gamma(SampleRows rows) => rows.Second;

    readonly int groups;
    Parameter? v;

    EvoNormS0Operation(
        Tensor x, Parameter gamma, Parameter beta, Parameter v, int groups, Buffer source, Buffer constants, MemoryOrder order)
        : base(x, gamma, beta, source, constants, order) => (this.v, this.groups) = (v, groups);

    /// <summary>The forward pass.</summary>
    /// <param name="x">[N, C, ...].</param>
    /// <param name="gamma">[C].</param>
    /// <param name="beta">[C].</param>
    /// <param name="v">[C].</param>
    /// <param name="groups">How many groups of channels share a variance.</param>
    /// <param name="layout">Where the channels lie if x is row-major.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static Tensor Run(
        Tensor x, Parameter gamma, Parameter beta, Parameter v, int groups, ChannelLayout layout, double epsilon)
    {
        if (Backend.Current is { } other)
            return other.Apply("evo_norm_s0", [x, gamma, beta, v], ("groups", groups), ("eps", epsilon));
        var order = MemoryOrder.Of(x, layout);
        var source = order.Hold(x);
        var constants = Buffer.Rent(ConstantCount(layout));
        Fill(x, constants, gamma, beta, v, groups, order.Layout, epsilon);
        var values = Map<EvoNormS0Map>(source, constants, order);
        var output = Records(x, gamma, beta, v)
            ? new EvoNormS0Operation(x, gamma, beta, v, groups, source, constants, order).Produce(x.Shape, values)
            : new Tensor(x.Shape, values);
        source.Release();
        constants.Release();
        return output;
    }

    static void Fill(
        Tensor x, Buffer constants, Parameter gamma, Parameter beta, Parameter v, int groups, ChannelLayout layout, double epsilon)
    {
        int channels = layout.C;
        double[] moments = ArrayPool<double>.Shared.Rent(2 * layout.N * channels);
        NormalizationOperation.Statistics(x, new ChannelChunks(layout, layout.N), moments.AsSpan(0, 2 * layout.N * channels));
        ReadOnlySpan<float> bend = v.AsSpan(), scale = gamma.AsSpan(), shift = beta.AsSpan();
        for (int n = 0; n < layout.N; n++)
        {
            var rows = Rows(constants, layout, n);
            var own = moments.AsSpan(n * 2 * channels, 2 * channels);
            GroupNormalization.Join(own, channels, groups);
            for (int c = 0; c < channels; c++)
            {
                double mean = own[c], inverse = Deviations.Inverse(own[channels + c] + epsilon);
                rows.Bend[c] = bend[c];
                rows.Scale[c] = (float)(scale[c] * inverse);
                rows.Shift[c] = shift[c];
                rows.Center[c] = (float)mean;
                rows.Offset[c] = (float)((float)mean - mean);
                InverseDeviation(rows)[c] = (float)inverse;
                Gamma(rows)[c] = scale[c];
            }
        }

        ArrayPool<double>.Shared.Return(moments);
    }

    /// <summary>With g the gradient, s = sigmoid(v x), h = x s, r = 1 / sqrt(group variance + eps), M values a group:
    /// dbeta = sum g, dgamma = sum g h r, dv = sum g gamma r x^2 s (1 - s),
    /// dx = g gamma r s (1 + v x (1 - s)) - (x - group mean) r^3 / M sum over the group of g gamma h.</summary>
    public override void Backward(Values gradient) => Backward<EvoNormS0Term, EvoNormS0Gradient>(gradient);

    /// <inheritdoc/>
    protected override void Finish(ReadOnlySpan<double> sums)
    {
        int channels = Layout.C, each = channels / groups;
        double[] rented = ArrayPool<double>.Shared.Rent(3 * channels);
        var totals = rented.AsSpan(0, 3 * channels);
        totals.Clear();
        for (int n = 0; n < Layout.N; n++)
        {
            var rows = Rows(n);
            var own = Own(sums, n);
            for (int first = 0; first < channels; first += each)
            {
                double through = 0;
                for (int c = first; c < first + each; c++)
                {
                    double inverse = InverseDeviation(rows)[c];
                    totals[c] += own[channels + c] * inverse;
                    totals[channels + c] += own[c];
                    totals[2 * channels + c] += own[2 * channels + c] * rows.Scale[c];
                    through += Gamma(rows)[c] * own[channels + c] * inverse * inverse * inverse;
                }

                new Span<float>(rows.Slope + first, each).Fill((float)(-through / ((double)each * Layout.L)));
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
