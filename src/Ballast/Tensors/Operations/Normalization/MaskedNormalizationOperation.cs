using Ballast.Kernels;

namespace Ballast;

/// <summary>y = (x - mean) / sqrt(var + eps) gamma + beta for each channel of [N, C, L] where a mask [N, L] is 1, and 0 where it is
/// 0: what lies there has no part in the statistics and gets no gradient.</summary>
sealed class MaskedNormalizationOperation : Operation
{
    readonly Buffer source;
    readonly Buffer mask;
    readonly Buffer table; // center, scale, shift, 1 / sqrt(var + eps), and what rounding the mean to the center left out: [5, C]
    readonly ChannelLayout layout;
    readonly int count;
    readonly bool batchStatistics;

    MaskedNormalizationOperation(
        Tensor x, Parameter? gamma, Parameter? beta, Buffer source, Buffer mask, Buffer table, ChannelLayout layout, int count,
        bool batchStatistics)
        : base(x, gamma, beta)
    {
        this.source = source.Hold();
        this.mask = mask.Hold();
        this.table = table.Hold();
        this.layout = layout;
        this.count = count;
        this.batchStatistics = batchStatistics;
    }

    /// <summary>The mean and the biased variance of each channel over the positions that count: [2, C], in double.</summary>
    public static void Statistics(Tensor x, Tensor mask, ChannelLayout layout, int count, Span<double> statistics)
    {
        int c = layout.C;
        var centers = Buffer.Rent(3 * c);
        var table = centers.Span(3 * c);
        table.Clear();
        double[] sums = System.Buffers.ArrayPool<double>.Shared.Rent(2 * c);
        MaskedChannels.Sum<ValueTerm>(x.AsSpan(), default, mask.AsSpan(), layout, table, sums);
        for (int i = 0; i < c; i++)
            table[i] = (float)(sums[i] / count);
        MaskedChannels.Sum<DeviationTerm>(x.AsSpan(), default, mask.AsSpan(), layout, table, sums);
        for (int i = 0; i < c; i++)
        {
            double offset = sums[i] / count; // what rounding the center to float left over
            statistics[i] = table[i] + offset;
            statistics[c + i] = Math.Max(0, sums[c + i] / count - offset * offset);
            if (!double.IsFinite(statistics[c + i]))
                (statistics[i], statistics[c + i]) = Precise(x.AsSpan(), mask.AsSpan(), layout, count, i);
        }

        System.Buffers.ArrayPool<double>.Shared.Return(sums);
        centers.Release();
    }

    // Of values whose squares are no floats.
    static (double Mean, double Variance) Precise(ReadOnlySpan<float> x, ReadOnlySpan<float> mask, ChannelLayout layout, int count, int channel)
    {
        double mean = 0, variance = 0;
        for (int i = 0; i < mask.Length; i++)
            mean += mask[i] > 0 ? Value(x, i) : 0;
        mean /= count;
        for (int i = 0; i < mask.Length; i++)
            variance += mask[i] > 0 ? (Value(x, i) - mean) * (Value(x, i) - mean) : 0;
        return (mean, variance / count);

        double Value(ReadOnlySpan<float> values, int i) => values[(i / layout.L * layout.C + channel) * layout.L + i % layout.L];
    }

    /// <summary>The forward pass.</summary>
    /// <param name="x">[N, C, L].</param>
    /// <param name="mask">[N, L], 0 or 1.</param>
    /// <param name="count">How many positions count.</param>
    /// <param name="plan">What it is normalized with.</param>
    public static Tensor Run(Tensor x, Tensor mask, int count, in NormalizationPlan plan)
    {
        var layout = plan.Chunks.Whole;
        int c = layout.C;
        var table = Buffer.Rent(NormalizationOperation.Rows * c);
        NormalizationOperation.Fill(plan, 0, table.Span(NormalizationOperation.Rows * c));
        var result = Buffer.Rent(layout.Length);
        MaskedChannels.Map<AffineMap>(
            x.AsSpan(), default, mask.AsSpan(), layout, table.Span(3 * c), default, result.Span(layout.Length));
        var values = new Values(result);
        bool record = Tensor.Recording && (x.RequiresGrad || plan.Learns);
        var y = record
            ? new MaskedNormalizationOperation(x, plan.Gamma, plan.Beta, x.Buffer, mask.Buffer, table, layout, count, plan.OfBatch)
                .Produce(x.Shape, values)
            : new Tensor(x.Shape, values);
        table.Release();
        return y;
    }

    /// <summary>As of a batch normalization of the positions that count: see <see cref="NormalizationOperation"/>.</summary>
    public override unsafe void Backward(Values gradient)
    {
        int c = layout.C, length = layout.Length;
        var g = gradient.Read(length);
        double[] rented = System.Buffers.ArrayPool<double>.Shared.Rent(2 * c);
        var sums = rented.AsSpan(0, 2 * c);
        var more = Buffer.Rent(3 * c);
        Span<float> x = source.Span(length), counts = mask.Span(layout.N * layout.L), dy = g.Span(length);
        MaskedChannels.Sum<GradientTerm<OpenGate>>(x, dy, counts, layout, table.Span(3 * c), sums);
        fixed (float* constants = table.Span(NormalizationOperation.Rows * c), to = more.Span(3 * c))
        {
            var gradientConstants = new GradientConstants(constants, c, count, batchStatistics);
            for (int i = 0; i < c; i++)
            {
                sums[c + i] = gradientConstants.Centered(i, sums[i], sums[c + i]);
                gradientConstants.Fill(i, sums[i], sums[c + i], to + i, c);
            }
        }

        Give((Parameter?)Second, sums[c..], table.Span(3 * c, c));
        Give((Parameter?)Third, sums[..c], default);
        System.Buffers.ArrayPool<double>.Shared.Return(rented);
        if (First!.RequiresGrad)
        {
            var dx = g.IsExclusive ? g.Hold() : Buffer.Rent(length);
            if (batchStatistics)
                MaskedChannels.Map<GradientMap<OpenGate>>(x, dy, counts, layout, table.Span(3 * c), more.Span(3 * c), dx.Span(length));
            else
                MaskedChannels.Map<ScaledMap<OpenGate>>(x, dy, counts, layout, table.Span(3 * c), more.Span(3 * c), dx.Span(length));
            Give(First, new Values(dx));
        }

        more.Release();
        g.Release();
    }

    static void Give(Parameter? parameter, ReadOnlySpan<double> sums, ReadOnlySpan<float> factors)
    {
        if (parameter is not { RequiresGrad: true })
            return;
        var gradient = Buffer.Rent(sums.Length);
        for (int i = 0; i < sums.Length; i++)
            gradient.Span(sums.Length)[i] = (float)(factors.IsEmpty ? sums[i] : sums[i] * factors[i]);
        Give(parameter, new Values(gradient));
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        source.Release();
        mask.Release();
        table.Release();
    }
}
