using Ballast.Kernels;

namespace Ballast;

/// <summary>y = (x - mean) / sqrt(var + eps) gamma + beta for each channel, with the statistics of this batch or with given
/// ones. Ioffe &amp; Szegedy 2015, algorithm 1 and section 3.1. A batch in chunks has statistics, and perhaps gamma and beta,
/// for each chunk.</summary>
sealed partial class NormalizationOperation : Operation
{
    /// <summary>How many constants a channel has: center, scale, shift, 1 / sqrt(var + eps), and what rounding the mean to the
    /// center left out.</summary>
    public const byte Rows = 5;

    const byte CorrectedRows = 7; // and r and d

    [ThreadStatic] static ChannelSums? pooledSums;
    [ThreadStatic] static ChannelSums? gateSums;

    readonly Buffer source;
    readonly Buffer table; // [Rows, C] for each chunk
    readonly ChannelChunks chunks;
    readonly byte rows; // of the table
    readonly bool batchStatistics;
    readonly Sharing? sharing; // null in a plain batch normalization, whose steps shall allocate little

    NormalizationOperation(Tensor x, in NormalizationPlan plan, Buffer source, Buffer table)
        : base(x, plan.Gamma, plan.Beta)
    {
        this.source = source.Hold();
        this.table = table.Hold();
        chunks = plan.Chunks;
        rows = TableRows(plan);
        batchStatistics = plan.OfBatch;
        if (plan.Pairs is not null || plan.Communicator is not null)
            sharing = new Sharing(plan.Pairs, plan.Communicator, plan.Count);
    }

    /// <summary>What chunks do not share, and what workers do.</summary>
    sealed record Sharing(AffinePair[]? Pairs, ICommunicator? Communicator, double Count);

    AffinePair[]? Pairs => sharing?.Pairs;

    ICommunicator? Communicator => sharing?.Communicator;

    // m.
    double Count => Communicator is null ? chunks.Each.PerChannel : sharing!.Count;

    int Pitch => rows * chunks.Whole.C;

    static byte TableRows(in NormalizationPlan plan) => plan.Correction.IsEmpty ? Rows : CorrectedRows;

    /// <summary>The forward pass.</summary>
    /// <param name="x">[N, C, ...].</param>
    /// <param name="plan">What it is normalized with.</param>
    public static Tensor Run(Tensor x, in NormalizationPlan plan)
    {
        var chunks = plan.Chunks;
        var source = new MemoryOrder(chunks.Whole).Hold(x);
        byte rows = TableRows(plan);
        int pitch = rows * chunks.Whole.C;
        var table = Buffer.Rent(chunks.Count * pitch);
        for (int chunk = 0; chunk < chunks.Count; chunk++)
            Fill(plan, chunk, table.Span(chunk * pitch, pitch));

        bool record = Tensor.Recording && (x.RequiresGrad || plan.Learns);
        var operation = record ? new NormalizationOperation(x, plan, source, table) : null;
        var values = new Values(new ChannelAffine(source, table, chunks, rows));
        return operation is null ? new Tensor(x.Shape, values) : operation.Produce(x.Shape, values);
    }

    /// <summary>Writes the constants of a chunk: [Rows, C], or two rows more with a correction.</summary>
    public static unsafe void Fill(in NormalizationPlan plan, int chunk, Span<float> constants)
    {
        int c = plan.Chunks.Whole.C;
        fixed (double* statistics = plan.Statistics.Slice(chunk * 2 * c, 2 * c))
        fixed (double* correction = plan.Correction)
        fixed (float* gamma = plan.Scales(chunk), beta = plan.Shifts(chunk), table = constants)
            ChannelTables.Constants(statistics, plan.Epsilon, gamma, beta, correction, c, table);
    }

    /// <summary>With g the gradient, m values a channel, h = (x - mean) / sqrt(var + eps): dbeta = sum g, dgamma = sum g h,
    /// dx = gamma / sqrt(var + eps) (g - dbeta / m - h dgamma / m); without batch statistics the two means drop out. With a
    /// correction h r + d in the place of h, dgamma = sum g (h r + d), and dx is r times as large. Among several workers the
    /// two means are over the samples of all; dgamma and dbeta are those of one's own.</summary>
    public override void Backward(Values gradient)
    {
        bool gated = false;
        double[]? known = null;
        if (gradient.Recipe is GatedGradient gate && gate.Gate.SharesTable(table))
        {
            var activation = gate.Gate.Activation!;
            gated = activation.IsCheap;
            var ungated = gate.HoldGradient();
            gradient.Release();
            gradient = ungated;
            if (!gated)
                gradient = Pass(activation, gradient, out known);
        }

        var layout = chunks.Whole;
        var pooled = gated ? gradient.Recipe as PooledGradient : null;
        if (pooled is not null && !PooledNormalization.Fits(pooled.Shape))
            pooled = null;
        if (pooled is null && (!gated || gradient.Recipe is not null))
            gradient = new Values(new MemoryOrder(layout).Read(gradient, layout.Length));

        int channels = chunks.Channels;
        Span<double> sums = stackalloc double[2 * 64];
        double[]? rented = null;
        if (channels > 64)
            sums = rented = System.Buffers.ArrayPool<double>.Shared.Rent(2 * channels);
        sums = sums[..(2 * channels)];
        if (known is null && pooled is null && GoesByColumns)
        {
            var g = gradient.Buffer!;
            var dx = g.IsExclusive ? g.Hold() : Buffer.Rent(layout.Length);
            if (gated)
                Channels.Gradient<ReluGate>(source.Span(layout.Length), g.Span(layout.Length), layout, Table, sums, dx.Span(layout.Length));
            else
                Channels.Gradient<OpenGate>(source.Span(layout.Length), g.Span(layout.Length), layout, Table, sums, dx.Span(layout.Length));
            GiveSums(sums);
            Return(rented);
            gradient.Release();
            Give(First!, new Values(dx));
            return;
        }

        if (!batchStatistics && !Learns)
        {
            sums.Clear(); // nobody asks for them
        }
        else if (known is not null)
        {
            known.CopyTo(sums);
        }
        else
        {
            Sum(gradient, pooled, gated, sums);
        }

        Center(sums);
        GiveSums(sums);
        if (Communicator is { } communicator && First!.RequiresGrad)
            communicator.AllReduceSum(sums);
        var more = Constants(sums);
        Return(rented);
        if (First!.RequiresGrad && layout.Last)
        {
            if (pooled is not null && !batchStatistics)
            {
                gradient = new Values(new MemoryOrder(layout).Read(gradient, layout.Length));
            }
            else if (pooled is not null)
            {
                // The pool's input is read from this operation's source, over which the gradient may be written then.
                var slim = new Values(pooled.WithoutInput());
                gradient.Release();
                gradient = slim;
            }

            // A convolution may apply it while it reads.
            Give(First, new Values(new NormalizedGradient(gradient, source.Hold(), table.Hold(), more, chunks, rows, gated, batchStatistics)));
            return;
        }

        if (First.RequiresGrad)
        {
            var g = gradient.Buffer!;
            var dx = g.IsExclusive ? g.Hold() : Buffer.Rent(layout.Length);
            NormalizedGradient.Write(
                source.Span(layout.Length), g.Span(layout.Length), Table, more.Span(3 * channels), chunks, Pitch, gated,
                batchStatistics, dx.Span(layout.Length));
            Give(First, new Values(dx));
        }

        gradient.Release();
        more.Release();
    }

    // The gradient in memory, in the order of the layout, times an activation's slope; takes it over.
    Values Pass(Pointwise activation, Values gradient, out double[] known)
    {
        var layout = chunks.Whole;
        int length = layout.Length;
        var g = gradient.Buffer!;
        var passed = g.IsExclusive ? g.Hold() : Buffer.Rent(length);
        known = new double[2 * layout.C];
        activation.GateNormalized(
            source.Span(length), g.Span(length), layout, table.Span(3 * layout.C), passed.Span(length), known, gateSums ??= new ChannelSums());
        g.Release();
        return new MemoryOrder(layout).Values(passed);
    }

    // Whether sums and gradient can be formed for some channels after the other.
    bool GoesByColumns => batchStatistics && chunks.Count == 1 && Communicator is null && First!.RequiresGrad
        && !chunks.Whole.Last && Channels.GoesByColumns(chunks.Whole);

    Span<float> Table => table.Span(chunks.Count * Pitch);

    bool Learns => NormalizationPlan.AnyLearns((Parameter?)Second, (Parameter?)Third, Pairs);

    static void Return(double[]? rented)
    {
        if (rented is not null)
            System.Buffers.ArrayPool<double>.Shared.Return(rented);
    }

    unsafe void Sum(Values gradient, PooledGradient? pooled, bool gated, Span<double> sums)
    {
        var x = source.Span(chunks.Whole.Length);
        if (pooled is not null)
        {
            var parts = pooledSums ??= new ChannelSums();
            int c = chunks.Whole.C;
            var shape = pooled.Shape with { N = chunks.Each.N };
            fixed (float* from = x, dy = pooled.Pooled, t = Table)
            {
                for (int chunk = 0; chunk < chunks.Count; chunk++)
                {
                    PooledNormalization.Sum(
                        shape, from + (nint)chunk * chunks.Each.Length, dy + (nint)chunk * shape.Output.Length,
                        t + (nint)chunk * Pitch, parts);
                    parts.Finish(sums.Slice(chunk * 2 * c, 2 * c));
                }
            }

            return;
        }

        var g = gradient.Buffer!.Span(chunks.Whole.Length);
        if (gated)
            chunks.Sum<GradientTerm<ReluGate>>(x, g, Table, Pitch, sums);
        else
            chunks.Sum<GradientTerm<OpenGate>>(x, g, Table, Pitch, sums);
    }

    // Makes the sums of the gradient times x - center those of the gradient times x - mean.
    unsafe void Center(Span<double> sums)
    {
        int c = chunks.Whole.C;
        fixed (float* constants = Table)
        fixed (double* all = sums)
        {
            for (int chunk = 0; chunk < chunks.Count; chunk++)
                ChannelTables.Center(constants + (nint)chunk * Pitch, all + (nint)chunk * 2 * c, c);
        }
    }

    unsafe Buffer Constants(ReadOnlySpan<double> sums)
    {
        int c = chunks.Whole.C;
        var more = Buffer.Rent(3 * chunks.Channels);
        fixed (float* constants = Table, to = more.Span(3 * chunks.Channels))
        {
            for (int chunk = 0; chunk < chunks.Count; chunk++)
            {
                var own = sums.Slice(chunk * 2 * c, 2 * c);
                if (batchStatistics)
                {
                    fixed (double* from = own)
                        ChannelTables.GradientMap(constants + (nint)chunk * Pitch, from, c, Count, to + (nint)chunk * 3 * c);
                    continue;
                }

                var gradientConstants = new GradientConstants(constants + (nint)chunk * Pitch, c, Count, batchStatistics: false);
                for (int i = 0; i < c; i++)
                    gradientConstants.Fill(i, own[i], own[c + i], to + (nint)chunk * 3 * c + i, c);
            }
        }

        return more;
    }

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        source.Release();
        table.Release();
    }
}
