using Ballast.Kernels;

namespace Ballast;

/// <summary>y = (x - mean) / sqrt(var + eps) gamma + beta for each channel, with the statistics of this batch or with given
/// ones. Ioffe &amp; Szegedy 2015, algorithm 1 and section 3.1.</summary>
sealed class NormalizationOperation : Operation
{
    [ThreadStatic] static ChannelSums? pooledSums;
    [ThreadStatic] static ChannelSums? gateSums;

    readonly Buffer source;

    // center, scale, shift, 1 / sqrt(var + eps), and what rounding the mean to the center left out: [5, C].
    readonly Buffer table;
    readonly ChannelLayout layout;
    readonly bool batchStatistics;

    NormalizationOperation(
        Tensor x, Parameter? gamma, Parameter? beta, Buffer source, Buffer table, ChannelLayout layout, bool batchStatistics)
        : base(x, gamma, beta)
    {
        this.source = source.Hold();
        this.table = table.Hold();
        this.layout = layout;
        this.batchStatistics = batchStatistics;
    }

    /// <summary>The mean and the biased variance of each channel: [2, C], in double.</summary>
    public static void Statistics(Tensor x, ChannelLayout layout, Span<double> statistics)
    {
        if (x.Recipe is ChannelsLast { Statistics: { } known } made && made.Layout == layout)
        {
            known.CopyTo(statistics);
            return;
        }

        var held = new MemoryOrder(layout).Hold(x);
        Channels.Statistics(held.Span(layout.Length), layout, statistics);
        held.Release();
    }

    /// <summary>The forward pass.</summary>
    /// <param name="x">[N, C, ...].</param>
    /// <param name="gamma">[C], or null for 1.</param>
    /// <param name="beta">[C], or null for 0.</param>
    /// <param name="layout">Where the channels lie.</param>
    /// <param name="statistics">Mean and biased variance: [2, C].</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="batchStatistics">The statistics are those of x itself: the gradient goes through them too.</param>
    public static Tensor Run(
        Tensor x, Parameter? gamma, Parameter? beta, ChannelLayout layout, ReadOnlySpan<double> statistics, double epsilon,
        bool batchStatistics)
    {
        int c = layout.C;
        var source = new MemoryOrder(layout).Hold(x);
        var table = Buffer.Rent(5 * c);
        var constants = table.Span(5 * c);
        ReadOnlySpan<float> scales = gamma is null ? default : gamma.AsSpan();
        ReadOnlySpan<float> shifts = beta is null ? default : beta.AsSpan();
        for (int i = 0; i < c; i++)
        {
            double deviation = 1 / Math.Sqrt(statistics[c + i] + epsilon);
            double scale = scales.IsEmpty ? deviation : deviation * scales[i];
            float center = (float)statistics[i];
            double rest = statistics[i] - center;
            constants[i] = center;
            constants[c + i] = (float)scale;
            constants[2 * c + i] = (float)((shifts.IsEmpty ? 0 : shifts[i]) - rest * scale);
            constants[3 * c + i] = (float)deviation;
            constants[4 * c + i] = (float)rest;
        }

        bool record = Tensor.Recording
            && (x.RequiresGrad || gamma is { RequiresGrad: true } || beta is { RequiresGrad: true });
        var operation = record
            ? new NormalizationOperation(x, gamma, beta, source, table, layout, batchStatistics)
            : null;
        var values = new Values(new ChannelAffine(source, table, layout));
        return operation is null ? new Tensor(x.Shape, values) : operation.Produce(x.Shape, values);
    }

    /// <summary>With g the gradient, m values a channel, h = (x - mean) / sqrt(var + eps): dbeta = sum g, dgamma = sum g h,
    /// dx = gamma / sqrt(var + eps) (g - dbeta / m - h dgamma / m); without batch statistics the two means drop out.
    /// </summary>
    public override void Backward(Values gradient)
    {
        bool gated = false;
        NormalizationSums? known;
        if (gradient.Recipe is GatedGradient gate && gate.Gate.SharesTable(table))
        {
            bool gelu = gate.Gate.Activation == AffineActivation.Gelu;
            gated = !gelu;
            known = gate.Sums;
            var ungated = gate.HoldGradient();
            gradient.Release();
            gradient = ungated;
            if (gelu)
                gradient = PassGelu(gradient, out known);
        }
        else
        {
            known = (gradient.Recipe as ChannelsLast)?.Sums;
        }

        var pooled = gated ? gradient.Recipe as PooledGradient : null;
        if (pooled is not null && !PooledNormalization.Fits(pooled.Shape))
            pooled = null;
        if (pooled is null && (!gated || gradient.Recipe is not null))
            gradient = new Values(new MemoryOrder(layout).Read(gradient, layout.Length));

        int c = layout.C;
        Span<double> sums = stackalloc double[2 * 64];
        double[]? rented = null;
        if (c > 64)
            sums = rented = System.Buffers.ArrayPool<double>.Shared.Rent(2 * c);
        if (known is not null && known.AreOf(table, gated))
        {
            known.Totals.CopyTo(sums);
        }
        else
        {
            Sum(gradient, pooled, gated, sums);
        }

        var more = Constants(sums);
        Finish(sums, rented);
        if (First!.RequiresGrad && layout.Last)
        {
            if (pooled is not null)
            {
                // The pool's input is read from this operation's source, over which the gradient may be written then.
                var slim = new Values(pooled.WithoutInput());
                gradient.Release();
                gradient = slim;
            }

            // A convolution may apply it while it reads.
            Give(First, new Values(new NormalizedGradient(gradient, source.Hold(), table.Hold(), more, layout, gated)));
            return;
        }

        if (First.RequiresGrad)
        {
            var g = gradient.Buffer!;
            var dx = g.IsExclusive ? g.Hold() : Buffer.Rent(layout.Length);
            NormalizedGradient.Write(
                source.Span(layout.Length), g.Span(layout.Length), table.Span(3 * c), more.Span(3 * c), layout, gated,
                dx.Span(layout.Length));
            Give(First, new Values(dx));
        }

        gradient.Release();
        more.Release();
    }

    // The gradient in memory, in the order of the layout, times GELU's slope; takes it over.
    Values PassGelu(Values gradient, out NormalizationSums known)
    {
        int length = layout.Length;
        var g = gradient.Buffer!;
        var passed = g.IsExclusive ? g.Hold() : Buffer.Rent(length);
        double[] totals = new double[2 * layout.C];
        ChannelGates.Apply<GeluGate>(
            source.Span(length), g.Span(length), layout.PerChannel, layout.C, table.Span(3 * layout.C), passed.Span(length), totals,
            gateSums ??= new ChannelSums());
        g.Release();
        known = new NormalizationSums(table, gated: false, totals);
        return new MemoryOrder(layout).Values(passed);
    }

    void Finish(Span<double> sums, double[]? rented)
    {
        GiveSums((Parameter?)Second, (Parameter?)Third, table.Span(5 * layout.C), sums);
        if (rented is not null)
            System.Buffers.ArrayPool<double>.Shared.Return(rented);
    }

    unsafe void Sum(Values gradient, PooledGradient? pooled, bool gated, Span<double> sums)
    {
        var x = source.Span(layout.Length);
        var constants = table.Span(3 * layout.C);
        if (pooled is not null)
        {
            var parts = pooledSums ??= new ChannelSums();
            fixed (float* from = x, dy = pooled.Pooled, t = constants)
                PooledNormalization.Sum(pooled.Shape, from, dy, t, parts);
            parts.Finish(sums);
            return;
        }

        var g = gradient.Buffer!.Span(layout.Length);
        if (gated)
            Channels.Sum<GradientTerm<ReluGate>>(x, g, layout, constants, sums);
        else
            Channels.Sum<GradientTerm<OpenGate>>(x, g, layout, constants, sums);
    }

    unsafe Buffer Constants(Span<double> sums)
    {
        int c = layout.C;
        var more = Buffer.Rent(3 * c);
        fixed (float* constants = table.Span(5 * c), to = more.Span(3 * c))
        {
            var gradientConstants = new GradientConstants(constants, c, layout.PerChannel, batchStatistics);
            for (int i = 0; i < c; i++)
                gradientConstants.Fill(i, ref sums[i], ref sums[c + i], to + i, c);
        }

        return more;
    }

    void GiveSums(Parameter? gamma, Parameter? beta, Span<float> constants, Span<double> sums)
    {
        int c = layout.C;
        if (gamma is { RequiresGrad: true })
        {
            var dgamma = Buffer.Rent(c);
            for (int i = 0; i < c; i++)
                dgamma.Span(c)[i] = (float)(sums[c + i] * constants[3 * c + i]);
            Give(gamma, new Values(dgamma));
        }

        if (beta is { RequiresGrad: true })
        {
            var dbeta = Buffer.Rent(c);
            for (int i = 0; i < c; i++)
                dbeta.Span(c)[i] = (float)sums[i];
            Give(beta, new Values(dbeta));
        }
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        source.Release();
        table.Release();
    }
}
