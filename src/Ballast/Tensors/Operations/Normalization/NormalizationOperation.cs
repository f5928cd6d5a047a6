using Ballast.Kernels;

namespace Ballast;

/// <summary>y = (x - mean) / sqrt(var + eps) gamma + beta for each channel, with the statistics of this batch or with given
/// ones. Ioffe &amp; Szegedy 2015, algorithm 1 and section 3.1. A batch in chunks has statistics, and perhaps gamma and beta,
/// for each chunk.</summary>
sealed partial class NormalizationOperation : Operation
{
    readonly Buffer source;
    readonly Buffer table; // [rows, C] for each chunk
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

    static byte TableRows(in NormalizationPlan plan) => plan.Correction.IsEmpty ? (byte)ChannelRows.Count : (byte)ChannelRows.CorrectedCount;

    /// <summary>The forward pass.</summary>
    /// <param name="x">[N, C, ...].</param>
    /// <param name="plan">What it is normalized with.</param>
    public static Tensor Run(Tensor x, in NormalizationPlan plan)
    {
        if (Backend.Current is { } other)
            return other.Apply(plan.Describe(x))[0];
        var chunks = plan.Chunks;
        var source = new MemoryOrder(chunks.Whole).Hold(x);
        byte rows = TableRows(plan);
        int pitch = rows * chunks.Whole.C;
        var table = Buffer.Rent(chunks.Count * pitch);
        for (int chunk = 0; chunk < chunks.Count; chunk++)
            Fill(plan, chunk, table.Span(chunk * pitch, pitch));

        bool record = Tensor.Recording && (x.RequiresGrad || plan.Learns);
        var operation = record ? new NormalizationOperation(x, plan, source, table) : null;
        var values = new Values(new DeferredNormalization(source, table, chunks, rows));
        return operation is null ? new Tensor(x.Shape, values) : operation.Produce(x.Shape, values);
    }

    /// <summary>Writes the constants of a chunk: <see cref="ChannelRows"/>.</summary>
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
        var layout = chunks.Whole;
        int channels = chunks.Channels;
        double[]? rented = null;
        Span<double> sums = channels <= 64
            ? stackalloc double[2 * 64] : rented = System.Buffers.ArrayPool<double>.Shared.Rent(2 * channels);
        sums = sums[..(2 * channels)];
        var g = Open(gradient, sums, out bool gated, out bool known, out var pool);
        if (!known && pool is null && GoesByColumns)
        {
            GiveByColumns(g, gated, sums);
        }
        else
        {
            if (!batchStatistics && !Learns)
                sums.Clear(); // nobody asks for them
            else if (!known)
                Sum(g, pool, gated, sums);
            Center(sums);
            GiveSums(sums);
            if (Communicator is { } communicator && First!.RequiresGrad)
                communicator.AllReduceSum(sums);
            GiveInput(g, pool, gated, sums);
        }

        if (rented is not null)
            System.Buffers.ArrayPool<double>.Shared.Return(rented);
    }

    // With channels last, whoever made the input computes its gradient when its own memory is free.
    void GiveInput(Buffer g, PoolShape? pool, bool gated, ReadOnlySpan<double> sums)
    {
        if (!First!.RequiresGrad)
        {
            g.Release();
            return;
        }

        var more = Constants(sums);
        int length = chunks.Whole.Length;
        if (chunks.Whole.Last)
        {
            Give(First, new Values(new DeferredNormalizationGradient(
                g, pool, source.Hold(), table.Hold(), more, chunks, rows, gated, batchStatistics)));
            return;
        }

        var dx = Place.For(length, g);
        DeferredNormalizationGradient.Write(
            source.Span(length), g.Span(length), Table, more.Span(MoreLength), chunks, Pitch, gated, batchStatistics, dx.Span(length));
        g.Release();
        more.Release();
        Give(First, new Values(dx));
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
        var more = Buffer.Rent(MoreLength);
        fixed (float* constants = Table, to = more.Span(MoreLength))
        {
            for (int chunk = 0; chunk < chunks.Count; chunk++)
            {
                var own = sums.Slice(chunk * 2 * c, 2 * c);
                if (batchStatistics)
                {
                    fixed (double* from = own)
                        ChannelTables.GradientMap(constants + (nint)chunk * Pitch, from, c, Count, to + (nint)chunk * GradientRows.Count * c);
                    continue;
                }

                var gradientConstants = new GradientConstants(constants + (nint)chunk * Pitch, c, Count, batchStatistics: false);
                for (int i = 0; i < c; i++)
                    gradientConstants.Fill(i, own[i], own[c + i], to + (nint)chunk * GradientRows.Count * c + i, c);
            }
        }

        return more;
    }

    Span<float> Table => table.Span(chunks.Count * Pitch);

    // The gradient's constants of all chunks.
    int MoreLength => GradientRows.Count * chunks.Channels;

    bool Learns => NormalizationPlan.AnyLearns((Parameter?)Second, (Parameter?)Third, Pairs);

    /// <inheritdoc/>
    protected override void ReleaseSaved()
    {
        source.Release();
        table.Release();
    }
}
